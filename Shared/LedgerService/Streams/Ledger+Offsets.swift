import LedgerCore

extension Ledger {
    /// The first offset of a partition that has not expired; the tail when all have.
    func earliestOffset(
        of partition: Partition,
        in stream: StreamRow,
        endingAt end: PartitionEnd
    ) async throws(LedgerError) -> Offset {
        let now = clock.now()
        let known = earliest.finding(stream, partition, at: now, trimmedBelow: end.trimmedBelow)
        let expiration = self.expiration(of: stream, at: now)
        if let known, let chunk = known.chunk,
            !expiration.covers(timestamp: chunk.timestamp, ttl: chunk.ttl)
        {
            return known.offset
        }
        let (first, hasGap) = try await firstChunk(
            from: known?.chunk?.end ?? known?.offset ?? end.trimmedBelow,
            notBefore: Timestamp(milliseconds: .min),
            partition,
            stream,
            tail: end.next
        )
        let offset = first?.first ?? end.next
        // What may still appear before it would never be looked for again.
        guard !hasGap else { return offset }
        let found = EarliestOffsets.Finding(
            offset: offset,
            chunk: first.map { ($0.timestamp, $0.ttl, $0.end) },
            moment: now,
            retentionHours: stream.retentionHours
        )
        earliest.remember(found, stream, partition)
        return offset
    }

    /// The offset of a partition's first event that is not earlier than `moment`; the tail when
    /// all are.
    func offset(
        at moment: Timestamp,
        of partition: Partition,
        in stream: StreamRow,
        endingAt end: PartitionEnd
    ) async throws(LedgerError) -> Offset {
        let (first, _) = try await firstChunk(
            from: end.trimmedBelow,
            notBefore: moment,
            partition,
            stream,
            tail: end.next
        )
        guard let chunk = first else { return end.next }
        let batch: DecodedBatch
        do throws(BatchError) {
            batch = try RecordBatch.decode(chunk.batch, expecting: chunk.first)
        } catch {
            throw .corruptChunk(stream.id, partition, chunk.first, detail: error.description)
        }
        let index = batch.records.firstIndex { batch.timestamp(of: $0) >= moment }
        return batch.offset(at: index ?? 0)
    }

    private func firstChunk(
        from start: Offset,
        notBefore moment: Timestamp,
        _ partition: Partition,
        _ stream: StreamRow,
        tail: Offset
    ) async throws(LedgerError) -> (chunk: ChunkRow?, hasGap: Bool) {
        var search = ChunkSearch(
            stream: stream.incarnation,
            partition: partition,
            notBefore: moment,
            expiration: expiration(of: stream, at: clock.now()),
            from: start,
            end: tail
        )
        var action = search.start()
        while true {
            switch action {
            case .finish(let chunk, let hasGap): return (chunk, hasGap)
            case .pause(let milliseconds):
                await pause(milliseconds)
                action = search.resume()
            case .probe(let query):
                do throws(TableError) {
                    action = try search.receive(try await table.query(query))
                } catch {
                    throw LedgerError(error, in: stream.id)
                }
            }
        }
    }
}
