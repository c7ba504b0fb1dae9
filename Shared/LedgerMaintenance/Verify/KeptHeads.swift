public import LedgerCore

/// Heads of partitions that were kept elsewhere, to prove that nothing before them was rewritten.
public struct KeptHeads: Sendable {
    private var heads: [StreamID: [Partition: [Offset: String]]] = [:]

    /// None.
    public init() {}

    /// Adds the head that `partition` had when its next offset was `next`: 64 hex digits.
    public mutating func add(
        _ stream: StreamID,
        _ partition: Partition,
        next: Offset,
        head: String
    ) {
        heads[stream, default: [:]][partition, default: [:]][next] = head
    }

    /// The streams that have any, by name.
    public var streams: [StreamID] { heads.keys.sorted() }

    /// The partitions of `stream` that have any.
    public func partitions(of stream: StreamID) -> [Partition] {
        (heads[stream] ?? [:]).keys.sorted()
    }

    /// By next offset, ascending.
    public func heads(
        of stream: StreamID,
        _ partition: Partition
    ) -> [(next: Offset, head: String)] {
        (heads[stream]?[partition] ?? [:]).map { ($0, $1) }.sorted { $0.0 < $1.0 }
    }
}
