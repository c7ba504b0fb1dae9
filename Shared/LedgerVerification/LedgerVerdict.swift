package import LedgerCore

/// The result of a check of a whole ledger.
package struct LedgerVerdict: Sendable {
    /// One verdict for each stream, in the order of their names.
    package var streams: [StreamVerdict] = []
    /// Findings that concern no stream that exists.
    package var findings: [Finding] = []
    /// Rows that nothing refers to and that do no harm.
    package var leftovers = 0

    /// A verdict on nothing: no stream was checked yet.
    package init() {}

    /// Everything that is wrong, of all streams.
    package var allFindings: [Finding] {
        findings + streams.flatMap { $0.findings + $0.partitions.flatMap(\.findings) }
    }

    /// True when nothing at all is wrong.
    package var isSound: Bool { allFindings.isEmpty }
}

/// The result of a check of one stream.
package struct StreamVerdict: Sendable {
    /// The name of the stream that was checked.
    package let stream: StreamID
    /// One verdict for each partition, in order.
    package var partitions: [PartitionVerdict] = []
    /// Findings beside its partitions: about subscriptions, and about idempotency rows.
    package var findings: [Finding] = []

    /// A verdict without partitions or findings yet.
    package init(stream: StreamID) {
        self.stream = stream
    }
}

/// The result of a check of one partition.
package struct PartitionVerdict: Sendable {
    /// The part of the log that the hash chain proves.
    package enum Chain: Hashable, Sendable {
        /// All events since the first.
        case whole
        /// The events from this offset on; the hash before them went with what expired.
        case from(Offset)
        /// It was not recomputed: the check saw events, and no chunks.
        case unseen
    }

    /// The result of comparing the compacted state with the log.
    package enum State: Hashable, Sendable {
        /// The stream keeps none.
        case none
        /// It is the fold of the log: `keys` entries and tombstones, of which `older` are of
        /// events that have expired from the log, so that only their own checksums speak for them.
        case equal(keys: Int, older: Int)
        /// It is not the fold of the log; the findings say where.
        case different
        /// The log is damaged and proves nothing, or it was not asked for.
        case unchecked
    }

    /// The partition that was checked.
    package let partition: Partition
    /// The first offset that is still stored.
    package var earliest = Offset.zero
    /// The offset of the next event.
    package var next = Offset.zero
    /// The hash chain's end.
    package var head = HashChain.start
    /// The number of chunks that are stored.
    package var chunks = 0
    /// The number of events that are stored.
    package var events = 0
    /// The timestamp of the last event that is still stored.
    package var newest: Timestamp?
    /// The part of the log that the chain proves, if nothing is wrong.
    package var chain = Chain.whole
    /// The compacted state, as it compares with the log.
    package var state = State.none
    /// Heads kept elsewhere that the log still has.
    package var provenHeads = 0
    /// Heads kept elsewhere about which nothing can be said: the events there have expired.
    package var expiredHeads = 0
    /// Everything wrong in this partition; of a great many, the first and a count of the rest.
    package var findings: [Finding] = []

    /// A verdict on an empty partition.
    package init(partition: Partition) {
        self.partition = partition
    }
}

/// Something that is wrong, and where.
package struct Finding: Hashable, Sendable {
    /// The stream's name, or its incarnation when it has none any more; nil for the ledger as a whole.
    package let stream: String?
    /// The partition that has it; nil when it is about the stream as a whole.
    package let partition: Partition?
    /// The offset where it is; nil when it is about none.
    package let offset: Offset?
    /// The words for it, for a person; they hold no payload.
    package let problem: String

    /// A finding at a place, or about the ledger as a whole where none is given.
    package init(
        stream: String? = nil,
        partition: Partition? = nil,
        offset: Offset? = nil,
        problem: String
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

    /// The findings that were kept, and a last one that counts the others.
    var reported: [Finding] {
        guard more > 0, let last = all.last else { return all }
        return all + [
            Finding(stream: last.stream, partition: last.partition, problem: "and \(more) more")
        ]
    }
}
