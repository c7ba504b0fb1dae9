import LedgerCore

extension Ledger {
    /// The first offset of a partition that has not expired; the tail when all have.
    func earliestOffset(
        of partition: Partition,
        in stream: StreamRow,
        tail: Offset
    )
        async throws(LedgerError) -> Offset
    {
        let now = clock.now()
        let known = earliest.finding(stream, partition, at: now)
        let expiration = Expiration(of: stream, at: now)
        if let known, let chunk = known.chunk,
            !expiration.covers(chunk.timestamp, chunk.ttl)
        {
            return known.offset
        }
        let first = try await firstChunk(
            from: known?.chunk?.end ?? known?.offset ?? .zero,
            notBefore: Timestamp(milliseconds: .min),
            partition,
            stream,
            tail: tail
        )
        let found = EarliestOffsets.Finding(
            offset: first?.first ?? tail,
            chunk: first.map { ($0.timestamp, $0.ttl, $0.end) },
            moment: now,
            retentionHours: stream.retentionHours
        )
        earliest.remember(found, stream, partition)
        return found.offset
    }

    /// The offset of a partition's first event that is not earlier than `moment`; the tail when
    /// all are.
    func offset(
        at moment: Timestamp,
        of partition: Partition,
        in stream: StreamRow,
        tail: Offset
    )
        async throws(LedgerError) -> Offset
    {
        guard let chunk = try await firstChunk(notBefore: moment, partition, stream, tail: tail)
        else { return tail }
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
        from start: Offset = .zero,
        notBefore moment: Timestamp,
        _ partition: Partition,
        _ stream: StreamRow,
        tail: Offset
    ) async throws(LedgerError) -> Chunk? {
        var search = ChunkSearch(
            stream: stream.incarnation,
            partition: partition,
            notBefore: moment,
            expiration: Expiration(of: stream, at: clock.now()),
            from: start,
            end: tail
        )
        var action = search.start()
        while true {
            switch action {
            case .finish(let chunk): return chunk
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
