package import LedgerCore

/// The events of one publish call, checked, as slices of one buffer.
package struct PublishBatch: Sendable {
    /// One event's places in ``PublishBatch/bytes``, where its key and type are unescaped.
    package struct Event: Sendable {
        package var key = 0..<0
        package var type = 0..<0
        /// The JSON text as sent; empty for a tombstone.
        package var data = 0..<0
        /// An index into ``PublishBatch/headers``; -1: none.
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
    /// True if all partitions must take their events, or none.
    package var isAtomic = false
    /// The offset that the first event must get; all events go to one partition then.
    package var expectedOffset: Offset?

    /// A batch without events so far.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// A publish that succeeded: where every event is.
package struct PublishReceipt: Sendable {
    package let stream: StreamID
    /// By event, in request order: the index of its partition in ``ranges``.
    package let partitionIndexes: [Int]
    /// The partitions and where their events are, in request order.
    package let ranges: [(partition: Partition, stored: StoredRange)]
}

/// The events of a ``PublishBatch`` by partition.
struct PartitionedBatch {
    /// By event, in request order: the index of its partition in ``partitions``.
    private(set) var partitionIndexes: [Int] = []
    private(set) var partitions: [Partition] = []
    private(set) var records: [Records] = []

    init(_ batch: PublishBatch, partitionCount: Int) {
        partitionIndexes.reserveCapacity(batch.events.count)
        var indexes = [Int](repeating: -1, count: partitionCount)
        batch.bytes.withUnsafeBytes { bytes in
            for event in batch.events {
                let key = UnsafeRawBufferPointer(rebasing: bytes[event.key])
                let partition = Partitioner.partition(forKey: key, count: partitionCount)
                if indexes[partition.index] < 0 {
                    indexes[partition.index] = partitions.count
                    partitions.append(partition)
                    records.append(Records())
                    records[partitions.count - 1].reserve(bytes: bytes.count / partitionCount)
                }
                partitionIndexes.append(indexes[partition.index])
                records[indexes[partition.index]].append(
                    key: key,
                    type: UnsafeRawBufferPointer(rebasing: bytes[event.type]),
                    headers: event.headers < 0 ? nil : batch.headers[event.headers],
                    data: UnsafeRawBufferPointer(rebasing: bytes[event.data])
                )
            }
        }
    }
}

extension LedgerError {
    /// The error of a publish that did not succeed as a whole.
    init(publishing outcomes: [AppendOutcome], to partitions: [Partition], of stream: StreamID) {
        let states = outcomes.map(Self.state)
        let isNothingStored = states.allSatisfy { $0 == .notStored }
        if isNothingStored {
            self = Self.refusal(outcomes, of: partitions, in: stream)
        } else if states.allSatisfy({ $0 == .unknown }) {
            self = .outcomeUnknown
        } else {
            self = .partialPublish(
                zip(partitions, states).map {
                    LedgerError.PartitionOutcome(partition: $0, state: $1)
                }
            )
        }
    }

    private static func state(_ outcome: AppendOutcome) -> PartitionOutcome.State {
        switch outcome {
        case .stored(let range): .stored(range)
        case .unknown: .unknown
        case .idempotencyKeyReused, .offsetConflict, .streamGone, .tailUnverified, .tooLarge,
            .failed, .overdue, .queueFull:
            .notStored
        }
    }

    /// Nothing was stored: the first reason, in the order of what the client can do about it.
    private static func refusal(
        _ outcomes: [AppendOutcome],
        of partitions: [Partition],
        in stream: StreamID
    ) -> LedgerError {
        let reasons = zip(partitions, outcomes).map { reason($1, of: $0, in: stream) }
        return reasons.min { $0.rank < $1.rank }?.error ?? .outcomeUnknown
    }

    private static func reason(
        _ outcome: AppendOutcome,
        of partition: Partition,
        in stream: StreamID
    ) -> (rank: Int, error: LedgerError) {
        switch outcome {
        case .idempotencyKeyReused: (0, .idempotencyKeyReused)
        case .offsetConflict(let actual): (1, .offsetConflict(partition, actual: actual))
        case .tooLarge: (2, .tooLarge(field: "events", limit: Limits.transactionBytes))
        case .tailUnverified: (3, .tailUnverified(partition))
        case .failed(let error): (4, LedgerError(error, in: stream))
        case .overdue: (5, .partitionBusy(partition, .overdue))
        case .queueFull: (6, .partitionBusy(partition, .full))
        case .stored, .streamGone, .unknown: (7, .outcomeUnknown)
        }
    }
}
