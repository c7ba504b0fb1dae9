import LedgerCore
import RawJSON

/// Writes events as JSON, straight from the batches they were read in.
struct EventWriter {
    private let stream: [UInt8]
    private var moment = Timestamp(milliseconds: .min)
    private var momentText: [UInt8] = []

    init(_ stream: StreamID) {
        self.stream = Array(stream.name.utf8)
    }

    /// An array of a page's events.
    mutating func write(_ page: EventPage, to writer: inout JSONWriter) {
        writer.beginArray()
        for event in page.events {
            switch event.source {
            case .log(let batch, let record):
                write(event, page.batches[batch], page.batches[batch].records[record], &writer)
            case .snapshot(let index):
                let snapshot = page.snapshots[index]
                write(
                    CompactedEntry(
                        partition: event.partition,
                        offset: event.offset,
                        key: snapshot.key,
                        record: snapshot.record
                    ),
                    isSnapshot: true,
                    to: &writer
                )
            }
        }
        writer.endArray()
    }

    /// One entry of the compacted state.
    mutating func write(
        _ entry: CompactedEntry,
        isSnapshot: Bool = false,
        to writer: inout JSONWriter
    ) {
        begin(entry.partition, entry.offset, &writer)
        let record = entry.record
        entry.key.utf8.withUnsafeBytes { writer.string(utf8: $0) }
        record.bytes.withUnsafeBytes { bytes in
            writer.key("type")
            writer.string(utf8: bytes[record.type])
            writer.key("data")
            record.data.isEmpty ? writer.null() : writer.raw(bytes[record.data])
        }
        if record.hasHeaders {
            writer.beginHeaders()
            record.forEachHeader { writer.header($0, $1) }
            writer.endObject()
        }
        end(record.timestamp, &writer, isSnapshot: isSnapshot)
    }

    private mutating func write(
        _ event: EventPage.Event,
        _ batch: DecodedBatch,
        _ record: RecordView,
        _ writer: inout JSONWriter
    ) {
        begin(event.partition, event.offset, &writer)
        batch.bytes.withUnsafeBytes { bytes in
            writer.string(utf8: bytes[record.key])
            writer.key("type")
            writer.string(utf8: bytes[record.type])
            writer.key("data")
            record.isTombstone ? writer.null() : writer.raw(bytes[record.data])
        }
        if record.hasHeaders {
            writer.beginHeaders()
            batch.forEachHeader(of: record) { writer.header($0, $1) }
            writer.endObject()
        }
        end(batch.timestamp(of: record), &writer, isSnapshot: false)
    }

    /// Up to and including the name of `key`.
    private func begin(_ partition: Partition, _ offset: Offset, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("stream_id")
        stream.withUnsafeBytes { writer.string(utf8: $0) }
        writer.key("partition")
        writer.integer(partition.index)
        writer.key("offset")
        writer.integer(offset.rawValue)
        writer.key("key")
    }

    private mutating func end(_ moment: Timestamp, _ writer: inout JSONWriter, isSnapshot: Bool) {
        writer.key("timestamp")
        if moment != self.moment {
            self.moment = moment
            momentText = Array("\"\(RFC3339.text(moment))\"".utf8)
        }
        writer.raw(momentText)
        if isSnapshot {
            writer.key("snapshot")
            writer.boolean(true)
        }
        writer.endObject()
    }
}

extension UnsafeRawBufferPointer {
    /// A field of a record.
    subscript(field: Range<UInt32>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[Int(field.lowerBound)..<Int(field.upperBound)])
    }
}

extension JSONWriter {
    fileprivate mutating func beginHeaders() {
        key("headers")
        beginObject()
    }

    fileprivate mutating func header(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer
    ) {
        key(utf8: name)
        string(utf8: value)
    }
}
