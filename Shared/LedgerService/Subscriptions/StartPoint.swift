package import LedgerCore

/// Where a subscription begins, or is sought to.
package enum StartPoint: Hashable, Sendable {
    /// The first event that has not expired.
    case earliest
    /// The end.
    case latest
    /// The compacted state, then the log from where it ends.
    case compacted
    /// The first event not earlier than this.
    case timestamp(Timestamp)
    /// These offsets. Partitions left out start at the earliest; in a seek they stay.
    case offsets([Int: Offset])
}

/// A subscription and how it stands.
package struct SubscriptionDescription: Sendable {
    /// One partition.
    package struct PartitionState: Hashable, Sendable {
        /// Which.
        package let partition: Partition
        /// The next event's offset; while bootstrapping, where the log will begin.
        package let offset: Offset
        /// Events from there to the end, without those that have expired.
        package let lag: Int64
        /// Still in the compacted state.
        package let isBootstrapping: Bool
        /// The event there has expired: a poll is refused until the subscription is sought.
        package let hasExpired: Bool
        /// The partition ends before it: a poll is refused until the subscription is sought.
        package let isBeyondTail: Bool
    }

    /// The stream.
    package let stream: StreamRow
    /// The subscription.
    package let subscription: SubscriptionRow
    /// In order.
    package let partitions: [PartitionState]

    /// The sum over the partitions.
    package var lag: Int64 { partitions.reduce(0) { $0 + $1.lag } }
}
