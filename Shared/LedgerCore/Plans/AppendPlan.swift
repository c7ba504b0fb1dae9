/// Appends to the tail of one or more partitions: the heart of the ledger, as a value.
///
/// The log's tail is its own lock: the plan puts its chunks at exactly the next offset under the
/// condition that nothing is there. It does no I/O and reads no clock: the shell calls
/// ``start(_:)``, does what the action says, and hands the result to the matching `receive`.
///
///     start ─→ readTails ─→ write ─┬─ applied ──────────────────────→ finish
///       │          ↑          ↑    ├─ our own append is there ───────→ finish
///       └──────────│──────────┤    ├─ someone else's chunk ─→ write behind it
///                  └──────────┘    ├─ indefinite, throttled ─→ pause ─→ write the same again
///                                  ├─ rows that were not judged ─→ pause ─→ write the same again
///                                  └─ a unit stored before: drop it ─→ write the others
///
/// With one lane its units are independent requests that share a chunk. With several lanes there
/// is one unit a lane and all are written in one transaction: an atomic publish.
///
/// Each unit has a deadline of its own, counted from its arrival. One that is overdue is settled:
/// as never stored while that is certain, and the others go on without it; as open otherwise.
/// ``outcomes`` has it from then on, so that nobody waits for the others' sake.
package struct AppendPlan: ~Copyable {
    /// What the shell does next.
    package enum Action: Sendable {
        /// Read, strongly consistent and in parallel, the last log row and the progress of these
        /// partitions; then ``AppendPlan/receive(tails:_:)``.
        case readTails([Partition])
        /// Write; one write alone, several as one transaction under `token`, as `decided` now.
        /// No retries below; time out after ``AppendPlan/attemptTimeout``. Then
        /// ``AppendPlan/receive(write:_:)``.
        case write([Write], token: Incarnation, decided: Instant)
        /// Wait so long, then ``AppendPlan/resume(_:)``. A jitter in [0, 1) scales it.
        case pause(milliseconds: Int64)
        /// Done.
        case finish(AppendResult)
    }

    /// What time it is, and some randomness.
    package struct Moment: Sendable {
        /// What the clocks say, for ages.
        package let instant: Instant
        /// The time to stamp by.
        package let now: Timestamp
        /// A fresh random id: for a new append.
        package let fresh: Incarnation

        /// A moment.
        ///
        /// `now`: Where it is not what the wall clock says.
        package init(_ instant: Instant, now: Timestamp? = nil, fresh: Incarnation) {
            self.instant = instant
            self.now = now ?? instant.now
            self.fresh = fresh
        }

        /// The time for what must not be too early: trust, and how long a row is kept.
        var wall: Timestamp { instant.now }
    }

    /// How long the shell gives one write, milliseconds.
    package static let attemptTimeout: Int64 = 2_000

    private let context: AppendContext
    private let patience: Int64
    private var lanes: [Lane]
    /// The attempt whose fate is open or that is about to be repeated; nil: none.
    private var attempt: AppendAttempt?
    /// Whether an attempt at the present offsets ended without a definite answer.
    private var isOpen = false
    private var failures = 0
    private var conflicts = 0

    /// How often a writer that came second pauses before it tries the next offset.
    ///
    /// Then it goes on at once: one that pauses always comes second to a writer that need not.
    private static let politeConflicts = 3
    /// The longest of those pauses, milliseconds: about what a write takes.
    private static let conflictPause: Int64 = 5

    /// Every so many conflicts the tail is read instead of adopted from the row in the way.
    ///
    /// That row tells of one chunk only. A process whose tail is up to a minute old may be thousands
    /// of chunks behind, and would not get to the end of them in time.
    private static let conflictsUntilReading = 4

    /// A plan that gives a unit up `patience` milliseconds after its arrival.
    package init(_ lanes: [AppendLane], context: AppendContext, patience: Int64) {
        precondition(!lanes.isEmpty)
        precondition(lanes.count == 1 || lanes.allSatisfy { $0.units.count == 1 })
        self.lanes = lanes.map(Lane.init)
        self.context = context
        self.patience = patience
    }

    /// The first action.
    package mutating func start(_ moment: Moment) -> Action {
        if !context.rules.keep(.queueDeadline) { forgetArrivals(moment) }
        settleOverdue(as: .overdue, moment)
        return advance(moment)
    }

    /// What has become of each unit so far, by lane; nil: not known yet.
    package var outcomes: [[AppendOutcome?]] { lanes.map(\.outcomes) }

    /// Takes what a ``Action/readTails(_:)`` found, in its order.
    package mutating func receive(
        tails: Result<[TailReading], TableError>,
        _ moment: Moment
    ) -> Action {
        let readings: [TailReading]
        switch tails {
        case .failure(let error): return retryRead(after: error, moment)
        case .success(let found): readings = found
        }
        var stale = lanes.indices.filter { lanes[$0].needsReading }.makeIterator()
        for reading in readings {
            guard let index = stale.next() else { break }
            switch reading.verdict(at: moment.wall, trusting: context.trust) {
            case .tail(let tail): lanes[index].tail = .read(tail)
            case .sealed: return finish(all: .streamGone)
            case .unverified: return finish(all: .tailUnverified)
            }
        }
        return advance(moment)
    }

    /// Takes what became of a ``Action/write(_:token:decided:)``.
    package mutating func receive(
        write: Result<TransactionOutcome, TableError>,
        _ moment: Moment
    ) -> Action {
        guard let attempt else { preconditionFailure("no write is under way") }
        switch write {
        case .success(.applied): return finishStored(attempt)
        case .success(.conditionFailed(let failed, let unjudged)):
            return resolve(AppendObstacles(failed, unjudged: unjudged), of: attempt, moment)
        case .failure(let error): return repeatWrite(attempt, after: error, moment)
        }
    }

    /// Goes on after a ``Action/pause(milliseconds:)``.
    package mutating func resume(_ moment: Moment) -> Action {
        // The pause may have been longer than asked for: a function was frozen, a machine asleep.
        // What is at this offset may have come and gone meanwhile.
        giveUpOverdue(as: .failed(Self.tooBusy), moment)
        guard let attempt, isWanted else { return advance(moment) }
        return write(attempt, moment)
    }

    private func write(_ attempt: AppendAttempt, _ moment: Moment) -> Action {
        .write(attempt.writes, token: attempt.token, decided: moment.instant)
    }

    // MARK: Forward

    /// Looks for tails that are missing, refuses what can't be, and writes the rest.
    private mutating func advance(_ moment: Moment) -> Action {
        for index in lanes.indices {
            lanes[index].refuseConflict()
        }
        guard isWanted else { return finishRest() }
        let unread = lanes.filter(\.needsReading).map(\.partition)
        if !unread.isEmpty { return .readTails(unread) }
        settleOverdue(as: .failed(Self.tooBusy), moment)
        guard isWanted else { return finishRest() }
        let attempt = AppendAttempt(lanes, context, moment)
        guard attempt.fitsOneTransaction else { return finish(all: .tooLarge) }
        self.attempt = attempt
        isOpen = false
        return write(attempt, moment)
    }

    /// Someone still waits for an outcome.
    private var isWanted: Bool { !lanes.allSatisfy(\.isEmpty) }

    /// Settles the units whose time is over, or all of them when what is known of the stream and
    /// its tails is not of now.
    ///
    /// In a process that stood still for days, the tail may have expired and the stream may be
    /// another one.
    ///
    /// - Returns: Whether there were any.
    @discardableResult
    private mutating func settleOverdue(as outcome: AppendOutcome, _ moment: Moment) -> Bool {
        let age = moment.instant.elapsed(since: context.known)
        let isCurrent = age < Limits.cacheAge + patience || !context.rules.keep(.cacheAge)
        var found = false
        for index in lanes.indices {
            let lane = lanes[index]
            let isAny = lanes[index].settle(as: outcome) { unit in
                !isCurrent || lane.waited(unit, at: moment.instant) >= patience
            }
            found = found || isAny
        }
        return found
    }

    /// Settles the units whose time is over while an attempt is to be repeated: it is repeated
    /// without them, unless it may have been applied.
    private mutating func giveUpOverdue(as refusal: AppendOutcome, _ moment: Moment) {
        if settleOverdue(as: isOpen ? .unknown : refusal, moment), !isOpen { attempt = nil }
    }

    private static let tooBusy = TableError(
        .definite,
        reason: .throttled,
        message: "other writers were faster until the deadline"
    )

    // MARK: Outcomes of a write

    /// Some condition failed, so this attempt wrote nothing: learn from each row in the way.
    private mutating func resolve(
        _ obstacles: AppendObstacles,
        of attempt: AppendAttempt,
        _ moment: Moment
    ) -> Action {
        do throws(TableError) {
            if lanes.count > 1, try attempt.isReused(obstacles, lanes) {
                return finish(all: .idempotencyKeyReused)
            }
            switch try attempt.verdict(on: obstacles, isOpen: isOpen) {
            case .ours: return finishStored(attempt)
            case .sealed: return finish(all: .streamGone)
            case .unseen where isOpen: return finish(all: .unknown)
            case .unjudged: return pause(.failed(Self.tooBusy), moment)
            case .unseen, .others: break
            }
            let isHalfStored = attempt.isHalfStored(obstacles)
            // Backwards, so that of one lane's chunks the first has the last word.
            for (index, item) in obstacles.failed.sorted(by: { $0.key > $1.key }) {
                let role = attempt.role(of: index)
                if case .unit? = role, isHalfStored { continue }
                try learn(from: item, role)
            }
        } catch {
            return finish(all: isOpen ? .unknown : .failed(error))
        }
        self.attempt = nil
        isOpen = false
        settleOverdue(as: .failed(Self.tooBusy), moment)
        guard isWanted, !attempt.blocksOnlyUnits(obstacles) else { return advance(moment) }
        conflicts += 1
        return conflicts > Self.politeConflicts
            ? advance(moment) : .pause(milliseconds: Self.conflictPause)
    }

    private mutating func learn(
        from item: Item?,
        _ role: AppendAttempt.Role?
    ) throws(TableError) {
        switch role {
        case .chunk(let lane, let isFirst)?:
            guard isFirst, let item, case .chunk(let chunk) = try LogEntry(item) else {
                lanes[lane].tail = .unknown
                return
            }
            let mustRead = (conflicts + 1).isMultiple(of: Self.conflictsUntilReading)
            lanes[lane].tail = mustRead ? .unknown : .adopted(chunk.tail)
        case .unit(let lane, let unit)?:
            guard let item else { return }
            lanes[lane].settle(unit, by: try IdempotencyRow(item))
        case nil:
            throw TableError(
                .definite,
                reason: .invalid,
                message: "the engine named a write that was not made"
            )
        }
    }

    /// The write may have happened, or the engine was not to be had: the same bytes at the same
    /// offset again, never elsewhere, until the row at this offset has been seen.
    private mutating func repeatWrite(
        _ attempt: AppendAttempt,
        after error: TableError,
        _ moment: Moment
    ) -> Action {
        isOpen = isOpen || (error.effect == .indefinite && context.rules.keep(.openOutcome))
        let isPassing = error.reason == .throttled || error.reason == .unavailable
        guard error.effect == .indefinite || isPassing else {
            return finish(all: isOpen ? .unknown : .failed(error))
        }
        if !context.rules.keep(.sameOffset) { forget(attempt) }
        return pause(.failed(error), moment)
    }

    /// What must not be done, for a simulation to notice.
    private mutating func forgetArrivals(_ moment: Moment) {
        for index in lanes.indices { lanes[index].countsFrom = moment.instant }
    }

    /// What must not be done, for a simulation to notice.
    private mutating func forget(_ attempt: AppendAttempt) {
        self.attempt = nil
        for (lane, _) in attempt.tails { lanes[lane].tail = .unknown }
    }

    private mutating func retryRead(after error: TableError, _ moment: Moment) -> Action {
        let canRepeat = error.reason == .throttled || error.reason == .unavailable
        return canRepeat ? pause(.failed(error), moment) : finish(all: .failed(error))
    }

    /// 5, 10, 20 … 320 ms, cut at the last deadline.
    ///
    /// `refusal`: What becomes of a unit that is overdue and certainly not stored.
    private mutating func pause(_ refusal: AppendOutcome, _ moment: Moment) -> Action {
        giveUpOverdue(as: refusal, moment)
        guard isWanted else { return finishRest() }
        let backoff = Int64(5) << Int64(min(failures, 6))
        failures += 1
        let left = lanes.map { $0.timeLeft(at: moment.instant, patience) }.max() ?? 0
        return .pause(milliseconds: min(backoff, left))
    }

    // MARK: Ends

    private mutating func finishStored(_ attempt: AppendAttempt) -> Action {
        for placed in attempt.placed {
            lanes[placed.lane].outcomes[placed.unit] = .stored(placed.range)
        }
        for (lane, tail) in attempt.tails {
            lanes[lane].tail = .adopted(tail)
        }
        return finishRest()
    }

    private mutating func finish(all outcome: AppendOutcome) -> Action {
        for index in lanes.indices {
            lanes[index].settleRest(as: outcome)
        }
        return finishRest()
    }

    private func finishRest() -> Action {
        .finish(
            AppendResult(
                outcomes: lanes.map { lane in lane.outcomes.map { $0 ?? .unknown } },
                tails: lanes.map { isOpen && $0.hasUnknown ? nil : $0.tail.verified }
            )
        )
    }
}

/// How an ``AppendPlan`` ended.
package struct AppendResult: Sendable {
    /// By lane and unit, as they were given.
    package let outcomes: [[AppendOutcome]]
    /// By lane: the tail to remember, nil when it must be looked up again.
    package let tails: [Tail?]
}
