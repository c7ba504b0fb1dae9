public import LedgerCore

/// The events of one publish call, checked, as slices of one buffer.
public struct PublishBatch: Sendable {
    /// One event's places in ``PublishBatch/bytes``.
    public struct Event: Sendable {
        /// Unescaped.
        public var key = 0..<0
        /// Unescaped.
        public var type = 0..<0
        /// JSON text as sent; empty for a tombstone.
        public var data = 0..<0
        /// Index into ``PublishBatch/headers``; -1: none.
        public var headers = -1

        /// An event whose places are still to be set.
        public init() {}
    }

    /// The request body, followed by those strings that had to be unescaped.
    public var bytes: [UInt8]
    /// In request order, at least one.
    public var events: [Event] = []
    /// The headers of the events that have some.
    public var headers: [RecordHeaders] = []
    /// All partitions or none.
    public var isAtomic = false
    /// The offset that the first event must get; all events go to one partition then.
    public var expectedOffset: Offset?

    /// No events yet.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// A publish that succeeded: where every event is.
public struct PublishReceipt: Sendable {
    /// The stream.
    public let stream: StreamID
    /// In request order: the index of the event's partition in ``ranges``.
    public let lanes: [Int]
    /// By lane: the partition and where its events are, in request order.
    public let ranges: [(partition: Partition, stored: StoredRange)]
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
