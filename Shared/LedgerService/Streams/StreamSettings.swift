package import LedgerCore

/// What a client says when it creates a stream.
package struct StreamSettings: Hashable, Sendable {
    /// 1–100.
    package var partitionCount = Limits.defaultPartitions
    /// Hours, 1–87,600; nil: for ever.
    package var retentionHours: Int? = Limits.defaultRetentionHours
    /// Whether the latest event of each key is kept.
    package var compaction = true

    /// The defaults.
    package init() {}
}

/// A stream and how its partitions stand.
package struct StreamDescription: Sendable {
    /// One partition.
    package struct PartitionState: Hashable, Sendable {
        /// Which.
        package let partition: Partition
        /// The first offset that can be read.
        package let earliest: Offset
        /// The offset of the next event.
        package let next: Offset
        /// Folded up to here; nil without compaction.
        package let compactedUpTo: Offset?
    }

    /// The stream.
    package let stream: StreamRow
    /// In order.
    package let partitions: [PartitionState]
}
