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
public struct AppendPlan: ~Copyable {
    /// What the shell does next.
    public enum Action: Sendable {
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
    public struct Moment: Sendable {
        /// What the clocks say, for ages.
        public let instant: Instant
        /// The time to stamp by.
        public let now: Timestamp
        /// A fresh random id: for a new append.
        public let fresh: Incarnation

        /// A moment.
        ///
        /// `now`: Where it is not what the wall clock says.
        public init(_ instant: Instant, now: Timestamp? = nil, fresh: Incarnation) {
            self.instant = instant
            self.now = now ?? instant.now
            self.fresh = fresh
        }

        /// The time for what must not be too early: trust, and how long a row is kept.
        var wall: Timestamp { instant.now }
    }

    /// How long the shell gives one write, milliseconds.
    public static let attemptTimeout: Int64 = 2_000

    private let context: AppendContext
    private let patience: Int64
    private var started: Instant?
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

    /// A plan that gives up after `patience` milliseconds.
    public init(_ lanes: [AppendLane], context: AppendContext, patience: Int64) {
        precondition(!lanes.isEmpty)
        precondition(lanes.count == 1 || lanes.allSatisfy { $0.units.count == 1 })
        self.lanes = lanes.map(Lane.init)
        self.context = context
        self.patience = patience
    }

    /// The first action.
    public mutating func start(_ moment: Moment) -> Action {
        started = moment.instant
        return advance(moment)
    }

    /// Takes what a ``Action/readTails(_:)`` found, in its order.
    public mutating func receive(
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
            switch reading.verdict(at: moment.wall, context.trust) {
            case .tail(let tail): lanes[index].tail = .read(tail)
            case .sealed: return finish(all: .streamGone)
            case .unverified: return finish(all: .tailUnverified)
            }
        }
        return advance(moment)
    }

    /// Takes what became of a ``Action/write(_:token:decided:)``.
    public mutating func receive(
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
    public mutating func resume(_ moment: Moment) -> Action {
        guard let attempt else { return advance(moment) }
        // The pause may have been longer than asked for: a function was frozen, a machine asleep.
        // What is at this offset may have come and gone meanwhile.
        guard hasTime(moment) else {
            return finish(all: isOpen ? .unknown : .failed(Self.tooBusy))
        }
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
        let unread = lanes.filter(\.needsReading).map(\.partition)
        if !unread.isEmpty { return .readTails(unread) }
        if lanes.allSatisfy(\.isEmpty) { return finishRest() }
        // Several lanes share one request's fate, which only another body can have split.
        if lanes.contains(where: \.isEmpty) { return finish(all: .idempotencyKeyReused) }
        guard hasTime(moment) else { return finish(all: .failed(Self.tooBusy)) }
        let attempt = AppendAttempt(lanes, context, moment)
        guard attempt.fitsOneTransaction else { return finish(all: .tooLarge) }
        self.attempt = attempt
        isOpen = false
        return write(attempt, moment)
    }

    private func elapsed(_ moment: Moment) -> Int64 {
        moment.instant.elapsed(since: started ?? moment.instant)
    }

    /// Whether a write may begin: what is known of the stream and its tails must be of now.
    ///
    /// In a process that stood still for days, the tail may have expired and the stream may be
    /// another one.
    private func hasTime(_ moment: Moment) -> Bool {
        let age = moment.instant.elapsed(since: context.known)
        return elapsed(moment) < patience
            && (age < Limits.cacheAge + patience || !Rule.cacheAge.isKept)
    }

    private static let tooBusy = TableError(
        .definite,
        .throttled,
        "other writers were faster until the deadline"
    )

    // MARK: Outcomes of a write

    /// Some condition failed, so this attempt wrote nothing: learn from each row in the way.
    private mutating func resolve(
        _ obstacles: AppendObstacles,
        of attempt: AppendAttempt,
        _ moment: Moment
    ) -> Action {
        do throws(TableError) {
            switch try attempt.verdict(on: obstacles, isOpen: isOpen) {
            case .ours: return finishStored(attempt)
            case .sealed: return finish(all: .streamGone)
            case .unseen where isOpen: return finish(all: .unknown)
            case .unjudged:
                failures += 1
                guard hasTime(moment) else {
                    return finish(all: isOpen ? .unknown : .failed(Self.tooBusy))
                }
                return pause(moment)
            case .unseen, .others: break
            }
            // Backwards, so that of one lane's chunks the first has the last word.
            for (index, item) in obstacles.failed.sorted(by: { $0.key > $1.key }) {
                try learn(from: item, at: index, of: attempt)
            }
        } catch {
            return finish(all: isOpen ? .unknown : .failed(error))
        }
        self.attempt = nil
        isOpen = false
        let goesOn = attempt.blocksOnlyUnits(obstacles) || lanes.allSatisfy(\.isEmpty)
        guard !goesOn, hasTime(moment) else { return advance(moment) }
        conflicts += 1
        return conflicts > Self.politeConflicts
            ? advance(moment) : .pause(milliseconds: Self.conflictPause)
    }

    private mutating func learn(
        from item: Item?,
        at index: Int,
        of attempt: AppendAttempt
    )
        throws(TableError)
    {
        switch attempt.role(of: index) {
        case .chunk(let lane, let isFirst)?:
            guard isFirst, let item, case .chunk(let chunk) = try LogEntry(item) else {
                lanes[lane].tail = .unknown
                return
            }
            let mustRead = (conflicts + 1).isMultiple(of: Self.conflictsUntilReading)
            lanes[lane].tail = mustRead ? .unknown : .adopted(chunk.tail)
        case .unit(let lane, let unit)?:
            guard let item else { return }
            let row = try IdempotencyRow(item)
            lanes[lane].settle(unit, by: row)
        case nil:
            throw TableError(.definite, .invalid, "the engine named a write that was not made")
        }
    }

    /// The write may have happened, or the engine was not to be had: the same bytes at the same
    /// offset again, never elsewhere, until the row at this offset has been seen.
    private mutating func repeatWrite(
        _ attempt: AppendAttempt,
        after error: TableError,
        _ moment: Moment
    ) -> Action {
        failures += 1
        isOpen = isOpen || (error.effect == .indefinite && Rule.openOutcome.isKept)
        let isPassing = error.reason == .throttled || error.reason == .unavailable
        guard error.effect == .indefinite || isPassing, hasTime(moment) else {
            return finish(all: isOpen ? .unknown : .failed(error))
        }
        if !Rule.sameOffset.isKept { forget(attempt) }
        return pause(moment)
    }

    /// What must not be done, for a simulation to notice.
    private mutating func forget(_ attempt: AppendAttempt) {
        self.attempt = nil
        for (lane, _) in attempt.tails { lanes[lane].tail = .unknown }
    }

    private mutating func retryRead(after error: TableError, _ moment: Moment) -> Action {
        failures += 1
        let canRepeat = error.reason == .throttled || error.reason == .unavailable
        guard canRepeat, hasTime(moment) else { return finish(all: .failed(error)) }
        return pause(moment)
    }

    /// 5, 10, 20 … 320 ms, cut at the deadline.
    private func pause(_ moment: Moment) -> Action {
        let backoff = Int64(5) << Int64(min(failures - 1, 6))
        return .pause(milliseconds: min(backoff, max(patience - elapsed(moment), 0)))
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
public struct AppendResult: Sendable {
    /// By lane and unit, as they were given.
    public let outcomes: [[AppendOutcome]]
    /// By lane: the tail to remember, nil when it must be looked up again.
    public let tails: [Tail?]
}
