import CoreMetrics
import LedgerCore

/// The shell of ``AppendPlan``: does what it says and decides nothing.
extension Ledger {
    /// Runs an append to its end.
    ///
    /// `resolved` gets the outcomes so far, before and after each pause.
    func run(
        _ parts: [PartitionAppend],
        in context: AppendContext,
        resolved: ([[AppendOutcome?]]) -> Void = { _ in }
    ) async -> AppendResult {
        var plan = AppendPlan(parts, context: context, patience: configuration.appendDeadline)
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
                await pause(length)
                action = plan.resume(at: tick())
                resolved(plan.outcomes)
            case .finish(let result): return result
            }
        }
    }

    private func tick() -> AppendPlan.Tick {
        AppendPlan.Tick(clock.instant(), stamp: clock.now(), freshID: freshID())
    }

    private func write(
        _ writes: [Write],
        token: Incarnation,
        decided: Instant
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

    /// Sleeps a random 50–100 % of the given time, at least 1 ms, so that a plan's last pause passes
    /// its deadline.
    ///
    /// A cancelled caller does not end it: the append must learn its fate.
    func pause(_ length: Duration) async {
        var random = random
        let milliseconds = length.wholeMilliseconds
        let half = milliseconds / 2
        let jittered = milliseconds - half + Int64.random(in: 0...half, using: &random)
        _ = await result { () throws(CancellationError) in
            try await clock.sleep(for: .milliseconds(jittered))
        }
    }

    /// The end of each partition as an append needs it, strongly consistent, in parallel.
    func readTails(
        of partitions: [Partition],
        in stream: Incarnation
    ) async
        -> Result<[TailReading], TableError>
    {
        let readings = await inParallel(partitions) { [self] partition in
            await result { () throws(TableError) in
                try await readTail(of: partition, in: stream, alwaysProgress: false)
            }
        }
        return Result { () throws(TableError) in
            try readings.map { reading throws(TableError) in try reading.get() }
        }
    }

    /// The shell of ``TailPlan``: the last log row of one partition and, read after it, its progress.
    ///
    /// Without `alwaysProgress` that is not read where the log alone says how it ends.
    func readTail(
        of partition: Partition,
        in stream: Incarnation,
        alwaysProgress: Bool = true
    ) async throws(TableError) -> TailReading {
        var plan = TailPlan(
            of: partition,
            in: stream,
            alwaysWantsProgress: alwaysProgress,
            rules: configuration.rules
        )
        var action = plan.start()
        while true {
            switch action {
            case .query(let query):
                let newest = try await table.query(query).items.first
                action = try plan.receive(newest: newest, now: clock.wall())
            case .get(let key): action = try plan.receive(progress: try await table.get(key))
            case .finish(let reading): return reading
            }
        }
    }

    /// Counts the events that were stored, wakes those who wait for them, and asks for the fold.
    func noteAppended(
        _ units: [AppendUnit],
        outcomes: [AppendOutcome],
        to partition: Partition,
        of stream: StreamID,
        incarnation: Incarnation
    ) {
        var events = 0
        var bytes = 0
        var end = Offset.zero
        let request = FoldRequest(id: stream, stream: incarnation, partition: partition)
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
        signals.append(to: partition, of: stream, incarnation: incarnation, upTo: end)
        if configuration.foldsInBackground { foldQueue.enqueue(request) }
    }
}
