package import LedgerBytes
package import LedgerCore

/// Heads of partitions that were kept elsewhere, to prove that nothing before them was rewritten.
package struct KeptHeads: Sendable {
    private var heads: [StreamID: [Partition: [Offset: Digest]]] = [:]

    /// Begins with no head at all.
    package init() {}

    /// Adds the head that `partition` had when its next offset was `next`.
    package mutating func add(
        _ head: Digest,
        of partition: Partition,
        in stream: StreamID,
        next: Offset
    ) {
        heads[stream, default: [:]][partition, default: [:]][next] = head
    }

    /// The streams that have any, by name.
    package var streams: [StreamID] { heads.keys.sorted() }

    /// The partitions of `stream` that have any.
    package func partitions(of stream: StreamID) -> [Partition] {
        (heads[stream] ?? [:]).keys.sorted()
    }

    /// The heads of `partition`, by next offset, ascending.
    package func heads(
        of partition: Partition,
        in stream: StreamID
    ) -> [(next: Offset, head: Digest)] {
        (heads[stream]?[partition] ?? [:]).map { ($0, $1) }.sorted { $0.0 < $1.0 }
    }
}

/// Compares heads that were kept elsewhere with the ends of the chunks as they pass by.
struct HeadComparison {
    private var waiting: [(next: Offset, head: Digest)]
    private var wrong: [Offset] = []
    /// Heads that the log still has.
    private(set) var proven = 0
    /// Heads that lie before what is stored.
    private(set) var expired = 0

    init(_ heads: [(next: Offset, head: Digest)]) {
        waiting = heads
        // Before the first event every log is alike.
        pass(.zero, hash: HashChain.start)
    }

    /// A chunk ends at `end`, or what was before it did.
    mutating func pass(_ end: Offset, hash: Digest) {
        guard let index = waiting.firstIndex(where: { $0.next == end }) else { return }
        let kept = waiting.remove(at: index)
        if kept.head == hash { proven += 1 } else { wrong.append(end) }
    }

    /// The log is stored from `earliest` to `next`; returns what does not fit, and where.
    mutating func finish(next: Offset, earliest: Offset) -> [(offset: Offset, problem: String)] {
        var problems = wrong.map {
            (
                offset: $0,
                problem: "the log before this offset is another one than when its head was kept"
            )
        }
        for kept in waiting {
            if kept.next > next {
                problems.append(
                    (next, "the log went on to \(kept.next.rawValue) when its head was kept")
                )
            } else if kept.next <= earliest {
                expired += 1
            } else {
                problems.append((kept.next, "no chunk ends here any more, as one did"))
            }
        }
        return problems
    }
}
