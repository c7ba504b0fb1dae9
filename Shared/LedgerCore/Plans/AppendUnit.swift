/// One request's events for one partition, waiting to be appended.
package struct AppendUnit: Sendable {
    /// At least one event.
    package let records: Records
    /// The mark by which a repeated request is recognised; nil without an `Idempotency-Key`.
    package let idempotency: IdempotencyMark?
    /// The offset that the client requires the first event to get; nil: any.
    package let expectedOffset: Offset?
    /// The arrival of the request, from which its patience is counted, whatever it waits for.
    package let arrived: Instant

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

/// The end of an ``AppendUnit``.
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
    /// Time ran out before anyone knew whether the events are stored.
    case unknown

    /// True if it rests on a row that was seen, not on what this append did or could not do.
    package var isProven: Bool {
        switch self {
        case .stored, .idempotencyKeyReused: true
        case .offsetConflict, .streamGone, .tailUnverified, .tooLarge, .failed, .overdue,
            .queueFull, .unknown:
            false
        }
    }
}

/// The facts of a stream's description that an append must know.
package struct AppendContext: Hashable, Sendable {
    /// The incarnation that is appended to.
    package let stream: StreamIncarnation
    /// Hours; nil: for ever.
    package let retentionHours: Int?
    /// The rule by which the end of a log may be believed.
    package let trust: TailTrust
    /// A time at which the stream was surely there: before its description was read.
    package let known: Instant

    /// The rules that the append keeps.
    var rules: Rules { trust.rules }

    package init(stream: Observed<StreamRow>, trust: TailTrust) {
        self.stream = stream.value.incarnation
        retentionHours = stream.value.retentionHours
        self.trust = trust
        known = stream.readAt
    }
}

/// The units that are appended to one partition in one go, one after another, and their outcomes so
/// far.
package struct PartitionAppend: Sendable {
    /// What is known of the partition's tail.
    enum KnownTail: Sendable {
        /// Nothing: it must be read.
        case unknown
        /// A cached one. May be behind; a chunk that is put there and fits is right all the same.
        case cached(Tail)
        /// The end of a chunk that was seen in the way. May be behind as well.
        case adopted(Tail)
        /// Read by this append with strong consistency.
        case read(Tail)

        var known: Tail? {
            switch self {
            case .unknown: nil
            case .cached(let tail), .adopted(let tail), .read(let tail): tail
            }
        }

        /// A tail that this append has seen itself: a cached one is as old as it was.
        var verified: Tail? {
            switch self {
            case .unknown, .cached: nil
            case .adopted(let tail), .read(let tail): tail
            }
        }
    }

    let partition: Partition
    let units: [AppendUnit]
    /// By unit; nil: still to be written.
    var outcomes: [AppendOutcome?]
    var tail: KnownTail
    /// A later start of the units' patience than their arrival: only where that rule is broken.
    var countsFrom: Instant?

    /// An append of `units`, of which only the first may expect an offset.
    ///
    /// The caller believes in `tail`, which is at most ``Limits/cacheAge`` old; where it is nil, the
    /// tail must be read.
    package init(partition: Partition, tail: Tail?, units: [AppendUnit]) {
        precondition(!units.isEmpty, "an append has at least one unit")
        precondition(
            units.dropFirst().allSatisfy { $0.expectedOffset == nil },
            "only the first unit may expect an offset"
        )
        self.partition = partition
        self.units = units
        outcomes = Array(repeating: nil, count: units.count)
        self.tail = tail.map(KnownTail.cached) ?? .unknown
    }

    /// True once no unit is left to be written.
    var isEmpty: Bool { outcomes.allSatisfy { $0 != nil } }

    /// True if the tail must be read before this partition can go on.
    var needsReading: Bool {
        if case .unknown = tail { !isEmpty } else { false }
    }

    var hasUnknown: Bool { outcomes.contains(.unknown) }

    /// The events still to be written, in order.
    var remainingRecords: Records {
        let remaining = units.indices.filter { outcomes[$0] == nil }
        if remaining.count == 1 { return units[remaining[0]].records }
        var merged = Records()
        for index in remaining {
            merged.append(contentsOf: units[index].records)
        }
        return merged
    }

    /// Refuses the first unit if the offset that it expects is not the next one.
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

    /// Takes the idempotency row that is there already: stored before, or another body's.
    mutating func resolve(_ unit: Int, by row: IdempotencyRow) {
        let isSame = row.bodyHash == units[unit].idempotency?.bodyHash
        outcomes[unit] = isSame ? .stored(row.stored) : .idempotencyKeyReused
    }

    mutating func resolveRest(as outcome: AppendOutcome) {
        resolve(as: outcome) { _ in true }
    }

    /// Gives the outcome to each unit that has none yet and that `matches`.
    ///
    /// - Returns: True if there were any.
    @discardableResult
    mutating func resolve(
        as outcome: AppendOutcome,
        where matches: (AppendUnit) -> Bool
    ) -> Bool {
        let found = outcomes.indices.filter { outcomes[$0] == nil && matches(units[$0]) }
        for index in found { outcomes[index] = outcome }
        return !found.isEmpty
    }

    /// The time since a unit's arrival.
    func waited(_ unit: AppendUnit, at now: Instant) -> Duration {
        now.elapsed(since: countsFrom ?? unit.arrived)
    }

    /// The time until the last of the unresolved units is overdue.
    func timeLeft(at now: Instant, patience: Duration) -> Duration {
        let unresolved = zip(units, outcomes).filter { $0.1 == nil }
        return unresolved.map { max(patience - waited($0.0, at: now), .zero) }.max() ?? .zero
    }
}
