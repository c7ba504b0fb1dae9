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
                let page = try await rows(Query(.streams, after: after, limit: 100))
                for item in page.items { await sweep(item, &report) }
                after = page.next
            } while after != nil
            try await runDeletionJobs(&report)
            report.removedRows += try await purge()
        } catch {
            note(error, &report, ["step": "sweep"])
        }
        return report
    }

    private func sweep(_ item: Item, _ report: inout SweepReport) async {
        report.streams += 1
        do throws(LedgerError) {
            let stream = try decoded { () throws(TableError) in try StreamRow(item) }
            if stream.state == .deleting { return try await finishDeletion(stream) }
            let results = await inParallel(stream.partitions) { [self] partition in
                await attempt { () throws(LedgerError) in try await sweep(partition, of: stream) }
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

    private func note(_ error: LedgerError, _ report: inout SweepReport, _ place: [String: String])
    {
        report.failures += 1
        metrics.sweepFailures.increment()
        if case .tailUnverified = error { metrics.tailUnverified.increment() }
        var metadata = place.mapValues { "\($0)" as String }
        metadata["error"] = "\(error)"
        logger.error("sweep failed", metadata: metadata.mapValues { .string($0) })
    }

    /// - Returns: How many rows were removed.
    private func sweep(
        _ partition: Partition,
        of stream: StreamRow
    ) async throws(LedgerError)
        -> Int
    {
        let reading: TailReading
        do throws(TableError) {
            reading = try await readTail(stream.incarnation, partition)
        } catch {
            throw LedgerError(error)
        }
        let now = clock.now()
        let exempt = !table.deletesLogByItself
        switch reading.verdict(at: now, created: stream.created, exempt: exempt) {
        case .sealed: return 0
        case .unverified: throw .tailUnverified(partition)
        case .tail(let tail):
            guard tail != .empty else { return 0 }
            if tail.next > reading.progress?.watermark.next ?? .zero {
                try await follow(tail.next, partition, of: stream)
            }
            try await markSwept(partition, of: stream, at: now, isForced: false)
            return try await trim(partition, of: stream)
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
            let report = try await fold(
                stream.incarnation,
                partition,
                of: id,
                compacts: stream.compaction,
                upTo: try await tail(of: partition, in: stream).next
            )
            try await markSwept(partition, of: stream, at: clock.now(), isForced: true)
            result.append((partition, report.watermark))
        }
        return result
    }

    /// Records that the tail was verified.
    ///
    /// Not more often than needed: each time is a write.
    private func markSwept(
        _ partition: Partition,
        of stream: StreamRow,
        at now: Timestamp,
        isForced: Bool
    ) async throws(LedgerError) {
        for _ in 0..<Self.attempts {
            let progress = try await progress(of: partition, in: stream)
            let due = progress.swept?.advanced(byMilliseconds: Self.sweptEvery)
            guard isForced || due.map({ $0 <= now }) ?? true else { return }
            var changed = progress
            changed.swept = now
            if case .applied = try await apply(progress.replacement(by: changed)) { return }
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
