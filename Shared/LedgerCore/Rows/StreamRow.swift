/// A stream's description: row `STREAMS`.
package struct StreamRow: Hashable, Sendable {
    /// Whether the stream takes calls.
    package enum State: String, Hashable, Sendable {
        /// It does.
        case active
        /// It is being deleted: every call answers that it does not exist.
        case deleting
    }

    /// The stream's name.
    package let id: StreamID
    /// The incarnation that all its other rows carry.
    package let incarnation: Incarnation
    /// Active, or on its way out.
    package var state: State
    /// 1–100, fixed at creation.
    package let partitionCount: Int
    /// Hours; nil keeps for ever.
    package var retentionHours: Int?
    /// Whether the latest event of each key is kept, fixed at creation.
    package let compaction: Bool
    /// When it was created.
    package let created: Timestamp
    /// Raised by one with every change.
    package var version: Int64

    /// A new, active stream.
    package init(
        id: StreamID,
        incarnation: Incarnation,
        partitionCount: Int,
        retentionHours: Int?,
        compaction: Bool,
        created: Timestamp
    ) {
        self.id = id
        self.incarnation = incarnation
        state = .active
        self.partitionCount = partitionCount
        self.retentionHours = retentionHours
        self.compaction = compaction
        self.created = created
        version = 1
    }

    /// Its partitions, in order.
    package var partitions: [Partition] { Partition.all(partitionCount) }

    /// Chunks whose last event is not later than this are expired for every read; nil when
    /// nothing ever expires.
    package func expiryHorizon(at now: Timestamp) -> Timestamp? {
        retentionHours.map { now.advanced(byMilliseconds: -Int64($0) * 3_600_000) }
    }

    /// The condition under which a change of this version may be written.
    package var unchanged: Condition {
        .and([
            .compare(.incarnation, .equal, .bytes(incarnation.bytes)),
            .compare(.version, .equal, .number(version)),
        ])
    }

    /// The row.
    package var item: Item {
        var item = Item(.stream(id))
        item[.incarnation] = .bytes(incarnation.bytes)
        item[.state] = .string(state.rawValue)
        item[.partitions] = .number(Int64(partitionCount))
        item[.retention] = retentionHours.map { .number(Int64($0)) }
        item[.compaction] = .number(compaction ? 1 : 0)
        item[.created] = .number(created.milliseconds)
        item[.version] = .number(version)
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .stream(let id) = item.key else { throw item.misplaced }
        guard let state = item.string(.state).flatMap(State.init) else {
            throw item.damaged(.state)
        }
        self.id = id
        self.state = state
        incarnation = try item.requiredIncarnation(.incarnation)
        partitionCount = try item.requiredPartitionCount(.partitions)
        retentionHours = item.number(.retention).map(Int.init)
        guard retentionHours.map(Limits.retentionHours.contains) ?? true else {
            throw item.damaged(.retention)
        }
        compaction = try item.requiredNumber(.compaction) == 1
        created = try item.requiredTimestamp(.created)
        version = try item.requiredCounter(.version)
    }
}

/// What the stream of an incarnation is called: row `NAME`.
///
/// The table's news name a stream by its incarnation only, and its description stands under its
/// name.
package struct StreamNameRow: Hashable, Sendable {
    /// The stream's incarnation.
    package let stream: Incarnation
    /// Its name.
    package let id: StreamID

    /// The name of a stream.
    package init(stream: Incarnation, id: StreamID) {
        self.stream = stream
        self.id = id
    }

    /// The row.
    package var item: Item {
        var item = Item(.streamName(stream), capacity: 1)
        item[.stream] = .string(id.name)
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .streamName(let stream) = item.key else { throw item.misplaced }
        self.stream = stream
        id = try item.requiredStreamID(.stream)
    }
}
