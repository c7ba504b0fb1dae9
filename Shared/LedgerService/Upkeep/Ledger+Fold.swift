import CoreMetrics
public import LedgerCore
import Logging

/// The shell of ``FoldPlan``, and the use cases of compaction.
extension Ledger {
    /// Folds every partition up to its tail now.
    ///
    /// - Returns: By partition, what is folded up to where.
    public func compact(_ id: StreamID) async throws(LedgerError) -> [(Partition, Offset)] {
        let stream = try await compactedStream(id)
        let folded = await inParallel(stream.partitions) { [self] partition in
            await attempt { () throws(LedgerError) in
                let target = try await tail(of: partition, in: stream).next
                return try await fold(
                    stream.incarnation,
                    partition,
                    of: id,
                    compacts: true,
                    upTo: target
                ).watermark
            }
        }
        var result: [(Partition, Offset)] = []
        for (partition, watermark) in zip(stream.partitions, folded) {
            result.append((partition, try watermark.get()))
        }
        return result
    }

    /// Folds one partition, by a bounded piece of work or, where a target is given, up to it.
    ///
    /// `images`: Chunks that need not be read; with them the fold ends at the target.
    @discardableResult
    func fold(
        _ stream: Incarnation,
        _ partition: Partition,
        of id: StreamID,
        compacts: Bool,
        upTo target: Offset = .zero,
        images: ChunkImages? = nil
    ) async throws(LedgerError) -> FoldReport {
        while true {
            let result = await folding.withLock(.log(stream, partition)) {
                await runFold(
                    FoldPlan(
                        stream: stream,
                        partition: partition,
                        compacts: compacts,
                        budget: Self.foldBudget,
                        target: images == nil ? nil : target,
                        images: images ?? ChunkImages()
                    )
                )
            }
            switch result {
            case .success(let report):
                metrics.foldedEvents.increment(by: report.events)
                if report.lost > 0 { noteLost(report, id, partition) }
                if report.isAtEnd || report.watermark >= target { return report }
            case .failure(let failure):
                metrics.foldFailures.increment()
                throw LedgerError(failure, stream: id)
            }
        }
    }

    /// How many chunks one fold takes: under constant load none would ever see the log's end.
    private static let foldBudget = 256

    private func noteLost(_ report: FoldReport, _ id: StreamID, _ partition: Partition) {
        metrics.foldLost.increment(by: report.lost)
        logger.error(
            "events expired before they were compacted",
            metadata: [
                "stream": "\(id)", "partition": "\(partition.index)", "events": "\(report.lost)",
            ]
        )
    }

    private func runFold(_ plan: consuming FoldPlan) async -> Result<FoldReport, ReadFailure> {
        var action = plan.start()
        while true {
            switch action {
            case .read(let read): action = plan.receive(await find(read), now: clock.now())
            case .store(let writes): action = plan.stored(await store(writes))
            case .advance(let write):
                action = plan.advanced(
                    await attempt { () throws(TableError) in try await table.write(write) },
                    now: clock.now()
                )
            case .finish(let report): return .success(report)
            case .fail(let failure): return .failure(failure)
            }
        }
    }

    /// Does writes whose failed condition is as good as success, some at a time.
    private func store(_ writes: [Write]) async -> TableError? {
        let together = 256
        return await withTaskGroup(of: TableError?.self) { group in
            var pending = writes.makeIterator()
            var running = 0
            var failure: TableError?
            while running < together, let write = pending.next() {
                group.addTask { [self] in await store(write) }
                running += 1
            }
            for await error in group {
                failure = failure ?? error
                guard failure == nil, let write = pending.next() else { continue }
                group.addTask { [self] in await store(write) }
            }
            return failure
        }
    }

    private func store(_ write: Write) async -> TableError? {
        do throws(TableError) {
            _ = try await table.write(write)
            return nil
        } catch {
            return error
        }
    }
}
