public import LedgerCore

/// What a check of a whole ledger found.
public struct LedgerVerdict: Sendable {
    /// By stream's name.
    public var streams: [StreamVerdict] = []
    /// What concerns no stream that exists.
    public var findings: [Finding] = []
    /// Rows that nothing refers to and that do no harm.
    public var leftovers = 0

    /// Nothing yet.
    public init() {}

    /// Everything that is wrong, of all streams.
    public var allFindings: [Finding] {
        findings + streams.flatMap { $0.findings + $0.partitions.flatMap(\.findings) }
    }

    /// Whether nothing is wrong.
    public var isSound: Bool { allFindings.isEmpty }
}

/// What a check of one stream found.
public struct StreamVerdict: Sendable {
    /// Its name.
    public let stream: StreamID
    /// In order.
    public var partitions: [PartitionVerdict] = []
    /// What is wrong beside its partitions: subscriptions, idempotency rows.
    public var findings: [Finding] = []

    /// Nothing yet.
    public init(stream: StreamID) {
        self.stream = stream
    }
}

/// What a check of one partition found.
public struct PartitionVerdict: Sendable {
    /// What the hash chain proves.
    public enum Chain: Hashable, Sendable {
        /// All events since the first.
        case whole
        /// The events from this offset on; the hash before them went with what expired.
        case from(Offset)
        /// It was not recomputed: the check saw events, and no chunks.
        case unseen
    }

    /// How the compacted state was compared with the log.
    public enum State: Hashable, Sendable {
        /// The stream keeps none.
        case none
        /// It is the fold of the log: `keys` entries and tombstones, of which `older` are of
        /// events that have expired from the log, so that only their own checksums speak for them.
        case equal(keys: Int, older: Int)
        /// It is not.
        case different
        /// The log is damaged and proves nothing, or it was not asked for.
        case unchecked
    }

    /// Which partition.
    public let partition: Partition
    /// The first offset that is still stored.
    public var earliest = Offset.zero
    /// The offset of the next event.
    public var next = Offset.zero
    /// The hash chain's end, 32 bytes.
    public var head = HashChain.start
    /// How many chunks are stored.
    public var chunks = 0
    /// How many events are stored.
    public var events = 0
    /// The timestamp of the last event that is still stored.
    public var newest: Timestamp?
    /// What the chain proves, if nothing is wrong.
    public var chain = Chain.whole
    /// The compacted state.
    public var state = State.none
    /// Heads kept elsewhere that the log still has.
    public var provenHeads = 0
    /// Heads kept elsewhere about which nothing can be said: the events there have expired.
    public var expiredHeads = 0
    /// What is wrong.
    public var findings: [Finding] = []

    /// Nothing yet.
    public init(partition: Partition) {
        self.partition = partition
    }
}
