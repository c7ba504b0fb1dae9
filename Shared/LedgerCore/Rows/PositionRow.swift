/// The position that a subscription committed in one partition: row `POS`.
package struct PositionRow: Hashable, Sendable {
    package let stream: StreamIncarnation
    package let subscription: SubscriptionIncarnation
    package let partition: Partition
    /// The seek epoch of the commit; a row of an older epoch is void.
    package let epoch: Int64
    /// The committed position: everything before it was processed.
    package let position: Position

    package init(
        stream: StreamIncarnation,
        subscription: SubscriptionIncarnation,
        partition: Partition,
        epoch: Int64,
        position: Position
    ) {
        self.stream = stream
        self.subscription = subscription
        self.partition = partition
        self.epoch = epoch
        self.position = position
    }

    /// The write of this row, forward only: on the condition that there is none, one of an older
    /// epoch, or an earlier position of the same epoch.
    package func commit(rules: Rules) -> Write {
        let forward = Condition.or([
            .notExists,
            .compare(.epoch, .less, .number(epoch)),
            .and([.compare(.epoch, .equal, .number(epoch)), isNotBehind]),
        ])
        return .put(item, if: rules.keep(.commitForward) ? forward : nil)
    }

    /// The condition that the stored position lies at or before this one.
    private var isNotBehind: Condition {
        switch position {
        case .log(let offset):
            .or([
                .compare(.phase, .equal, .number(Phase.snapshot)),
                .compare(.offset, .lessOrEqual, .number(offset.rawValue)),
            ])
        case .snapshot(_, let after):
            .and([
                .compare(.phase, .equal, .number(Phase.snapshot)),
                .compare(.key, .lessOrEqual, .bytes(after?.utf8 ?? [])),
            ])
        }
    }

    private enum Phase {
        static let snapshot: Int64 = 0
        static let log: Int64 = 1
    }

    package var item: Item {
        let key = TableKey.position(stream: stream, subscription: subscription, partition)
        var item = Item(key, capacity: 4)
        item[.epoch] = .number(epoch)
        switch position {
        case .log(let offset):
            item[.phase] = .number(Phase.log)
            item[.offset] = .number(offset.rawValue)
        case .snapshot(let watermark, let after):
            item[.phase] = .number(Phase.snapshot)
            item[.offset] = .number(watermark.rawValue)
            item[.key] = .bytes(after?.utf8 ?? [])
        }
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
        switch try item.requiredNumber(.phase) {
        case Phase.log: position = .log(offset)
        case Phase.snapshot:
            let key = try item.requiredBytes(.key)
            position = .snapshot(watermark: offset, after: EventKey(utf8: key))
        default: throw item.damaged(.phase)
        }
    }
}
