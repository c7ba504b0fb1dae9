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
        case write([Write], token: Incarnation, decided: Instant)
        /// Wait so long, then ``AppendPlan/resume(at:)``. The shell waits for a random half to all
        /// of it.
        case pause(milliseconds: Int64)
        /// The append is over, with an outcome for each unit.
        case finish(AppendResult)
    }

    /// The time of one step, and some randomness for it.
    package struct Tick: Sendable {
        /// Both clocks as they are, for ages.
        package let instant: Instant
        /// The time that events are stamped with.
        package let stamp: Timestamp
        /// A fresh random id: for a new append.
        package let freshID: Incarnation

        /// A tick at `instant`; events are stamped by its wall clock where no `stamp` is given.
        package init(_ instant: Instant, stamp: Timestamp? = nil, freshID: Incarnation) {
            self.instant = instant
            self.stamp = stamp ?? instant.now
            self.freshID = freshID
        }

        /// The time for what must not be too early: trust, and how long a row is kept.
        var wall: Timestamp { instant.now }
    }

    private let context: AppendContext
    /// Milliseconds from a unit's arrival to its deadline.
    private let patience: Int64
    private var parts: [PartitionAppend]
    /// The attempt that is with the table or about to be repeated; nil: none.
    private var attempt: AppendAttempt?
    /// True once an attempt at the present offsets ended without a definite answer.
    private var outcomeUnknown = false
    /// Calls that were refused or lost so far: the pause grows with them.
    private var failures = 0
    /// Attempts so far that found another writer's chunk in the way.
    private var conflicts = 0

    /// A plan that gives a unit up `patience` milliseconds after its arrival.
    package init(_ parts: [PartitionAppend], context: AppendContext, patience: Int64) {
        precondition(!parts.isEmpty, "an append has at least one partition")
        precondition(
            parts.count == 1 || parts.allSatisfy { $0.units.count == 1 },
            "an atomic publish has one unit a partition"
        )
        self.parts = parts
        self.context = context
        self.patience = patience
    }

    /// The first action.
    package mutating func start(at tick: Tick) -> Action {
        if !context.rules.keep(.queueDeadline) { forgetArrivals(at: tick) }
        resolveOverdue(as: .overdue, at: tick)
        return advance(at: tick)
    }

    /// The outcomes so far, by partition and unit; nil: not known yet.
    package var outcomes: [[AppendOutcome?]] { parts.map(\.outcomes) }

    /// Takes the readings of an ``Action/readTails(_:)``, in its order.
    package mutating func receive(
        tails: Result<[TailReading], TableError>,
        at tick: Tick
    ) -> Action {
        let readings: [TailReading]
        switch tails {
        case .failure(let error): return retryRead(after: error, at: tick)
        case .success(let found): readings = found
        }
        var stale = parts.indices.filter { parts[$0].needsReading }.makeIterator()
        for reading in readings {
            guard let index = stale.next() else { break }
            switch reading.verdict(at: tick.wall, context.trust) {
            case .tail(let tail): parts[index].tail = .read(tail)
            case .sealed: return finish(all: .streamGone)
            case .unverified: return finish(all: .tailUnverified)
            }
        }
        return advance(at: tick)
    }

    /// Takes the outcome of an ``Action/write(_:token:decided:)``.
    package mutating func receive(
        write: Result<TransactionOutcome, TableError>,
        at tick: Tick
    ) -> Action {
        guard let attempt else {
            preconditionFailure("an outcome was given of a write that is not under way")
        }
        switch write {
        case .success(.applied): return finishStored(attempt)
        case .success(.conditionFailed(let failed, let unjudged)):
            let failed = FailedConditions(rows: failed, unjudged: unjudged)
            return resolve(failed, of: attempt, at: tick)
        case .failure(let error): return repeatWrite(attempt, after: error, at: tick)
        }
    }

    /// Goes on after a ``Action/pause(milliseconds:)``.
    package mutating func resume(at tick: Tick) -> Action {
        // The pause may have been longer than asked for: a function was frozen, a machine asleep.
        // What is at this offset may have come and gone meanwhile.
        giveUpOverdue(as: .failed(Self.tooBusy), at: tick)
        guard let attempt, isWanted else { return advance(at: tick) }
        return write(attempt, at: tick)
    }

    private func write(_ attempt: AppendAttempt, at tick: Tick) -> Action {
        .write(attempt.writes, token: attempt.token, decided: tick.instant)
    }

    // MARK: Forward

    /// Looks for tails that are missing, refuses what can't be, and writes the rest.
    private mutating func advance(at tick: Tick) -> Action {
        for index in parts.indices {
            parts[index].refuseConflict()
        }
        guard isWanted else { return finishRest() }
        let unread = parts.filter(\.needsReading).map(\.partition)
        if !unread.isEmpty { return .readTails(unread) }
        resolveOverdue(as: .failed(Self.tooBusy), at: tick)
        guard isWanted else { return finishRest() }
        let attempt = AppendAttempt(parts, context: context, at: tick)
        guard attempt.fitsOneTransaction else { return finish(all: .tooLarge) }
        self.attempt = attempt
        outcomeUnknown = false
        return write(attempt, at: tick)
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

    /// Gives an outcome to the units whose time is over while an attempt is to be repeated: it is
    /// repeated without them, unless it may have been applied.
    private mutating func giveUpOverdue(as refusal: AppendOutcome, at tick: Tick) {
        let outcome = outcomeUnknown ? .unknown : refusal
        if resolveOverdue(as: outcome, at: tick), !outcomeUnknown { attempt = nil }
    }

    private static let tooBusy = TableError(
        .definite,
        .throttled,
        "other writers were faster until the deadline"
    )

    // MARK: Outcomes of a write

    /// Some condition failed, so this attempt wrote nothing: learn from each row in the way.
    private mutating func resolve(
        _ failed: FailedConditions,
        of attempt: AppendAttempt,
        at tick: Tick
    ) -> Action {
        do throws(TableError) {
            // Atomic publish: some partitions hold this Idempotency-Key, others do not. Only a
            // different body does that.
            if parts.count > 1, try attempt.isReused(failed, by: parts) {
                return finish(all: .idempotencyKeyReused)
            }
            switch try attempt.resolve(failed, outcomeUnknown: outcomeUnknown) {
            case .ours: return finishStored(attempt)
            case .sealed: return finish(all: .streamGone)
            case .unseen where outcomeUnknown: return finish(all: .unknown)
            case .unjudged: return pause(refusingWith: .failed(Self.tooBusy), at: tick)
            case .unseen, .others: break
            }
            let isHalfStored = attempt.isHalfStored(failed)
            // From the last to the first: a partition's first chunk decides its new tail.
            for (index, item) in failed.rows.sorted(by: { $0.key > $1.key }) {
                let role = attempt.role(of: index)
                if case .unit? = role, isHalfStored { continue }
                try learn(from: item, as: role)
            }
        } catch {
            return finish(all: outcomeUnknown ? .unknown : .failed(error))
        }
        self.attempt = nil
        outcomeUnknown = false
        resolveOverdue(as: .failed(Self.tooBusy), at: tick)
        guard isWanted, !attempt.isBlockedByUnitsOnly(failed) else { return advance(at: tick) }
        conflicts += 1
        return conflicts > Limits.politeConflicts
            ? advance(at: tick) : .pause(milliseconds: Limits.conflictPause)
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
            throw TableError(.definite, .invalid, "the engine named a write that was not made")
        }
    }

    /// Repeats a write that may have happened or that the engine refused for the moment: the same
    /// bytes at the same offset, never elsewhere, until the row at this offset has been seen.
    private mutating func repeatWrite(
        _ attempt: AppendAttempt,
        after error: TableError,
        at tick: Tick
    ) -> Action {
        outcomeUnknown =
            outcomeUnknown || (error.effect == .indefinite && context.rules.keep(.openOutcome))
        let isPassing = error.reason == .throttled || error.reason == .unavailable
        guard error.effect == .indefinite || isPassing else {
            return finish(all: outcomeUnknown ? .unknown : .failed(error))
        }
        if !context.rules.keep(.sameOffset) { forget(attempt) }
        return pause(refusingWith: .failed(error), at: tick)
    }

    /// SIMULATION only: breaks `queueDeadline`, so that the oracle must report it.
    private mutating func forgetArrivals(at tick: Tick) {
        for index in parts.indices { parts[index].countsFrom = tick.instant }
    }

    /// SIMULATION only: breaks `sameOffset`, so that the oracle must report it.
    private mutating func forget(_ attempt: AppendAttempt) {
        self.attempt = nil
        for (part, _) in attempt.tails { parts[part].tail = .unknown }
    }

    private mutating func retryRead(after error: TableError, at tick: Tick) -> Action {
        let canRepeat = error.reason == .throttled || error.reason == .unavailable
        return canRepeat
            ? pause(refusingWith: .failed(error), at: tick) : finish(all: .failed(error))
    }

    /// Pauses for 5, 10, 20 … 320 ms, cut at the last deadline.
    ///
    /// A unit that is overdue and certainly not stored gets `refusal`.
    private mutating func pause(refusingWith refusal: AppendOutcome, at tick: Tick) -> Action {
        giveUpOverdue(as: refusal, at: tick)
        guard isWanted else { return finishRest() }
        let backoff = Int64(5) << Int64(min(failures, 6))
        failures += 1
        let left = parts.map { $0.timeLeft(at: tick.instant, patience: patience) }.max() ?? 0
        return .pause(milliseconds: min(backoff, left))
    }

    // MARK: Ends

    private mutating func finishStored(_ attempt: AppendAttempt) -> Action {
        for placed in attempt.placed {
            parts[placed.part].outcomes[placed.unit] = .stored(placed.range)
        }
        for (part, tail) in attempt.tails {
            parts[part].tail = .adopted(tail)
        }
        return finishRest()
    }

    private mutating func finish(all outcome: AppendOutcome) -> Action {
        for index in parts.indices {
            parts[index].resolveRest(as: outcome)
        }
        return finishRest()
    }

    private func finishRest() -> Action {
        .finish(
            AppendResult(
                outcomes: parts.map { part in part.outcomes.map { $0 ?? .unknown } },
                tails: parts.map { outcomeUnknown && $0.hasUnknown ? nil : $0.tail.verified }
            )
        )
    }
}

/// The end of an ``AppendPlan``.
package struct AppendResult: Sendable {
    /// The outcomes by partition and unit, as they were given.
    package let outcomes: [[AppendOutcome]]
    /// By partition: the tail to remember, nil when it must be looked up again.
    package let tails: [Tail?]
}
