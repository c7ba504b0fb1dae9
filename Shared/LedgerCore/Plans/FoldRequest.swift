/// A partition with something to fold, and nothing about it but where it is.
///
/// A request may be lost, come twice or come late: the sweep's next round finds what it was about.
package struct FoldRequest: Hashable, Sendable {
    /// The stream's name, by which its row is found.
    package let id: StreamID
    /// The incarnation of the stream that was meant: another one of the same name needs no fold.
    package let stream: StreamIncarnation
    package let partition: Partition

    /// A request for `partition` of the stream that is called `id` in its incarnation `stream`.
    package init(id: StreamID, stream: StreamIncarnation, partition: Partition) {
        self.id = id
        self.stream = stream
        self.partition = partition
    }

    /// A request for a partition of `stream`.
    package init(_ partition: Partition, of stream: StreamRow) {
        self.init(id: stream.id, stream: stream.incarnation, partition: partition)
    }

    /// The request that a row keeps.
    package init(_ row: KeptRingRow) {
        self.init(id: row.id, stream: row.stream, partition: row.partition)
    }

    /// The row that keeps this request in the table; a fresh `token` tells it from earlier ones.
    package func kept(token: RingToken) -> KeptRingRow {
        KeptRingRow(id: id, stream: stream, partition: partition, token: token)
    }
}

/// The decision about a request, once the stream that it names was looked up.
extension FoldRequest {
    /// The treatment of a request.
    package enum Action: Hashable, Sendable {
        /// Fold the partition; without a compacted state its watermark only follows the tail.
        case fold(compacts: Bool)
        /// Nothing: the stream that was meant is gone, or needs no fold.
        case drop
    }

    /// Decides for background folds: they keep compacted state up to date, and nothing else is urgent.
    package func background(_ stream: StreamRow) -> Action {
        isMeant(stream) && stream.compaction ? .fold(compacts: true) : .drop
    }

    /// Decides for the sweep, which brings every stream's watermark to the tail.
    package func sweep(_ stream: StreamRow) -> Action {
        isMeant(stream) ? .fold(compacts: stream.compaction) : .drop
    }

    /// False when the name belongs to another incarnation now.
    private func isMeant(_ stream: StreamRow) -> Bool { stream.incarnation == self.stream }
}
