package import LedgerCore

/// The events of one publish call, checked, as slices of one buffer.
package struct PublishBatch: Sendable {
    /// One event's places in ``PublishBatch/bytes``.
    package struct Event: Sendable {
        /// Unescaped.
        package var key = 0..<0
        /// Unescaped.
        package var type = 0..<0
        /// JSON text as sent; empty for a tombstone.
        package var data = 0..<0
        /// Index into ``PublishBatch/headers``; -1: none.
        package var headers = -1

        /// An event whose places are still to be set.
        package init() {}
    }

    /// The request body, followed by those strings that had to be unescaped.
    package var bytes: [UInt8]
    /// In request order, at least one.
    package var events: [Event] = []
    /// The headers of the events that have some.
    package var headers: [RecordHeaders] = []
    /// All partitions or none.
    package var isAtomic = false
    /// The offset that the first event must get; all events go to one partition then.
    package var expectedOffset: Offset?

    /// No events yet.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// A publish that succeeded: where every event is.
package struct PublishReceipt: Sendable {
    /// The stream.
    package let stream: StreamID
    /// In request order: the index of the event's partition in ``ranges``.
    package let lanes: [Int]
    /// By lane: the partition and where its events are, in request order.
    package let ranges: [(partition: Partition, stored: StoredRange)]
}

/// The events of a ``PublishBatch`` by partition.
struct PartitionedBatch {
    /// In request order: the index of the event's lane.
    private(set) var lanes: [Int] = []
    private(set) var partitions: [Partition] = []
    private(set) var records: [Records] = []

    init(_ batch: PublishBatch, partitionCount: Int) {
        lanes.reserveCapacity(batch.events.count)
        var lane = [Int](repeating: -1, count: partitionCount)
        batch.bytes.withUnsafeBytes { bytes in
            for event in batch.events {
                let key = UnsafeRawBufferPointer(rebasing: bytes[event.key])
                let partition = Partitioner.partition(forKey: key, count: partitionCount)
                if lane[partition.index] < 0 {
                    lane[partition.index] = partitions.count
                    partitions.append(partition)
                    records.append(Records())
                    records[partitions.count - 1].reserve(bytes: bytes.count / partitionCount)
                }
                lanes.append(lane[partition.index])
                records[lane[partition.index]].append(
                    key: key,
                    type: UnsafeRawBufferPointer(rebasing: bytes[event.type]),
                    headers: event.headers < 0 ? nil : batch.headers[event.headers],
                    data: UnsafeRawBufferPointer(rebasing: bytes[event.data])
                )
            }
        }
    }
}
