/// The writes of a position whose partition is leased to members of a group.
extension PositionRow {
    /// The write of this row under its lease: forward only, and only while the lease is this one.
    package func commitUnderLease(rules: Rules) -> Write {
        guard let lease else { preconditionFailure("only a leased row is committed under a lease") }
        var conditions: [Condition] = []
        if rules.keep(.fence) { conditions.append(.compare(.lease, .equal, .number(lease.epoch))) }
        if rules.keep(.forward) { conditions.append(isForward) }
        return .put(item, if: conditions.isEmpty ? nil : .and(conditions))
    }

    /// The write of this row in place of `previous`, if that is stored as it was read; nil: there
    /// was none, or `delivery` in its place.
    package func replace(
        _ previous: PositionRow?,
        over delivery: DeliveryRow? = nil,
        rules: Rules
    ) -> Write {
        .put(item, if: delivery?.isStored ?? Self.isStored(previous, rules: rules))
    }

    /// The same position under another lease.
    func leased(_ lease: Lease) -> PositionRow {
        PositionRow(
            stream: stream,
            subscription: subscription,
            partition: partition,
            epoch: epoch,
            position: position,
            lease: lease
        )
    }

    /// The condition that the stored row is this one: neither leased nor moved since, nor held again.
    private static func isStored(_ row: PositionRow?, rules: Rules) -> Condition {
        guard let row else {
            return rules.keep(.sameRow) ? .notExists : .or([.notExists, isUnleased])
        }
        let isSameLease =
            row.lease.map { Condition.compare(.lease, .equal, .number($0.epoch)) } ?? isUnleased
        guard rules.keep(.sameRow) else { return isSameLease }
        return .and([isSameLease, row.isSameHold])
    }

    /// The condition that the stored row has this position and this owner.
    ///
    /// A lease has one holder, but a late commit brings back one who has given it up since: taken
    /// from nobody, it would be taken from a member that is alive.
    private var isSameHold: Condition {
        let attributes: [Attribute] = [.phase, .epoch, .offset, .key, .owner]
        let item = item
        return .and(
            attributes.compactMap { name in item[name].map { .compare(name, .equal, $0) } }
        )
    }
}

extension Position {
    /// True when this lies before `other`, in the same seek epoch: the compacted state comes before
    /// the log.
    func isBefore(_ other: Position) -> Bool {
        switch (self, other) {
        case (.snapshot, .log): true
        case (.log, .snapshot): false
        case (.log(let left), .log(let right)): left < right
        case (.snapshot(_, let left), .snapshot(_, let right)):
            (left?.utf8 ?? []).lexicographicallyPrecedes(right?.utf8 ?? [])
        }
    }
}
