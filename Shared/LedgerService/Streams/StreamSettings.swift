public import LedgerCore

/// What a client says when it creates a stream.
public struct StreamSettings: Hashable, Sendable {
    /// 1–100.
    public var partitionCount = Limits.defaultPartitions
    /// Hours, 1–87,600; nil: for ever.
    public var retentionHours: Int? = Limits.defaultRetentionHours
    /// Whether the latest event of each key is kept.
    public var compaction = true

    /// The defaults.
    public init() {}
}

/// A stream and how its partitions stand.
public struct StreamDescription: Sendable {
    /// One partition.
    public struct PartitionState: Hashable, Sendable {
        /// Which.
        public let partition: Partition
        /// The first offset that can be read.
        public let earliest: Offset
        /// The offset of the next event.
        public let next: Offset
        /// Folded up to here; nil without compaction.
        public let compactedUpTo: Offset?
    }

    /// The stream.
    public let stream: StreamRow
    /// In order.
    public let partitions: [PartitionState]
}
