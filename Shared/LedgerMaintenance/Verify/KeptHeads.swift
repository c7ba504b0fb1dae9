package import LedgerCore

/// Heads of partitions that were kept elsewhere, to prove that nothing before them was rewritten.
package struct KeptHeads: Sendable {
    private var heads: [StreamID: [Partition: [Offset: String]]] = [:]

    /// None.
    package init() {}

    /// Adds the head that `partition` had when its next offset was `next`: 64 hex digits.
    package mutating func add(
        _ stream: StreamID,
        _ partition: Partition,
        next: Offset,
        head: String
    ) {
        heads[stream, default: [:]][partition, default: [:]][next] = head
    }

    /// The streams that have any, by name.
    package var streams: [StreamID] { heads.keys.sorted() }

    /// The partitions of `stream` that have any.
    package func partitions(of stream: StreamID) -> [Partition] {
        (heads[stream] ?? [:]).keys.sorted()
    }

    /// By next offset, ascending.
    package func heads(
        of stream: StreamID,
        _ partition: Partition
    ) -> [(next: Offset, head: String)] {
        (heads[stream]?[partition] ?? [:]).map { ($0, $1) }.sorted { $0.0 < $1.0 }
    }
}
