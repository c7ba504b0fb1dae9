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
