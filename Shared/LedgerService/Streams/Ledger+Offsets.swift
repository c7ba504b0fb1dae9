import LedgerCore
import Synchronization

/// How far partitions are known to have expired: that only grows, so nobody need search for the
/// earliest offset twice.
final class EarliestOffsets: Sendable {
    /// What is known of one partition.
    struct Finding: Sendable {
        /// Every event below has expired.
        let offset: Offset
        /// The chunk that begins there; nil when there was none yet.
        let chunk: (timestamp: Timestamp, ttl: TTL, end: Offset)?
        /// As of this moment: a clock that was ahead until it was set back has told too much.
        let moment: Timestamp
        /// Under this retention: longer makes events of before readable that are still there.
        let retentionHours: Int?
    }

    private static let most = 100_000

    private let findings = Mutex<[RowGroup: Finding]>([:])

    /// What still holds.
    ///
    /// `trim`: Where the partition was trimmed to: what was found below may have been removed since,
    /// under a shorter retention that nobody asked in.
    func finding(
        _ stream: StreamRow,
        _ partition: Partition,
        at now: Timestamp,
        trim: Offset
    ) -> Finding? {
        let finding = findings.withLock { $0[.log(stream.incarnation, partition)] }
        guard let finding, finding.moment <= now, finding.offset >= trim else { return nil }
        let before = finding.retentionHours ?? .max
        return (stream.retentionHours ?? .max) <= before ? finding : nil
    }

    func remember(_ finding: Finding, _ stream: StreamRow, _ partition: Partition) {
        findings.withLock { findings in
            if findings.count >= Self.most { findings.removeAll() }
            findings[.log(stream.incarnation, partition)] = finding
        }
    }
}

extension Ledger {
    /// The first offset of a partition that has not expired; the tail when all have.
    func earliestOffset(
        of partition: Partition,
        in stream: StreamRow,
        endingAt end: PartitionEnd
    ) async throws(LedgerError) -> Offset {
        let now = clock.now()
        let known = earliest.finding(stream, partition, at: now, trim: end.trim)
        let expiration = self.expiration(of: stream, at: now)
        if let known, let chunk = known.chunk,
            !expiration.covers(chunk.timestamp, chunk.ttl)
        {
            return known.offset
        }
        let (first, hasGap) = try await firstChunk(
            from: known?.chunk?.end ?? known?.offset ?? end.trim,
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
            from: end.trim,
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
    ) async throws(LedgerError) -> (chunk: Chunk?, hasGap: Bool) {
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

    // MARK: Tails

    /// A strongly consistent look at a partition's end; damage of a chunk is in the error.
    func tail(
        of partition: Partition,
        in stream: StreamRow
    ) async -> Result<TailReading, TableError> {
        await attempt { () throws(TableError) in
            try await readTail(stream.incarnation, partition)
        }
    }

    /// A partition's end, as far as it can be seen.
    func end(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError) -> PartitionEnd {
        let reading: TailReading
        switch await tail(of: partition, in: stream) {
        case .success(let found): reading = found
        case .failure(let error): throw LedgerError(error, in: stream.id)
        }
        let (now, trust) = (clock.wall(), trust(in: stream))
        return try unlessRefused { () throws(Refusal) in
            try PartitionEnd(reading, of: stream.id, at: now, trust: trust)
        }
    }
}
