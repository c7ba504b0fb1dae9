import LedgerCore
import Logging

/// The shell of ``IdempotencyCheck``, and the way of a publish to its partitions' appenders.
final class Appends: Sendable {
    private let access: TableAccess
    private let clockCheck: ClockCheck
    private let streams: StreamCatalog
    private let runner: AppendRunner
    let appenders: Appenders

    init(
        _ access: TableAccess,
        clockCheck: ClockCheck,
        streams: StreamCatalog,
        runner: AppendRunner,
        appenders: Appenders
    ) {
        self.access = access
        self.clockCheck = clockCheck
        self.streams = streams
        self.runner = runner
        self.appenders = appenders
    }

    private var clock: BelievedClock { access.clock }

    /// Appends events to a stream; a repetition of the request is recognised by `idempotency`.
    ///
    /// Throws ``LedgerError/partialPublish(_:)`` or ``LedgerError/outcomeUnknown`` when events are
    /// or may be stored; after any other error none are.
    func publish(
        _ batch: PublishBatch,
        to id: StreamID,
        idempotency: IdempotencyMark?,
        place: PlaceInLine?
    ) async throws(LedgerError) -> PublishReceipt {
        let arrived = clock.instant()
        while true {
            let stream = try await streams.stream(id, freshness: .cached)
            let parts = PartitionedBatch(batch, partitionCount: stream.value.partitionCount)
            try check(batch, parts: parts, idempotency: idempotency)
            let units = parts.records.map { records in
                AppendUnit(
                    records: records,
                    idempotency: idempotency,
                    expectedOffset: batch.expectedOffset,
                    arrived: arrived
                )
            }
            let outcomes = try await append(
                units,
                to: parts.partitions,
                of: stream,
                isAtomic: batch.isAtomic,
                place: place
            )
            guard outcomes.contains(.streamGone) else {
                return try receipt(of: stream.value, parts: parts, outcomes: outcomes)
            }
            // The description was out of date, or the stream is being deleted right now.
            streams.forget(id)
            appenders.forget(stream.value)
            let isAllGone = outcomes.allSatisfy { $0 == .streamGone }
            guard isAllGone else { throw .streamNotFound(id) }
            if let place, !place.leave() { try await refuseToComeLate(id) }
        }
    }

    /// Ends a publish to a stream that was deleted meanwhile, behind which others were begun: in a stream of
    /// the same name it would come behind them.
    private func refuseToComeLate(_ id: StreamID) async throws(LedgerError) {
        _ = try await streams.stream(id, freshness: .cached)
        throw .unavailable(
            message:
                "the stream was made anew meanwhile; nothing was stored, and it may be tried again",
            mayHaveHappened: false
        )
    }

    private func check(
        _ batch: PublishBatch,
        parts: PartitionedBatch,
        idempotency: IdempotencyMark?
    ) throws(LedgerError) {
        if batch.expectedOffset != nil, parts.partitions.count > 1 {
            throw .invalid(
                field: "expected_offset",
                message: "needs all events in one partition; these keys fall into "
                    + "\(parts.partitions.count)"
            )
        }
        let rows = parts.partitions.count * (idempotency == nil ? 1 : 2)
        if batch.isAtomic, rows > Limits.transactionItems {
            throw .invalid(
                field: "atomic",
                message: "these events fall into \(parts.partitions.count) partitions, more than "
                    + "one transaction takes",
                limit: Limits.transactionItems
            )
        }
    }

    /// Appends the units; the shell of ``IdempotencyCheck`` where the publish has a key.
    private func append(
        _ units: [AppendUnit],
        to partitions: [Partition],
        of stream: Observed<StreamRow>,
        isAtomic: Bool,
        place: PlaceInLine?
    ) async throws(LedgerError) -> [AppendOutcome] {
        guard let mark = units[0].idempotency else {
            return try await appendNow(
                units,
                to: partitions,
                of: stream,
                isAtomic: isAtomic,
                place: place
            )
        }
        var check = IdempotencyCheck(of: mark, to: partitions, in: stream.value.incarnation)
        var action = check.start()
        while true {
            switch action {
            case .look(let query):
                switch await access.find(query) {
                case .success(let page): action = check.receive(page, now: clock.now())
                case .failure(let error): action = check.receive(failure: error)
                }
            case .append:
                let outcomes = try await appendNow(
                    units,
                    to: partitions,
                    of: stream,
                    isAtomic: isAtomic,
                    place: place
                )
                action = check.receive(outcomes: outcomes)
            case .finish(let outcomes): return outcomes
            case .refuse: throw .idempotencyKeyReused
            case .fail(let error): throw LedgerError(error)
            }
        }
    }

