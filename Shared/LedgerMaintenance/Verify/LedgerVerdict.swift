package import LedgerCore

/// What a check of a whole ledger found.
package struct LedgerVerdict: Sendable {
    /// By stream's name.
    package var streams: [StreamVerdict] = []
    /// What concerns no stream that exists.
    package var findings: [Finding] = []
    /// Rows that nothing refers to and that do no harm.
    package var leftovers = 0

    /// Nothing yet.
    package init() {}

    /// Everything that is wrong, of all streams.
    package var allFindings: [Finding] {
        findings + streams.flatMap { $0.findings + $0.partitions.flatMap(\.findings) }
    }

    /// Whether nothing is wrong.
    package var isSound: Bool { allFindings.isEmpty }
}

/// What a check of one stream found.
package struct StreamVerdict: Sendable {
    /// Its name.
    package let stream: StreamID
    /// In order.
    package var partitions: [PartitionVerdict] = []
    /// What is wrong beside its partitions: subscriptions, idempotency rows.
    package var findings: [Finding] = []

    /// Nothing yet.
    package init(stream: StreamID) {
        self.stream = stream
    }
}

/// What a check of one partition found.
package struct PartitionVerdict: Sendable {
    /// What the hash chain proves.
    package enum Chain: Hashable, Sendable {
        /// All events since the first.
        case whole
        /// The events from this offset on; the hash before them went with what expired.
        case from(Offset)
        /// It was not recomputed: the check saw events, and no chunks.
        case unseen
    }

    /// How the compacted state was compared with the log.
    package enum State: Hashable, Sendable {
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
    package let partition: Partition
    /// The first offset that is still stored.
    package var earliest = Offset.zero
    /// The offset of the next event.
    package var next = Offset.zero
    /// The hash chain's end, 32 bytes.
    package var head = HashChain.start
    /// How many chunks are stored.
    package var chunks = 0
    /// How many events are stored.
    package var events = 0
    /// The timestamp of the last event that is still stored.
    package var newest: Timestamp?
    /// What the chain proves, if nothing is wrong.
    package var chain = Chain.whole
    /// The compacted state.
    package var state = State.none
    /// Heads kept elsewhere that the log still has.
    package var provenHeads = 0
    /// Heads kept elsewhere about which nothing can be said: the events there have expired.
    package var expiredHeads = 0
    /// What is wrong.
    package var findings: [Finding] = []

    /// Nothing yet.
    package init(partition: Partition) {
        self.partition = partition
    }
}

/// Something that is wrong, and where.
package struct Finding: Hashable, Sendable {
    /// The stream's name, or its incarnation when it has none any more; nil: the ledger as a whole.
    package let stream: String?
    /// The partition; nil: the stream as a whole.
    package let partition: Partition?
    /// The offset; nil when it is about none.
    package let offset: Offset?
    /// What is wrong, for a person; holds no payload.
    package let problem: String

    /// A finding.
    package init(
        stream: String? = nil,
        partition: Partition? = nil,
        offset: Offset? = nil,
        _ problem: String
    ) {
        self.stream = stream
        self.partition = partition
        self.offset = offset
        self.problem = problem
    }
}

/// Findings of one place, the first of them kept and the rest counted: a damaged file can have
/// millions.
struct Findings {
    private static let most = 100

    private(set) var all: [Finding] = []
    private var more = 0

    var isEmpty: Bool { all.isEmpty }

    mutating func add(_ finding: Finding) {
        if all.count < Self.most { all.append(finding) } else { more += 1 }
    }

    static func += (left: inout Findings, right: Findings) {
        for finding in right.all { left.add(finding) }
        left.more += right.more
    }

    /// Those kept, and a last one that counts the others.
    var reported: [Finding] {
        guard more > 0, let last = all.last else { return all }
        return all + [Finding(stream: last.stream, partition: last.partition, "and \(more) more")]
    }
}
