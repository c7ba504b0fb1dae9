/// The latest event of one key: row `STATE`, an entry of the compacted state.
package struct LatestRow: Hashable, Sendable {
    /// The content of the key's latest event.
    package enum Value: Hashable, Sendable {
        /// The event, encoded by ``Record`` and packed by ``PackedRecord``.
        case record([UInt8])
        /// The key was deleted. The marker outlives every fold in flight, so no fold can bring back
        /// an older event.
        case tombstone(until: TTL)
    }

    package let stream: StreamIncarnation
    package let partition: Partition
    package let key: EventKey
    /// The offset of the key's latest event, which only grows.
    package let offset: Offset
    package let value: Value

    package init(
        stream: StreamIncarnation,
        partition: Partition,
        key: EventKey,
        offset: Offset,
        value: Value
    ) {
        self.stream = stream
        self.partition = partition
        self.key = key
        self.offset = offset
        self.value = value
    }

    /// The write of this row, on the condition that there is none or an older event of the key.
    ///
    /// So folds may run in any order, repeatedly and at once.
    package func write(rules: Rules) -> Write {
        let isLater = Condition.compare(.offset, .less, .number(offset.rawValue))
        return .put(item, if: rules.keep(.latestGrows) ? .or([.notExists, isLater]) : nil)
    }

    package var item: Item {
        var item = Item(.latest(stream, partition, key), capacity: 3)
        item[.offset] = .number(offset.rawValue)
        switch value {
        case .record(let bytes): item[.record] = .bytes(bytes)
        case .tombstone(let until): item[.ttl] = until.attribute
        }
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .latest(let stream, let partition, let key) = item.key else {
            throw item.misplaced
        }
        self.stream = stream
        self.partition = partition
        self.key = key
        offset = try item.requiredOffset(.offset)
        value =
            item.bytes(.record).map(Value.record)
            ?? .tombstone(until: TTL(attribute: item.number(.ttl)))
    }
}
