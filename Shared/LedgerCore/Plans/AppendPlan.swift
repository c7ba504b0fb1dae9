/// Appends to the tail of one or more partitions: the heart of the ledger, as a value.
///
/// The log's tail is its own lock: the plan puts its chunks at exactly the next offset under the
/// condition that nothing is there. It does no I/O and reads no clock: the shell calls
/// ``start(at:)``, does what the action says, and hands the result to the matching `receive`.
///
///     start ─→ readTails ─→ write ─┬─ applied ──────────────────────→ finish
///       │          ↑          ↑    ├─ our own append is there ───────→ finish
///       └──────────│──────────┤    ├─ someone else's chunk ─→ write behind it
///                  └──────────┘    ├─ indefinite, throttled ─→ pause ─→ write the same again
///                                  ├─ rows that were not judged ─→ pause ─→ write the same again
///                                  └─ a unit stored before: drop it ─→ write the others
///
/// With one partition its units are independent requests that share a chunk. With several partitions
/// there is one unit in each and all are written in one transaction: an atomic publish.
///
/// Each unit has a deadline of its own, counted from its arrival. One that is overdue gets its
/// outcome: never stored while that is certain, and the others go on without it; unknown otherwise.
/// ``outcomes`` has it from then on, so that nobody waits for the others' sake.
package struct AppendPlan: ~Copyable {
    /// The shell's next step.
    package enum Action: Sendable {
        /// Read, strongly consistent and in parallel, the last log row and the progress of these
        /// partitions; then ``AppendPlan/receive(tails:at:)``.
        case readTails([Partition])
        /// Write; one write alone, several as one transaction under `token`, as `decided` now.
        /// No retries below; time out after ``Limits/attemptTimeout``. Then
        /// ``AppendPlan/receive(write:at:)``.
        case write([Write], token: TransactionToken, decided: Instant)
        /// Wait so long, then ``AppendPlan/resume(at:)``. The shell waits for a random half to all
        /// of it.
        case pause(Duration)
        /// The append is over, with an outcome for each unit.
        case finish(AppendResult)
    }

    /// The time of one step, and some randomness for it.
    package struct Tick: Sendable {
        /// Both clocks as they are, for ages.
        package let instant: Instant
        /// The time that events are stamped with.
        package let stamp: Timestamp
        private let drawID: @Sendable () -> AppendID

        /// A tick at `instant`; events are stamped by its wall clock where no `stamp` is given.
        ///
        /// An id is drawn only where it is needed.
        package init(
            _ instant: Instant,
            stamp: Timestamp? = nil,
            freshID: @autoclosure @escaping @Sendable () -> AppendID
        ) {
            self.instant = instant
            self.stamp = stamp ?? instant.now
            drawID = freshID
        }

        /// A fresh random id: for a new append.
        package var freshID: AppendID { drawID() }

        /// The time for what must not be too early: trust, and how long a row is kept.
        var wall: Timestamp { instant.now }
    }

    private enum State: Sendable {
        /// Nothing was asked for yet. Next: reading, writing, finished.
        case new
        /// Tails are being read. Next: writing, pausing, finished.
        ///
        /// No attempt is under way here, so its outcome is unknown only where a simulation breaks
        /// `sameOffset`.
        case reading(outcomeUnknown: Bool)
        /// The attempt is with the table, and an earlier try of it may have been applied where its
        /// outcome is unknown. Next: pausing, reading or writing (behind another writer's chunk, or
        /// without the units stored before), finished.
        case writing(AppendAttempt, outcomeUnknown: Bool)
        /// The attempt is to be repeated; nil: a new one is made. Next: writing (the same bytes, or a
        /// new attempt), reading, finished.
        case pausing(AppendAttempt?, outcomeUnknown: Bool)
        /// Every unit has its outcome. Next: none.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let context: AppendContext
    /// The time from a unit's arrival to its deadline.
    private let patience: Duration
    private var state = State.new
    private var parts: [PartitionAppend]
    /// Calls that were refused or lost so far: the pause grows with them.
    private var failures = 0
    /// Attempts so far that found another writer's chunk in the way.
    private var conflicts = 0

    /// A plan that gives a unit up `patience` after its arrival.
    package init(_ parts: [PartitionAppend], context: AppendContext, patience: Duration) {
        precondition(!parts.isEmpty, "an append has at least one partition")
        precondition(
            parts.count == 1 || parts.allSatisfy { $0.units.count == 1 },
            "an atomic publish has one unit a partition"
        )
        self.parts = parts
        self.context = context
        self.patience = patience
    }

    /// The outcomes so far, by partition and unit; nil: not known yet.
    package var outcomes: [[AppendOutcome?]] { parts.map(\.outcomes) }

    /// The first action.
    package mutating func start(at tick: Tick) -> Action {
        guard case .new = state else { preconditionFailure("an append starts once") }
        if !context.rules.keep(.queueDeadline) { forgetArrivals(at: tick) }
        resolveOverdue(as: .overdue, at: tick)
        return take(advance(outcomeUnknown: false, at: tick))
    }

    /// Takes the readings of an ``Action/readTails(_:)``, in its order.
    package mutating func receive(
        tails: Result<[TailReading], TableError>,
        at tick: Tick
    ) -> Action {
        guard case .reading(let outcomeUnknown) = state else {
            preconditionFailure("tails were not asked for")
        }
        switch tails {
        case .failure(let error):
            return take(retryRead(after: error, outcomeUnknown: outcomeUnknown, at: tick))
        case .success(let readings):
            return take(learn(from: readings, outcomeUnknown: outcomeUnknown, at: tick))
        }
    }

    /// Takes the outcome of an ``Action/write(_:token:decided:)``.
    package mutating func receive(
        write: Result<TransactionOutcome, TableError>,
        at tick: Tick
    ) -> Action {
        guard case .writing(let attempt, let outcomeUnknown) = state else {
            preconditionFailure("an outcome was given of a write that is not under way")
        }
        switch write {
        case .success(.applied):
            return take(finishStored(attempt, outcomeUnknown: outcomeUnknown))
        case .success(.conditionFailed(let failed, let unjudged)):
            let failed = FailedConditions(rows: failed, unjudged: unjudged)
            return take(resolve(failed, of: attempt, outcomeUnknown: outcomeUnknown, at: tick))
        case .failure(let error):
            return take(
                repeatWrite(attempt, after: error, outcomeUnknown: outcomeUnknown, at: tick)
            )
        }
    }

    /// Goes on after a ``Action/pause(_:)``.
    package mutating func resume(at tick: Tick) -> Action {
        guard case .pausing(let attempt, let outcomeUnknown) = state else {
            preconditionFailure("no pause was asked for")
        }
        // The pause may have been longer than asked for: a function was frozen, a machine asleep.
        // What is at this offset may have come and gone meanwhile.
        let kept = giveUpOverdue(
            of: attempt,
            outcomeUnknown: outcomeUnknown,
            refusingWith: .failed(Self.tooBusy),
            at: tick
        )
        guard let kept, isWanted else {
            return take(advance(outcomeUnknown: outcomeUnknown, at: tick))
        }
        return take(write(kept, outcomeUnknown: outcomeUnknown, at: tick))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    // MARK: Forward

    /// Looks for tails that are missing, refuses what can't be, and writes the rest.
    private mutating func advance(outcomeUnknown: Bool, at tick: Tick) -> Step {
        for index in parts.indices {
            parts[index].refuseConflict()
        }
        guard isWanted else { return finishRest(outcomeUnknown: outcomeUnknown) }
        let unread = parts.filter(\.needsReading).map(\.partition)
        if !unread.isEmpty {
            return (.reading(outcomeUnknown: outcomeUnknown), .readTails(unread))
        }
        resolveOverdue(as: .failed(Self.tooBusy), at: tick)
        guard isWanted else { return finishRest(outcomeUnknown: outcomeUnknown) }
        let attempt = AppendAttempt(parts, context: context, at: tick)
        guard attempt.fitsOneTransaction else {
            return finish(all: .tooLarge, outcomeUnknown: outcomeUnknown)
        }
        return write(attempt, outcomeUnknown: false, at: tick)
    }

    private func write(
        _ attempt: AppendAttempt,
        outcomeUnknown: Bool,
        at tick: Tick
    ) -> Step {
        (
            .writing(attempt, outcomeUnknown: outcomeUnknown),
            .write(attempt.writes, token: attempt.append.token, decided: tick.instant)
        )
    }

    /// True while someone still waits for an outcome.
    private var isWanted: Bool { !parts.allSatisfy(\.isEmpty) }

    /// Gives an outcome to the units whose time is over, or to all of them when what is known of the
    /// stream and its tails is too old.
    ///
    /// In a process that stood still for days, the tail may have expired and the stream may be
    /// another one.
    ///
    /// - Returns: True if there were any.
    @discardableResult
    private mutating func resolveOverdue(as outcome: AppendOutcome, at tick: Tick) -> Bool {
        let age = tick.instant.elapsed(since: context.known)
        let isCurrent = age < Limits.cacheAge + patience || !context.rules.keep(.cacheAge)
        var found = false
        for index in parts.indices {
            let part = parts[index]
            let isAny = parts[index].resolve(as: outcome) { unit in
                !isCurrent || part.waited(unit, at: tick.instant) >= patience
            }
            found = found || isAny
        }
        return found
    }

    /// Gives an outcome to the units whose time is over while an attempt is to be repeated.
    ///
    /// - Returns: The attempt to repeat: the same, even for units that are given up, while it may have
    ///   been applied; nil when a new one is to be made without them.
    private mutating func giveUpOverdue(
        of attempt: AppendAttempt?,
        outcomeUnknown: Bool,
        refusingWith refusal: AppendOutcome,
        at tick: Tick
    ) -> AppendAttempt? {
        let isAny = resolveOverdue(as: outcomeUnknown ? .unknown : refusal, at: tick)
        return isAny && !outcomeUnknown ? nil : attempt
    }

    private static let tooBusy = TableError(
        .definite,
        reason: .throttled,
        message: "other writers were faster until the deadline"
    )

    // MARK: Outcomes

    /// Takes the tails of the partitions that needed one.
    private mutating func learn(
        from readings: [TailReading],
        outcomeUnknown: Bool,
        at tick: Tick
    ) -> Step {
        var stale = parts.indices.filter { parts[$0].needsReading }.makeIterator()
        for reading in readings {
            guard let index = stale.next() else { break }
            switch reading.verdict(at: tick.wall, trusting: context.trust) {
            case .tail(let tail): parts[index].tail = .read(tail)
            case .sealed: return finish(all: .streamGone, outcomeUnknown: outcomeUnknown)
            case .unverified: return finish(all: .tailUnverified, outcomeUnknown: outcomeUnknown)
            }
        }
        return advance(outcomeUnknown: outcomeUnknown, at: tick)
    }

    private mutating func retryRead(
        after error: TableError,
        outcomeUnknown: Bool,
        at tick: Tick
    ) -> Step {
        guard error.reason == .throttled || error.reason == .unavailable else {
            return finish(all: .failed(error), outcomeUnknown: outcomeUnknown)
        }
        return pause(
            before: nil,
            outcomeUnknown: outcomeUnknown,
            refusingWith: .failed(error),
            at: tick
        )
    }

    /// Some condition failed, so this attempt wrote nothing: learn from each row in the way.
    private mutating func resolve(
        _ failed: FailedConditions,
        of attempt: AppendAttempt,
        outcomeUnknown: Bool,
        at tick: Tick
    ) -> Step {
        do throws(TableError) {
            // The partitions of an atomic publish share one fate: where one of them holds this
            // Idempotency-Key with another body, nothing of it is stored.
            if parts.count > 1, try attempt.isReused(failed, by: parts) {
                return finish(all: .idempotencyKeyReused, outcomeUnknown: outcomeUnknown)
            }
            switch try attempt.resolve(failed, outcomeUnknown: outcomeUnknown) {
            case .ours: return finishStored(attempt, outcomeUnknown: outcomeUnknown)
            case .sealed: return finish(all: .streamGone, outcomeUnknown: outcomeUnknown)
            case .unseen where outcomeUnknown:
                return finish(all: .unknown, outcomeUnknown: outcomeUnknown)
            case .unjudged:
                return pause(
                    before: attempt,
                    outcomeUnknown: outcomeUnknown,
                    refusingWith: .failed(Self.tooBusy),
                    at: tick
                )
            case .unseen, .others: try learn(from: failed, of: attempt)
            }
        } catch {
            return finish(
                all: outcomeUnknown ? .unknown : .failed(error),
                outcomeUnknown: outcomeUnknown
            )
        }
        return goBehind(failed, of: attempt, at: tick)
    }

    /// Takes what the rows in the way of an attempt say of tails and of units stored before.
    private mutating func learn(
        from failed: FailedConditions,
        of attempt: AppendAttempt
    ) throws(TableError) {
        let isHalfStored = attempt.isHalfStored(failed)
        // From the last to the first: a partition's first chunk decides its new tail.
        for (index, item) in failed.rows.sorted(by: { $0.key > $1.key }) {
            let role = attempt.role(of: index)
            if case .unit? = role, isHalfStored { continue }
            try learn(from: item, as: role)
        }
    }

    private mutating func learn(
        from item: Item?,
        as role: AppendAttempt.Role?
    ) throws(TableError) {
        switch role {
        case .chunk(let part, let isFirst)?:
            guard isFirst, let item, case .chunk(let chunk) = try LogEntry(item) else {
                parts[part].tail = .unknown
                return
            }
            let mustRead = (conflicts + 1).isMultiple(of: Limits.conflictsUntilReading)
            parts[part].tail = mustRead ? .unknown : .adopted(chunk.tail)
        case .unit(let part, let unit)?:
            guard let item else { return }
            parts[part].resolve(unit, by: try IdempotencyRow(item))
        case nil:
            throw TableError(
                .definite,
                reason: .invalid,
                message: "the engine named a write that was not made"
            )
        }
    }

    /// Goes on after an attempt that was certainly not applied, politely where another writer came
    /// first.
    private mutating func goBehind(
        _ failed: FailedConditions,
        of attempt: AppendAttempt,
        at tick: Tick
    ) -> Step {
        resolveOverdue(as: .failed(Self.tooBusy), at: tick)
        guard isWanted, !attempt.isBlockedByUnitsOnly(failed) else {
            return advance(outcomeUnknown: false, at: tick)
        }
        conflicts += 1
        guard conflicts <= Limits.politeConflicts else {
            return advance(outcomeUnknown: false, at: tick)
        }
        return (
            .pausing(nil, outcomeUnknown: false), .pause(Limits.conflictPause)
        )
    }

    /// Repeats a write that may have happened or that the engine refused for the moment: the same
    /// bytes at the same offset, never elsewhere, until the row at this offset has been seen.
    private mutating func repeatWrite(
        _ attempt: AppendAttempt,
        after error: TableError,
        outcomeUnknown wasUnknown: Bool,
        at tick: Tick
    ) -> Step {
        let outcomeUnknown =
            wasUnknown || (error.effect == .indefinite && context.rules.keep(.openOutcome))
        let isPassing = error.reason == .throttled || error.reason == .unavailable
        guard error.effect == .indefinite || isPassing else {
            return finish(
                all: outcomeUnknown ? .unknown : .failed(error),
                outcomeUnknown: outcomeUnknown
            )
        }
        let keepsAttempt = context.rules.keep(.sameOffset)
        if !keepsAttempt { forgetTails(of: attempt) }
        return pause(
            before: keepsAttempt ? attempt : nil,
            outcomeUnknown: outcomeUnknown,
            refusingWith: .failed(error),
            at: tick
        )
    }

    /// SIMULATION only: breaks `queueDeadline`, so that the oracle must report it.
    private mutating func forgetArrivals(at tick: Tick) {
        for index in parts.indices { parts[index].countsFrom = tick.instant }
    }

    /// SIMULATION only: breaks `sameOffset`, so that the oracle must report it.
    private mutating func forgetTails(of attempt: AppendAttempt) {
        for (part, _) in attempt.tails { parts[part].tail = .unknown }
    }

    /// Pauses for 5, 10, 20 … 320 ms, cut at the last deadline.
    ///
    /// A unit that is overdue and certainly not stored gets `refusal`.
    private mutating func pause(
        before attempt: AppendAttempt?,
        outcomeUnknown: Bool,
        refusingWith refusal: AppendOutcome,
        at tick: Tick
    ) -> Step {
        let kept = giveUpOverdue(
            of: attempt,
            outcomeUnknown: outcomeUnknown,
            refusingWith: refusal,
            at: tick
        )
        guard isWanted else { return finishRest(outcomeUnknown: outcomeUnknown) }
        let backoff = Duration.milliseconds(5 << min(failures, 6))
        failures += 1
        let left = parts.map { $0.timeLeft(at: tick.instant, patience: patience) }.max() ?? .zero
        return (
            .pausing(kept, outcomeUnknown: outcomeUnknown),
            .pause(min(backoff, left))
        )
    }

    // MARK: Ends

    private mutating func finishStored(_ attempt: AppendAttempt, outcomeUnknown: Bool) -> Step {
        for placed in attempt.placed {
            parts[placed.part].outcomes[placed.unit] = .stored(placed.range)
        }
        for (part, tail) in attempt.tails {
            parts[part].tail = .adopted(tail)
        }
        return finishRest(outcomeUnknown: outcomeUnknown)
    }

    private mutating func finish(all outcome: AppendOutcome, outcomeUnknown: Bool) -> Step {
        for index in parts.indices {
            parts[index].resolveRest(as: outcome)
        }
        return finishRest(outcomeUnknown: outcomeUnknown)
    }

    private func finishRest(outcomeUnknown: Bool) -> Step {
        let result = AppendResult(
            outcomes: parts.map { part in part.outcomes.map { $0 ?? .unknown } },
            tails: parts.map { outcomeUnknown && $0.hasUnknown ? nil : $0.tail.verified }
        )
        return (.finished, .finish(result))
    }
}

/// The end of an ``AppendPlan``.
package struct AppendResult: Sendable {
    /// The outcomes by partition and unit, as they were given.
    package let outcomes: [[AppendOutcome]]
    /// By partition: the tail to remember, nil when it must be looked up again.
    package let tails: [Tail?]
}
