/// One request's events for one partition, waiting to be appended.
package struct AppendUnit: Sendable {
    /// The events, at least one.
    package let records: Records
    /// What makes the request recognisable; nil without an `Idempotency-Key`.
    package let idempotency: IdempotencyMark?
    /// The offset that the client requires the first event to get; nil: any.
    package let expectedOffset: Offset?
    /// When the request came: its patience is counted from here, whatever it waits for.
    package let arrived: Instant

    /// A unit.
    package init(
        records: Records,
        idempotency: IdempotencyMark? = nil,
        expectedOffset: Offset? = nil,
        arrived: Instant
    ) {
        precondition(records.count > 0, "a unit has at least one event")
        self.records = records
        self.arrived = arrived
        self.idempotency = idempotency
        self.expectedOffset = expectedOffset
    }
}

/// What became of an ``AppendUnit``.
package enum AppendOutcome: Hashable, Sendable {
    /// Its events are durable, by this call or, with the same `Idempotency-Key` and body, by an
    /// earlier one.
    case stored(StoredRange)
    /// The `Idempotency-Key` was used with another body. Nothing was stored.
    case idempotencyKeyReused
    /// The partition's next offset is not the expected one. Nothing was stored.
    case offsetConflict(actual: Offset)
    /// The partition is sealed: the stream was deleted. Nothing was stored.
    case streamGone
    /// The tail can't be verified; an operator must accept it. Nothing was stored.
    case tailUnverified
    /// More than one transaction can take. Nothing was stored.
    case tooLarge
    /// The table failed, and nothing was stored.
    case failed(TableError)
    /// It waited for its turn until its deadline, and was never sent. Nothing was stored.
    case overdue
    /// Too much waits for the partition already. Nothing was stored.
    case queueFull
    /// Time ran out while it was open whether the events are stored.
    case unknown

    /// Whether it rests on a row that was seen, not on what this append did or could not do.
    package var isProven: Bool {
        switch self {
        case .stored, .idempotencyKeyReused: true
        case .offsetConflict, .streamGone, .tailUnverified, .tooLarge, .failed, .overdue,
            .queueFull, .unknown:
            false
        }
    }
}

/// The units that are appended to one partition in one go, after one another.
package struct AppendLane: Sendable {
    /// The partition.
    package let partition: Partition
    /// What the caller believes to be the tail, at most ``Limits/cacheAge`` old; nil: look.
    package let tail: Tail?
    /// The units, in order.
    ///
    /// Only the first may expect an offset.
    package let units: [AppendUnit]

    /// A lane.
    package init(partition: Partition, tail: Tail?, units: [AppendUnit]) {
        precondition(!units.isEmpty && units.dropFirst().allSatisfy { $0.expectedOffset == nil })
        self.partition = partition
        self.tail = tail
        self.units = units
    }
}

/// What a stream's description says that an append must know.
package struct AppendContext: Hashable, Sendable {
    /// The stream's incarnation.
    package let stream: Incarnation
    /// Hours; nil: for ever.
    package let retentionHours: Int?
    /// When the end of a log may be believed.
    package let trust: TailTrust
    /// When the stream was last known to be there.
    package let known: Instant

    /// The rules that the append keeps.
    var rules: Rules { trust.rules }

    /// The context of appends to `stream`.
    package init(stream: StreamRow, trust: TailTrust, known: Instant) {
        self.stream = stream.incarnation
        retentionHours = stream.retentionHours
        self.trust = trust
        self.known = known
    }
}

extension AppendPlan {
    /// What is known of a lane's tail.
    enum KnownTail: Sendable {
        /// Nothing: it must be read.
        case unknown
        /// A cached one. May be behind; a chunk that is put there and fits is right all the same.
        case cached(Tail)
        /// The end of a chunk that was seen in the way. May be behind as well.
        case adopted(Tail)
        /// Read by this plan with strong consistency.
        case read(Tail)

        var known: Tail? {
            switch self {
            case .unknown: nil
            case .cached(let tail), .adopted(let tail), .read(let tail): tail
            }
        }

        /// What this plan has seen itself: a cached tail is as old as it was.
        var verified: Tail? {
            switch self {
            case .unknown, .cached: nil
            case .adopted(let tail), .read(let tail): tail
            }
        }
    }

    /// One partition's units and what became of them so far.
    struct Lane: Sendable {
        let partition: Partition
        let units: [AppendUnit]
        /// By unit; nil: still to be written.
        var outcomes: [AppendOutcome?]
        var tail: KnownTail
        /// Instead of a unit's arrival, where that rule is broken.
        var countsFrom: Instant?

        init(_ lane: AppendLane) {
            partition = lane.partition
            units = lane.units
            outcomes = Array(repeating: nil, count: lane.units.count)
            tail = lane.tail.map(KnownTail.cached) ?? .unknown
        }

        /// No unit is left to be written.
        var isEmpty: Bool { outcomes.allSatisfy { $0 != nil } }

        /// The tail must be read before this lane can go on.
        var needsReading: Bool {
            if case .unknown = tail { !isEmpty } else { false }
        }

        var hasUnknown: Bool { outcomes.contains(.unknown) }

        /// Checks the first unit's expected offset.
        ///
        /// Only a tail that was just read may refuse it: any other may be behind.
        mutating func refuseConflict() {
            guard let expected = units[0].expectedOffset, outcomes[0] == nil,
                let known = tail.known, known.next != expected
            else { return }
            guard case .read = tail else {
                tail = .unknown
                return
            }
            outcomes[0] = .offsetConflict(actual: known.next)
        }

        /// The unit's idempotency row is there already: stored before, or another body's.
        mutating func settle(_ unit: Int, by row: IdempotencyRow) {
            let isSame = row.bodyHash == units[unit].idempotency?.bodyHash
            outcomes[unit] = isSame ? .stored(row.stored) : .idempotencyKeyReused
        }

        mutating func settleRest(as outcome: AppendOutcome) {
            settle(as: outcome) { _ in true }
        }

        /// Settles those of the open units that `matches` says; returns whether there are any.
        @discardableResult
        mutating func settle(
            as outcome: AppendOutcome,
            where matches: (AppendUnit) -> Bool
        ) -> Bool {
            let found = outcomes.indices.filter { outcomes[$0] == nil && matches(units[$0]) }
            for index in found { outcomes[index] = outcome }
            return !found.isEmpty
        }

        /// How long a unit has waited since its arrival, milliseconds.
        func waited(_ unit: AppendUnit, at now: Instant) -> Int64 {
            now.elapsed(since: countsFrom ?? unit.arrived)
        }

        /// How long the last of the open units still waits, milliseconds.
        func timeLeft(at now: Instant, _ patience: Int64) -> Int64 {
            let open = zip(units, outcomes).filter { $0.1 == nil }
            return open.map { max(patience - waited($0.0, at: now), 0) }.max() ?? 0
        }
    }
}
