import CoreMetrics
import LedgerCore

/// The shell of ``AppendPlan``: does what it says and decides nothing.
final class AppendRunner: Sendable {
    let access: TableAccess
    private let signals: AppendSignals
    private let foldQueue: FoldQueue
    private let foldLags: FoldLags

    init(
        _ access: TableAccess,
        signals: AppendSignals,
        foldQueue: FoldQueue,
        foldLags: FoldLags
    ) {
        self.access = access
        self.signals = signals
        self.foldQueue = foldQueue
        self.foldLags = foldLags
    }

    /// Runs an append to its end.
    ///
    /// `resolved` gets the outcomes so far, before and after each pause.
    func run(
        _ parts: [PartitionAppend],
        in context: AppendContext,
        resolved: ([[AppendOutcome?]]) -> Void = { _ in }
    ) async -> AppendResult {
        let patience = access.configuration.appendDeadline
        var plan = AppendPlan(parts, context: context, patience: patience)
        var action = plan.start(at: tick())
        while true {
            switch action {
            case .readTails(let partitions):
                let tails = await readTails(of: partitions, in: context.stream)
                action = plan.receive(tails: tails, at: tick())
            case .write(let writes, let token, let decided):
                let outcome = await write(writes, token: token, decided: decided)
                note(outcome)
                action = plan.receive(write: outcome, at: tick())
            case .pause(let length):
                resolved(plan.outcomes)
                await access.pause(length)
                action = plan.resume(at: tick())
                resolved(plan.outcomes)
            case .finish(let result): return result
            }
        }
    }

    private func tick() -> AppendPlan.Tick {
        let (access, clock) = (access, access.clock)
        return AppendPlan.Tick(clock.instant(), stamp: clock.now(), freshID: access.freshID())
    }

    private func write(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async
        -> Result<TransactionOutcome, TableError>
    {
        if writes.count > 1 {
            return await result { () throws(TableError) in
                try await access.table.transact(writes, token: token, decided: decided)
            }
        }
        return await result { () throws(TableError) in
            switch try await access.table.write(writes[0], decided: decided) {
            case .applied: .applied
            case .conditionFailed(let current): .conditionFailed([0: current])
            }
        }
    }

    private func note(_ outcome: Result<TransactionOutcome, TableError>) {
        switch outcome {
        case .success(.applied): access.metrics.appendedChunks.increment()
        case .success(.conditionFailed): access.metrics.appendConflicts.increment()
        case .failure: access.metrics.appendRetries.increment()
        }
    }

    /// The end of each partition as an append needs it, strongly consistent, in parallel.
    private func readTails(
        of partitions: [Partition],
        in stream: StreamIncarnation
    ) async
        -> Result<[TailReading], TableError>
    {
        let readings = await inParallel(partitions) { [self] partition in
            await result { () throws(TableError) in
                try await access.readTail(of: partition, in: stream, alwaysProgress: false)
            }
        }
        return Result { () throws(TableError) in
            try readings.map { reading throws(TableError) in try reading.get() }
        }
    }

    /// True if so many wait for events of the stream that to wake them takes a while.
    func wakesMany(on stream: StreamID) -> Bool { signals.isCrowded(stream) }

    /// Counts the events that were stored, wakes those who wait for them, and asks for the fold.
    func noteAppended(
        _ units: [AppendUnit],
        outcomes: [AppendOutcome],
        to partition: Partition,
        of stream: StreamID,
        incarnation: StreamIncarnation
    ) {
        var events = 0
        var bytes = 0
        var end = Offset.zero
        let request = FoldRequest(id: stream, stream: incarnation, partition: partition)
        for (unit, outcome) in zip(units, outcomes) {
            guard case .stored(let range) = outcome else { continue }
            end = max(end, range.end)
            if access.configuration.foldsInBackground {
                foldLags.found(request, from: range.first, to: range.end)
            }
            events += unit.records.count
            bytes += unit.records.payload.count
        }
        guard events > 0 else { return }
        access.metrics.appendedEvents.increment(by: events)
        access.metrics.appendedBytes.increment(by: bytes)
        signals.append(to: partition, of: stream, incarnation: incarnation, upTo: end)
        if access.configuration.foldsInBackground { foldQueue.enqueue(request) }
    }
}
