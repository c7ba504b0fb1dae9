import CoreMetrics
import LedgerCore

/// The shell of ``AppendPlan``: does what it says and decides nothing.
extension Ledger {
    /// Runs an append to its end.
    ///
    /// `settled`: Gets, before and after each pause, what has become of the units so far.
    func run(
        _ lanes: [AppendLane],
        _ context: AppendContext,
        settled: ([[AppendOutcome?]]) -> Void = { _ in }
    ) async -> AppendResult {
        var plan = AppendPlan(lanes, context: context, patience: configuration.appendDeadline)
        var action = plan.start(moment())
        while true {
            switch action {
            case .readTails(let partitions):
                let tails = await readTails(context.stream, partitions)
                action = plan.receive(tails: tails, moment())
            case .write(let writes, let token, let decided):
                let outcome = await write(writes, token, decided)
                note(outcome)
                action = plan.receive(write: outcome, moment())
            case .pause(let milliseconds):
                settled(plan.outcomes)
                await pause(milliseconds)
                action = plan.resume(moment())
                settled(plan.outcomes)
            case .finish(let result): return result
            }
        }
    }

    private func moment() -> AppendPlan.Moment {
        AppendPlan.Moment(clock.instant(), now: clock.now(), fresh: freshID())
    }

    private func write(
        _ writes: [Write],
        _ token: Incarnation,
        _ decided: Instant
    ) async
        -> Result<TransactionOutcome, TableError>
    {
        if writes.count > 1 {
            return await result { () throws(TableError) in
                try await table.transact(writes, token: token, decided: decided)
            }
        }
        return await result { () throws(TableError) in
            switch try await table.write(writes[0], decided: decided) {
            case .applied: .applied
            case .conditionFailed(let current): .conditionFailed([0: current])
            }
        }
    }

    private func note(_ outcome: Result<TransactionOutcome, TableError>) {
        switch outcome {
        case .success(.applied): metrics.appendedChunks.increment()
        case .success(.conditionFailed): metrics.appendConflicts.increment()
        case .failure: metrics.appendRetries.increment()
        }
    }

    /// A pause of between half and all of `milliseconds`, and never none: the last one before a
    /// deadline must reach it.
    ///
    /// A cancelled caller does not end it: the append must learn its fate.
    func pause(_ milliseconds: Int64) async {
        var random = random
        let half = milliseconds / 2
        let jittered = milliseconds - half + Int64.random(in: 0...half, using: &random)
        _ = await result { () throws(CancellationError) in
            try await clock.sleep(milliseconds: jittered)
        }
    }

    /// The end of each partition as an append needs it, strongly consistent, in parallel.
    func readTails(
        _ stream: Incarnation,
        _ partitions: [Partition]
    ) async
        -> Result<[TailReading], TableError>
    {
        let readings = await inParallel(partitions) { [self] partition in
            await result { () throws(TableError) in
                try await readTail(stream, partition, alwaysProgress: false)
            }
        }
        return Result { () throws(TableError) in
            try readings.map { reading throws(TableError) in try reading.get() }
        }
    }

    /// The last log row of one partition and, read after it, its progress; strongly consistent.
    ///
    /// Only the watermark tells of an end that a sweep has removed. A process may stand still between
    /// the two while everything is folded and removed, so a watermark from before the log proves
    /// nothing.
    ///
    /// `alwaysProgress`: Whether it is wanted also where the log alone says how it ends.
    func readTail(
        _ stream: Incarnation,
        _ partition: Partition,
        alwaysProgress: Bool = true
    ) async throws(TableError)
        -> TailReading
    {
        let readsInOrder = configuration.rules.keep(.watermarkAfter)
        let early = readsInOrder ? nil : try await readProgress(stream, partition)
        let last = Query(.log(stream, partition), order: .descending, limit: 1)
        let newest = try await table.query(last).items.first
        var reading = TailReading(
            newest: try newest.map { item throws(TableError) in try LogEntry(item) },
            progress: early
        )
        let wantsProgress = alwaysProgress || reading.mayHaveLostItsEnd(at: clock.wall())
        if wantsProgress, readsInOrder {
            reading.progress = try await readProgress(stream, partition)
        }
        return reading
    }

    private func readProgress(
        _ stream: Incarnation,
        _ partition: Partition
    ) async throws(TableError) -> Progress? {
        let item = try await table.get(.progress(stream, partition))
        return try item.map { item throws(TableError) in try Progress(item) }
    }

    /// Counts what was stored, wakes those who wait for events, and rings for the fold.
    func noteAppended(
        _ units: [AppendUnit],
        _ outcomes: [AppendOutcome],
        _ stream: StreamID,
        _ context: AppendContext,
        _ partition: Partition
    ) {
        var events = 0
        var bytes = 0
        var end = Offset.zero
        let request = FoldRequest(id: stream, stream: context.stream, partition: partition)
        for (unit, outcome) in zip(units, outcomes) {
            guard case .stored(let range) = outcome else { continue }
            end = max(end, range.end)
            if configuration.foldsInBackground {
                foldLags.found(request, from: range.first, to: range.end)
            }
            events += unit.records.count
            bytes += unit.records.payload.count
        }
        guard events > 0 else { return }
        metrics.appendedEvents.increment(by: events)
        metrics.appendedBytes.increment(by: bytes)
        signals.append(stream, context.stream, partition, end)
        if configuration.foldsInBackground { foldQueue.enqueue(request) }
    }
}
