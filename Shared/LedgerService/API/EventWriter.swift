import LedgerCore
import RawJSON

/// Writes events as JSON, straight from the batches they were read in.
///
/// What is the same in one event after the other is put together once.
struct EventWriter {
    private let stream: StreamID
    private var partition: Partition?
    private var beginning: [UInt8] = []
    private var moment = Timestamp(milliseconds: .min)
    private var ending: [UInt8] = []

    init(_ stream: StreamID) {
        self.stream = stream
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
    private mutating func begin(
        _ partition: Partition,
        _ offset: Offset,
        _ writer: inout JSONWriter
    ) {
        if partition != self.partition {
            self.partition = partition
            beginning = EventPieces.beginning(stream, partition)
        }
        writer.piece(beginning, commaAfter: false)
        writer.integer(offset.rawValue)
        writer.key("key")
    }

    private mutating func end(_ moment: Timestamp, _ writer: inout JSONWriter, isSnapshot: Bool) {
        if isSnapshot {
            writer.key("snapshot")
            writer.boolean(true)
        }
        if moment != self.moment {
            self.moment = moment
            ending = EventPieces.ending(moment)
        }
        writer.piece(ending, commaAfter: true)
    }
}

/// The parts of an event's JSON that many events share.
enum EventPieces {
    /// Up to and including the name of `offset`.
    static func beginning(_ stream: StreamID, _ partition: Partition) -> [UInt8] {
        // A stream's name needs no escaping.
        Array(#"{"stream_id":"\#(stream.name)","partition":\#(partition.index),"offset":"#.utf8)
    }

    /// From the name of `timestamp` to the closing brace.
    static func ending(_ moment: Timestamp) -> [UInt8] {
        Array(#""timestamp":"\#(RFC3339.text(moment))"}"#.utf8)
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
