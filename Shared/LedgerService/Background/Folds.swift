import CoreMetrics
import LedgerCore
import Logging

/// The shell of ``FoldPlan``, ``FoldPatience`` and ``RepeatedCall``, and the use cases of compaction.
final class Folds: Sendable {
    let access: TableAccess
    let streams: StreamCatalog
    private let folding = FoldLocks()

    init(_ access: TableAccess, streams: StreamCatalog) {
        self.access = access
        self.streams = streams
    }

    var clock: BelievedClock { access.clock }

    /// Folds every partition up to its tail now.
    ///
    /// - Returns: By partition, the offset up to which it is folded.
    func compact(_ id: StreamID) async throws(LedgerError) -> [(Partition, Offset)] {
        let stream = try await streams.compactedStream(id).value
        let folded = await inParallel(stream.partitions) { [self] partition in
            await fold(partition, of: stream)
        }
        let isChanged = folded.contains(where: \.hasBegun)
        var watermarks: [(Partition, Offset)] = []
        for (partition, fold) in zip(stream.partitions, folded) {
            do throws(LedgerError) {
                watermarks.append((partition, try fold.watermark.get()))
            } catch {
                throw isChanged ? error.afterChange : error
            }
        }
        return watermarks
    }

    /// Folds one partition up to its present end.
    ///
    /// A fold that has begun keeps what it has stored, whatever error ends it.
    private func fold(
        _ partition: Partition,
        of stream: StreamRow
    ) async -> (hasBegun: Bool, watermark: Result<Offset, LedgerError>) {
        let target: Offset
        do throws(LedgerError) {
            target = try await access.end(of: partition, in: stream).next
        } catch {
            return (false, .failure(error))
        }
        let watermark = await result { () throws(LedgerError) in
            try await fold(FoldRequest(partition, of: stream), compacts: true, upTo: target)
                .watermark
        }
        return (true, watermark)
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
                        rules: access.configuration.rules
                    )
                )
            }
            switch result {
            case .success(let report):
                access.metrics.foldedEvents.increment(by: report.events)
                if report.lost > 0 { noteLost(report, of: request) }
                if report.reaches(target) { return report }
            case .failure(let failure):
                access.metrics.foldFailures.increment()
                throw LedgerError(failure, stream: request.id)
            }
        }
    }

    private func noteLost(_ report: FoldReport, of request: FoldRequest) {
        access.metrics.foldLost.increment(by: report.lost)
        access.logger.error(
            "events expired before they were compacted",
            metadata: [
                "stream": "\(request.id)", "partition": "\(request.partition.index)",
                "events": "\(report.lost)",
            ]
        )
    }

    private func runFold(_ plan: consuming FoldPlan) async -> Result<FoldReport, ReadFailure> {
        var action = plan.start()
        var patience = FoldPatience(from: clock.instant(), rules: access.configuration.rules)
        var pace = PutPace()
        while true {
            switch action {
            case .read(let read):
                // The watermark's age counts: the log behind it may have gone since, in any order.
                if case .get = read { patience.restart(at: clock.instant()) }
                let finding = await persist(within: patience) { _ throws(TableError) in
                    try await access.find(read).get()
                }
                action = plan.receive(finding, now: clock.wall())
            case .store(let writes):
                let failure = await store(writes, at: &pace, within: patience)
                action = plan.stored(failure)
            case .advance(let write):
                let before = clock.instant()
                let outcome = await persist(within: patience) { decided throws(TableError) in
                    try await access.table.write(write, decided: decided)
                }
                // The compare-and-set proved the progress row current at `before`; the fold's age
                // restarts there.
                patience.restart(at: before)
                action = plan.advanced(outcome, now: clock.wall())
            case .finish(let report): return .success(report)
            case .fail(let failure): return .failure(failure)
            }
        }
    }

    /// Makes a call that may be repeated, as ``RepeatedCall`` has it.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func persist<Success: Sendable>(
        within patience: FoldPatience,
        _ call: (_ decided: Instant) async throws(TableError) -> Success
    ) async -> Result<Success, TableError> {
        var repetition = RepeatedCall(at: clock.uptime(), rules: access.configuration.rules)
        while true {
            let decided: Instant
            do throws(TableError) {
                decided = try patience.decide(at: clock.instant())
            } catch {
                return .failure(error)
            }
            do throws(TableError) {
                return .success(try await call(decided))
            } catch {
                guard let range = repetition.refused(error, at: clock.uptime()),
                    await pause(range)
                else { return .failure(error) }
            }
        }
    }

    /// Does writes whose failed condition is as good as success, some at a time, as a ``PutQueue`` has
    /// it.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func store(
        _ writes: [Write],
        at pace: inout PutPace,
        within patience: FoldPatience
    ) async -> TableError? {
        var queue = PutQueue(
            writes,
            pace: pace,
            now: clock.uptime(),
            rules: access.configuration.rules
        )
        await withTaskGroup(of: (PutQueue.Sending, PutQueue.Outcome).self) { group in
            while true {
                while let sending = queue.next() {
                    group.addTask { [self] in (sending, await send(sending, within: patience)) }
                }
                guard let (sending, outcome) = await group.next() else { return }
                queue.receive(outcome, of: sending, now: clock.uptime())
            }
        }
        pace = queue.pace
        return queue.failure
    }

    private func send(
        _ sending: PutQueue.Sending,
        within patience: FoldPatience
    ) async -> PutQueue.Outcome {
        guard await pause(sending.pause) else { return .abandoned(Self.stopped) }
        let decided: Instant
        do throws(TableError) {
            decided = try patience.decide(at: clock.instant())
        } catch {
            return .abandoned(error)
        }
        do throws(TableError) {
            _ = try await access.table.write(sending.write, decided: decided)
            return .stored
        } catch {
            return .refused(error)
        }
    }

    /// Sleeps for a random time in the range; false when the process is being stopped.
    private func pause(_ range: ClosedRange<Duration>) async -> Bool {
        guard range.upperBound > .zero else { return true }
        var random = access.random
        let bounds = range.lowerBound.wholeMilliseconds...range.upperBound.wholeMilliseconds
        let length = Duration.milliseconds(Int64.random(in: bounds, using: &random))
        let slept = await result { () throws(CancellationError) in
            try await clock.sleep(for: length)
        }
        if case .success = slept { return true }
        return false
    }

    private static let stopped = TableError(
        .definite,
        reason: .unavailable,
        message: "the process is being stopped"
    )
}
