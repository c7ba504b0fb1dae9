public import LedgerCore

/// Where a subscription begins, or is sought to.
public enum StartPoint: Hashable, Sendable {
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
public struct SubscriptionDescription: Sendable {
    /// One partition.
    public struct PartitionState: Hashable, Sendable {
        /// Which.
        public let partition: Partition
        /// The next event's offset; while bootstrapping, where the log will begin.
        public let offset: Offset
        /// Events from there to the end, without those that have expired.
        public let lag: Int64
        /// Still in the compacted state.
        public let isBootstrapping: Bool
        /// The event there has expired: a poll is refused until the subscription is sought.
        public let hasExpired: Bool
        /// The partition ends before it: a poll is refused until the subscription is sought.
        public let isBeyondTail: Bool
    }

    /// The stream.
    public let stream: StreamRow
    /// The subscription.
    public let subscription: SubscriptionRow
    /// In order.
    public let partitions: [PartitionState]

    /// The sum over the partitions.
    public var lag: Int64 { partitions.reduce(0) { $0 + $1.lag } }
}