    /// Appends whatever was stored before.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func appendNow(
        _ units: [AppendUnit],
        to partitions: [Partition],
        of stream: Observed<StreamRow>,
        isAtomic: Bool,
        place: PlaceInLine?
    ) async throws(LedgerError) -> [AppendOutcome] {
        let row = stream.value
        try clockCheck.refuseToStamp(retentionHours: row.retentionHours)
        let context = AppendContext(stream: stream, trust: access.trust(in: row))
        // In several partitions its events get their places one after another.
        let place = partitions.count == 1 ? place : nil
        return isAtomic && partitions.count > 1
            ? await appendUncancelled(units, to: partitions, of: row, context: context)
            : await inParallel(Array(zip(partitions, units))) { [self] partition, unit in
                while true {
                    let appender = appenders.appender(to: partition, of: row)
                    let outcome = await appender.append(unit, context: context, place: place)
                    if let outcome { return outcome }
                }
            }
    }

    /// Appends in a task of its own, so that it learns its fate when its client is gone: a cancelled
    /// task could neither pause nor call the table, and would only try in vain until the deadline.
    private func appendUncancelled(
        _ units: [AppendUnit],
        to partitions: [Partition],
        of stream: StreamRow,
        context: AppendContext
    ) async -> [AppendOutcome] {
        await Task(executorPreference: access.configuration.executor) { [self] in
            await appendAtomically(units, to: partitions, of: stream, context: context)
        }.value
    }

    /// Appends by one transaction over all partitions, each held for it alone.
    private func appendAtomically(
        _ units: [AppendUnit],
        to partitions: [Partition],
        of stream: StreamRow,
        context: AppendContext
    ) async -> [AppendOutcome] {
        // Looked up once: a deletion meanwhile makes the stream's appenders be forgotten.
        let held = partitions.map { appenders.appender(to: $0, of: stream) }
        if let refusal = await acquire(held, arrived: units[0].arrived) {
            return partitions.map { _ in refusal }
        }
        let parts = partitions.indices.map { index in
            PartitionAppend(
                partition: partitions[index],
                tail: held[index].tail(by: clock),
                units: [units[index]]
            )
        }
        let known = clock.instant()
        let result = await runner.run(parts, in: context)
        let outcomes = result.outcomes.map { $0[0] }
        for (index, partition) in partitions.enumerated() {
            runner.noteAppended(
                [units[index]],
                outcomes: [outcomes[index]],
                to: partition,
                of: stream.id,
                incarnation: context.stream
            )
            held[index].release(tail: result.tails[index].map { Observed($0, readAt: known) })
        }
        return outcomes
    }

    /// Waits until all these partitions are the caller's alone.
    ///
    /// - Returns: The reason why they are not; then none of them is. Nil: they are.
    private func acquire(
        _ held: [PartitionAppender],
        arrived: Instant
    ) async -> AppendOutcome? {
        let turns = appenders.line(up: held, arrived: arrived)
        var granted: [PartitionAppender] = []
        var refusal: AppendOutcome?
        for (appender, turn) in zip(held, turns) {
            switch await turn.decision() {
            case .granted: granted.append(appender)
            case .refused(let outcome): refusal = outcome
            }
        }
        guard let refusal else { return nil }
        for appender in granted { appender.release() }
        return refusal
    }

    private func receipt(
        of stream: StreamRow,
        parts: PartitionedBatch,
        outcomes: [AppendOutcome]
    ) throws(LedgerError) -> PublishReceipt {
        var ranges: [(partition: Partition, stored: StoredRange)] = []
        for (partition, outcome) in zip(parts.partitions, outcomes) {
            guard case .stored(let range) = outcome else {
                logFailures(outcomes, of: parts.partitions, in: stream.id)
                throw LedgerError(
                    publishing: outcomes,
                    to: parts.partitions,
                    of: stream.id
                )
            }
            ranges.append((partition, range))
        }
        return PublishReceipt(
            stream: stream.id,
            partitionIndexes: parts.partitionIndexes,
            ranges: ranges
        )
    }

    /// Logs the table's errors, for which the answer has no place.
    private func logFailures(
        _ outcomes: [AppendOutcome],
        of partitions: [Partition],
        in stream: StreamID
    ) {
        for (partition, outcome) in zip(partitions, outcomes) {
            guard case .failed(let error) = outcome else { continue }
            access.logger.warning(
                "an append failed",
                metadata: [
                    "stream": "\(stream)", "partition": "\(partition.index)",
                    "error": "\(error.message)",
                ]
            )
        }
    }
}
