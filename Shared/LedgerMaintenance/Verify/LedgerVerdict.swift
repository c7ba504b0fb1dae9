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
