import CoreMetrics
public import LedgerCore
import Logging

/// What a sweep did.
public struct SweepReport: Hashable, Sendable {
    /// Streams looked at.
    public internal(set) var streams = 0
    /// Rows removed.
    public internal(set) var removedRows = 0
    /// Partitions that could not be brought up to date; the log says why.
    public internal(set) var failures = 0
}

extension Ledger {
    /// Looks at every partition: folds what no doorbell led to, records that the tail was seen,
    /// removes what has expired, and goes on with deletions.
    ///
    /// Any number of sweeps may run at once, anywhere, and stop anywhere.
    @discardableResult
    public func sweep() async -> SweepReport {
        var report = SweepReport()
        metrics.sweeps.increment()
        do throws(LedgerError) {
            var after: [UInt8]?
            repeat {
                let listed = clock.instant()
                let page = try await rows(Query(.streams, after: after, limit: 100))
                for item in page.items where !Task.isCancelled {
                    await sweep(item, listed, &report)
                }
                after = page.next
            } while after != nil
            try await runDeletionJobs(&report)
            report.removedRows += try await purge()
        } catch {
            note(error, &report, ["step": "sweep"])
        }
        return report
    }

    private func sweep(_ item: Item, _ listed: Instant, _ report: inout SweepReport) async {
        report.streams += 1
        do throws(LedgerError) {
            guard let (stream, known) = try await current(item, listed) else { return }
            if stream.state == .deleting { return try await finishDeletion(stream) }
            let results = await inParallel(stream.partitions) { [self] partition in
                await attempt { () throws(LedgerError) in
                    try await sweep(partition, of: stream, known)
                }
            }
            for (partition, result) in zip(stream.partitions, results) {
                switch result {
                case .success(let removed): report.removedRows += removed
                case .failure(let error):
                    let place = ["stream": "\(stream.id)", "partition": "\(partition.index)"]
                    note(error, &report, place)
                }
            }
        } catch {
            note(error, &report, ["step": "stream"])
        }
    }

    /// The listed stream, read again when the list is old: it may have been deleted since.
    private func current(
        _ item: Item,
        _ listed: Instant
    ) async throws(LedgerError) -> (stream: StreamRow, known: Instant)? {
        let stream = try decoded { () throws(TableError) in try StreamRow(item) }
        let now = clock.instant()
        guard now.elapsed(since: listed) >= Limits.cacheAge else { return (stream, listed) }
        guard let item = try await row(item.key) else { return nil }
        let current = try decoded { () throws(TableError) in try StreamRow(item) }
        return current.incarnation == stream.incarnation ? (current, now) : nil
    }

    /// Counts and logs what could not be done; nothing when the process is only being stopped.
    func note(_ error: LedgerError, _ report: inout SweepReport, _ place: [String: String]) {
        guard !Task.isCancelled else { return }
        report.failures += 1
        metrics.sweepFailures.increment()
        if case .tailUnverified = error { metrics.tailUnverified.increment() }
        var metadata = place.mapValues { "\($0)" as String }
        metadata["error"] = "\(error)"
        logger.error("sweep failed", metadata: metadata.mapValues { .string($0) })
    }

    /// `known`: A moment before `stream` was read.
    ///
    /// - Returns: How many rows were removed.
    private func sweep(
        _ partition: Partition,
        of stream: StreamRow,
        _ known: Instant
    ) async throws(LedgerError)
        -> Int
    {
        let moment = clock.now()
        let reading = try await reading(of: partition, in: stream)
        let trust = trust(in: stream)
        switch reading.verdict(at: clock.wall(), trust) {
        case .sealed: return 0
        case .unverified: throw .tailUnverified(partition)
        // What is never deleted behind our back needs no memory of having been empty.
        case .tail(.empty) where trust.exempt: return 0
        case .tail(let tail):
            if tail.next > reading.progress?.watermark.next ?? .zero {
                try await follow(tail.next, partition, of: stream)
            }
            // In a process that stood still the stream may be deleted by now, and its rows removed.
            try checkPatience(since: known)
            try await markSwept(partition, of: stream, upTo: tail.next, at: moment)
            return try await trim(partition, of: stream)
        }
    }

    private func reading(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError) -> TailReading {
        do throws(TableError) {
            return try await readTail(stream.incarnation, partition)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
    }

    /// Brings the watermark to the tail; in a process that folds in the background, by a ring, so
    /// that it is done with the same consideration for publishers.
    private func follow(
        _ tail: Offset,
        _ partition: Partition,
        of stream: StreamRow
    )
        async throws(LedgerError)
    {
        if configuration.foldsInBackground, stream.compaction {
            return doorbell.ring(stream.id, stream.incarnation, partition)
        }
        try await fold(
            stream.incarnation,
            partition,
            of: stream.id,
            compacts: stream.compaction,
            upTo: tail
        )
    }

    /// Takes a partition's tail on an operator's word (design, section 4, rule 2).
    ///
    /// - Returns: By partition, what is folded up to where.
    public func acceptTail(_ id: StreamID) async throws(LedgerError) -> [(Partition, Offset)] {
        let stream = try await activeStream(id)
        var result: [(Partition, Offset)] = []
        for partition in stream.partitions {
            let moment = clock.now()
            let tail = try await tail(of: partition, in: stream).next
            let report = try await fold(
                stream.incarnation,
                partition,
                of: id,
                compacts: stream.compaction,
                upTo: tail
            )
            try await markSwept(partition, of: stream, upTo: tail, at: moment, isForced: true)
            result.append((partition, report.watermark))
        }
        return result
    }

    /// Records that the tail was verified.
    ///
    /// Not before the watermark has reached it, for only the watermark remembers it when its chunks
    /// expire; and not more often than needed, for each time is a write.
    ///
    /// `moment`: Before the tail was read: what was written since lives for two days more.
    ///
    /// `isForced`: On an operator's word, and at once.
    private func markSwept(
        _ partition: Partition,
        of stream: StreamRow,
        upTo tail: Offset,
        at moment: Timestamp,
        isForced: Bool = false
    ) async throws(LedgerError) {
        for _ in 0..<Self.attempts {
            let decided = clock.instant()
            let progress = try await progress(of: partition, in: stream)
            let due = progress.swept?.advanced(byMilliseconds: Self.sweptEvery)
            guard isForced || due.map({ $0 <= moment }) ?? true else { return }
            guard progress.watermark.next >= tail || !Rule.sweptLast.isKept else { return }
            var changed = progress
            changed.swept = moment
            let write = progress.replacement(by: changed)
            if case .applied = try await apply(write, decided: decided) { return }
        }
        throw .contention
    }

    /// Six hours, out of the 47 for which a verified tail is trusted.
    private static let sweptEvery: Int64 = 6 * 3_600_000

    func progress(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError)
        -> Progress
    {
        guard let item = try await row(.progress(stream.incarnation, partition)) else {
            return Progress(stream: stream.incarnation, partition: partition)
        }
        return try decoded { () throws(TableError) in try Progress(item) }
    }
}
