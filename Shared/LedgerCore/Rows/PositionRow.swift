/// What a subscription committed in one partition: row `POS`.
package struct PositionRow: Hashable, Sendable {
    /// The stream's incarnation.
    package let stream: Incarnation
    /// The subscription's incarnation.
    package let subscription: Incarnation
    /// The partition.
    package let partition: Partition
    /// The seek epoch it was committed in; a row of an older epoch counts no more.
    package let epoch: Int64
    /// Everything before it was processed.
    package let position: Position

    /// A commit.
    package init(
        stream: Incarnation,
        subscription: Incarnation,
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

    /// Written forward only: over nothing, over an older epoch, or over an earlier position of
    /// the same epoch.
    package func commit(rules: Rules) -> Write {
        let forward = Condition.or([
            .notExists,
            .compare(.epoch, .less, .number(epoch)),
            .and([.compare(.epoch, .equal, .number(epoch)), isNotBehind]),
        ])
        return .put(item, if: rules.keep(.commitForward) ? forward : nil)
    }

    /// Whether the stored position lies at or before this one.
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

    /// The row.
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
