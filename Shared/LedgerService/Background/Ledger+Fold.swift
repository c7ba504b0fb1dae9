import CoreMetrics
package import LedgerCore
import Logging

/// The shell of ``FoldPlan``, and the use cases of compaction.
extension Ledger {
    /// Folds every partition up to its tail now.
    ///
    /// - Returns: By partition, what is folded up to where.
    package func compact(_ id: StreamID) async throws(LedgerError) -> [(Partition, Offset)] {
        let stream = try await compactedStream(id)
        let folded = await inParallel(stream.partitions) { [self] partition in
            await result { () throws(LedgerError) in
                let target = try await end(of: partition, in: stream).next
                // A fold that fails keeps what it has stored.
                return try await afterChange { () throws(LedgerError) in
                    try await fold(
                        FoldRequest(partition, of: stream),
                        compacts: true,
                        upTo: target
                    ).watermark
                }
            }
        }
        let isChanged = folded.contains { result in
            switch result {
            case .success: true
            case .failure(let error): error.mayHaveHappened
            }
        }
        var watermarks: [(Partition, Offset)] = []
        for (partition, watermark) in zip(stream.partitions, folded) {
            do throws(LedgerError) {
                watermarks.append((partition, try watermark.get()))
            } catch {
                throw isChanged ? error.afterChange : error
            }
        }
        return watermarks
    }

    /// Folds one partition, by ``Limits/foldChunks`` or, where a target is given, up to it.
    ///
    /// - Parameters:
    ///   - request: The partition.
    ///   - compacts: False where the stream keeps no compacted state: the watermark only follows.
    ///   - target: It goes on until the watermark is there, or nothing is left.
    ///   - images: Chunks that need not be read; with them a fold ends at the target.
    /// - Returns: The report of the last of its folds.
    /// - Throws: What a failed read or write of a fold becomes.
    @discardableResult
    func fold(
        _ request: FoldRequest,
        compacts: Bool,
        upTo target: Offset = .zero,
        images: ChunkImages? = nil
    ) async throws(LedgerError) -> FoldReport {
        while true {
            let result = await folding.withLock(on: .log(request.stream, request.partition)) {
                await runFold(
                    FoldPlan(
                        stream: request.stream,
                        partition: request.partition,
                        compacts: compacts,
                        budget: Limits.foldChunks,
                        target: images == nil ? nil : target,
                        images: images ?? ChunkImages(),
                        rules: configuration.rules
                    )
                )
            }
            switch result {
            case .success(let report):
                metrics.foldedEvents.increment(by: report.events)
                if report.lost > 0 { noteLost(report, of: request) }
                if report.isAtEnd || report.watermark >= target { return report }
            case .failure(let failure):
                metrics.foldFailures.increment()
                throw LedgerError(failure, stream: request.id)
            }
        }
    }

    private func noteLost(_ report: FoldReport, of request: FoldRequest) {
        metrics.foldLost.increment(by: report.lost)
        logger.error(
            "events expired before they were compacted",
            metadata: [
                "stream": "\(request.id)", "partition": "\(request.partition.index)",
                "events": "\(report.lost)",
            ]
        )
    }

    private func runFold(_ plan: consuming FoldPlan) async -> Result<FoldReport, ReadFailure> {
        var action = plan.start()
        var began = clock.instant()
        var pace = PutPace()
        while true {
            switch action {
            case .read(let read):
                // The watermark's age counts: the log behind it may have gone since, in any order.
                if case .get = read { began = clock.instant() }
                let finding = await persist(began) { _ throws(TableError) in
                    try await find(read).get()
                }
                action = plan.receive(finding, now: clock.wall())
            case .store(let writes):
                action = plan.stored(await store(writes, at: &pace, began))
            case .advance(let write):
                let before = clock.instant()
                let outcome = await persist(began) { decided throws(TableError) in
                    try await table.write(write, decided: decided)
                }
                // What an advanced watermark was compared with is as good as read anew.
                began = before
                action = plan.advanced(outcome, now: clock.wall())
            case .finish(let report): return .success(report)
            case .fail(let failure): return .failure(failure)
            }
        }
    }

    /// Makes a call that may be repeated, again and again while it is only refused for the moment.
    private func persist<Success: Sendable>(
        _ began: Instant,
        _ call: (_ decided: Instant) async throws(TableError) -> Success
    ) async -> Result<Success, TableError> {
        let start = clock.uptime()
        var backOff = BackOff()
        while true {
            let decided: Instant
            do throws(TableError) {
                decided = try checkFoldPatience(since: began)
            } catch {
                return .failure(error)
            }
            let outcome = await result { () throws(TableError) in try await call(decided) }
            guard case .failure(let error) = outcome, error.mayPass,
                configuration.rules.keep(.foldProgress),
                clock.uptime() - start < Limits.foldStandstill,
                await pause(backOff.refused())
            else { return outcome }
        }
    }

    /// Does writes whose failed condition is as good as success, some at a time.
    private func store(
        _ writes: [Write],
        at pace: inout PutPace,
        _ began: Instant
    ) async -> TableError? {
        var queue = PutQueue(
            writes,
            pace: pace,
            now: clock.uptime(),
            rules: configuration.rules
        )
        await withTaskGroup(of: (PutQueue.Sending, PutQueue.Outcome).self) { group in
            while true {
                while let sending = queue.next() {
                    group.addTask { [self] in (sending, await send(sending, began)) }
                }
                guard let (sending, outcome) = await group.next() else { return }
                queue.receive(outcome, of: sending, now: clock.uptime())
            }
        }
        pace = queue.pace
        return queue.failure
    }

    private func send(_ sending: PutQueue.Sending, _ began: Instant) async -> PutQueue.Outcome {
        guard await pause(sending.pause) else { return .abandoned(Self.stopped) }
        let decided: Instant
        do throws(TableError) {
            decided = try checkFoldPatience(since: began)
        } catch {
            return .abandoned(error)
        }
        do throws(TableError) {
            _ = try await table.write(sending.write, decided: decided)
            return .stored
        } catch {
            return .refused(error)
        }
    }

    /// Waits for some time in the range; false when the process is being stopped.
    private func pause(_ range: ClosedRange<Int64>) async -> Bool {
        guard range.upperBound > 0 else { return true }
        var random = random
        let length = Int64.random(in: range, using: &random)
        let slept = await result { () throws(CancellationError) in
            try await clock.sleep(milliseconds: length)
        }
        if case .success = slept { return true }
        return false
    }

    private static let stopped = TableError(
        .definite,
        .unavailable,
        "the process is being stopped"
    )

    /// What was read long ago may have been deleted since, and its tombstone or its seal be gone.
    ///
    /// - Returns: This moment, in which it is not: when a write of the fold is decided.
    private func checkFoldPatience(since began: Instant) throws(TableError) -> Instant {
        let now = clock.instant()
        guard
            now.elapsed(since: began) < Limits.foldPatience
                || !configuration.rules.keep(.foldDeadline)
        else { throw TableError(.definite, .unavailable, "the fold stood still for too long") }
        return now
    }
}
