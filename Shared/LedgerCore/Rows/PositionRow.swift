/// The position that a subscription committed in one partition: row `POS`.
package struct PositionRow: Hashable, Sendable {
    package let stream: StreamIncarnation
    package let subscription: SubscriptionIncarnation
    package let partition: Partition
    /// The seek epoch of the commit; a row of an older epoch is void.
    package let epoch: Int64
    /// The committed position: everything before it was processed.
    package let position: Position
    /// The lease of the partition to a member of a group; nil: it was never leased.
    package let lease: Lease?

    package init(
        stream: StreamIncarnation,
        subscription: SubscriptionIncarnation,
        partition: Partition,
        epoch: Int64,
        position: Position,
        lease: Lease? = nil
    ) {
        self.stream = stream
        self.subscription = subscription
        self.partition = partition
        self.epoch = epoch
        self.position = position
        self.lease = lease
    }

    /// The write of this row, forward only: on the condition that there is none, one of an older
    /// epoch, or an earlier position of the same epoch, and that the partition was never leased.
    ///
    /// Or the one in its place is `delivery`, of an older epoch.
    package func commit(over delivery: DeliveryRow? = nil, rules: Rules) -> Write {
        let forward = Condition.or(
            [
                .notExists,
                rules.keep(.plain) ? .and([Self.isUnleased, isForward]) : isForward,
            ] + (delivery.map { [$0.isStored] } ?? [])
        )
        return .put(item, if: rules.keep(.commitForward) ? forward : nil)
    }

    /// The condition that the stored row was never leased.
    static let isUnleased = Condition.compare(.phase, .lessOrEqual, .number(Phase.log))

    /// The condition that the stored position is of an older epoch, or lies at or before this one.
    var isForward: Condition {
        .or([
            .compare(.epoch, .less, .number(epoch)),
            .and([.compare(.epoch, .equal, .number(epoch)), isNotBehind]),
        ])
    }

    /// The condition that the stored position lies at or before this one.
    private var isNotBehind: Condition {
        switch position {
        case .log(let offset):
            .or([
                .compare(.phase, .equal, .number(snapshotPhase)),
                .compare(.offset, .lessOrEqual, .number(offset.rawValue)),
            ])
        case .snapshot(_, let after):
            .and([
                .compare(.phase, .equal, .number(snapshotPhase)),
                .compare(.key, .lessOrEqual, .bytes(after?.utf8 ?? [])),
            ])
        }
    }

    /// Leased rows have phases of their own, which a process that knows no leases takes for damage.
    private enum Phase {
        static let snapshot: Int64 = 0
        static let log: Int64 = 1
        static let leasedSnapshot: Int64 = 2
        static let leasedLog: Int64 = 3
    }

    private var snapshotPhase: Int64 { lease == nil ? Phase.snapshot : Phase.leasedSnapshot }
    private var logPhase: Int64 { lease == nil ? Phase.log : Phase.leasedLog }

    package var item: Item {
        let key = TableKey.position(stream: stream, subscription: subscription, partition)
        var item = Item(key, capacity: 4)
        item[.epoch] = .number(epoch)
        switch position {
        case .log(let offset):
            item[.phase] = .number(logPhase)
            item[.offset] = .number(offset.rawValue)
        case .snapshot(let watermark, let after):
            item[.phase] = .number(snapshotPhase)
            item[.offset] = .number(watermark.rawValue)
            item[.key] = .bytes(after?.utf8 ?? [])
        }
        lease?.write(to: &item)
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .position(let stream, let subscription, let partition) = item.key else {
            throw item.misplaced
        }
        self.stream = stream
        self.subscription = subscription
        self.partition = partition
        epoch = try item.requiredCounter(.epoch)
        let offset = try item.requiredOffset(.offset)
        let phase = try item.requiredNumber(.phase)
        switch phase {
        case Phase.log, Phase.leasedLog: position = .log(offset)
        case Phase.snapshot, Phase.leasedSnapshot:
            let key = try item.requiredBytes(.key)
            position = .snapshot(watermark: offset, after: EventKey(utf8: key))
        default: throw item.damaged(.phase)
        }
        lease = phase > Phase.log ? try Lease(of: item) : nil
    }
}
