/// An event as it goes to a webhook.
package struct WebhookEvent: Sendable {
    /// The name of its stream.
    package let stream: StreamID
    package let partition: Partition
    package let offset: Offset
    package let key: EventKey
    /// Its type, UTF-8.
    package let type: [UInt8]
    /// The names and values of its headers, UTF-8.
    package let headers: [(name: [UInt8], value: [UInt8])]
    /// Its data, JSON text as it was published; empty: a tombstone.
    package let data: [UInt8]
    package let timestamp: Timestamp
    /// The number of its deliveries, this one included.
    package let deliveries: Int
    /// True when it was parked, and somebody had it delivered once more.
    package let isReplayed: Bool

    package init(
        stream: StreamID,
        partition: Partition,
        offset: Offset,
        key: EventKey,
        type: [UInt8],
        headers: [(name: [UInt8], value: [UInt8])] = [],
        data: [UInt8],
        timestamp: Timestamp,
        deliveries: Int,
        isReplayed: Bool = false
    ) {
        self.stream = stream
        self.partition = partition
        self.offset = offset
        self.key = key
        self.type = type
        self.headers = headers
        self.data = data
        self.timestamp = timestamp
        self.deliveries = deliveries
        self.isReplayed = isReplayed
    }
}

extension Delivered {
    /// The events that were handed out, as they go to a webhook.
    package func webhookEvents(of stream: StreamID) -> [WebhookEvent] {
        events.map { delivered in
            switch delivered.event.source {
            case .log(let batch, let record):
                let batch = page.batches[batch]
                return event(delivered, of: stream, in: batch, as: batch.records[record])
            case .snapshot(let index):
                return event(delivered, of: stream, as: page.snapshots[index])
            }
        }
    }

    private func event(
        _ delivered: DeliveredEvent,
        of stream: StreamID,
        in batch: DecodedBatch,
        as record: RecordView
    ) -> WebhookEvent {
        var headers: [(name: [UInt8], value: [UInt8])] = []
        batch.forEachHeader(of: record) { headers.append((Array($0), Array($1))) }
        return batch.bytes.withUnsafeBytes { bytes in
            WebhookEvent(
                stream: stream,
                partition: delivered.event.partition,
                offset: delivered.event.offset,
                key: EventKey(trusted: Array(bytes.field(record.key))),
                type: Array(bytes.field(record.type)),
                headers: headers,
                data: Array(bytes.field(record.data)),
                timestamp: batch.timestamp(of: record),
                deliveries: delivered.deliveries,
                isReplayed: delivered.isReplay
            )
        }
    }

    private func event(
        _ delivered: DeliveredEvent,
        of stream: StreamID,
        as snapshot: EventPage.Snapshot
    ) -> WebhookEvent {
        let record = snapshot.record
        var headers: [(name: [UInt8], value: [UInt8])] = []
        record.forEachHeader { headers.append((Array($0), Array($1))) }
        return WebhookEvent(
            stream: stream,
            partition: delivered.event.partition,
            offset: delivered.event.offset,
            key: snapshot.key,
            type: record.copy(record.type),
            headers: headers,
            data: record.copy(record.data),
            timestamp: record.timestamp,
            deliveries: delivered.deliveries,
            isReplayed: delivered.isReplay
        )
    }
}
