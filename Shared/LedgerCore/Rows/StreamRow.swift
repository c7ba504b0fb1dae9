/// A stream's description: row `STREAMS`.
package struct StreamRow: Hashable, Sendable {
    /// The stage of a stream's life.
    package enum State: String, Hashable, Sendable {
        /// The stream takes calls.
        case active
        /// The stream is being deleted; calls are answered as if it did not exist.
        case deleting
    }

    package let id: StreamID
    /// The random id that is part of the keys of all its other rows.
    package let incarnation: StreamIncarnation
    package var state: State
    /// The number of its partitions, 1–100, fixed at creation.
    package let partitionCount: Int
    /// The time for which an event is kept, hours; nil means for ever.
    package var retentionHours: Int?
    /// True when the latest event of each key is kept; fixed at creation.
    package let compaction: Bool
    /// The time of its creation.
    package let created: Timestamp
    /// Raised by one with every change.
    package var version: Int64

    /// A new, active stream.
    package init(
        id: StreamID,
        incarnation: StreamIncarnation,
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

    /// All its partitions, in order.
    package var partitions: [Partition] { Partition.all(partitionCount) }

    /// The time up to which a chunk's last event has expired for readers; nil when none ever does.
    package func expiryHorizon(at now: Timestamp) -> Timestamp? {
        retentionHours.map { now.advanced(by: .hours(-$0)) }
    }

    /// The condition that the stored row is still this version of this stream.
    package var unchanged: Condition {
        .and([
            .compare(.incarnation, .equal, .bytes(incarnation.bytes)),
            .compare(.version, .equal, .number(version)),
        ])
    }

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
        incarnation = try item.requiredID(.incarnation)
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

/// The name of the stream with a given incarnation: row `NAME`.
///
/// Notices of new chunks hold only the incarnation, but ``StreamRow`` is stored under the name.
package struct StreamNameRow: Hashable, Sendable {
    package let stream: StreamIncarnation
    package let id: StreamID

    package init(stream: StreamIncarnation, id: StreamID) {
        self.stream = stream
        self.id = id
    }

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
