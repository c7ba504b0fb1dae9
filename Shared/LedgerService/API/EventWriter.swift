import LedgerCore
import RawJSON

/// Writes events as JSON, straight from the batches they were read in.
///
/// The parts that one event after the other has in common are put together once.
struct EventWriter {
    private let stream: StreamID
    /// By a partition's index; empty until one of its events is written.
    private var beginnings: [[UInt8]] = []
    /// The time in `ending`; nil before the first event.
    private var moment: Timestamp?
    private var ending: [UInt8] = []

    init(_ stream: StreamID) {
        self.stream = stream
    }

    /// An array of a page's events.
    mutating func write(_ page: EventPage, to writer: inout JSONWriter) {
        writer.beginArray()
        for event in page.events { write(event, of: page, to: &writer) }
        writer.endArray()
    }

    /// An array of the events that were handed out of a delivery's partitions.
    mutating func write(_ parts: [Delivered], to writer: inout JSONWriter) {
        writer.beginArray()
        for part in parts {
            for delivered in part.events {
                write(delivered.event, of: part.page, delivered: delivered, to: &writer)
            }
        }
        writer.endArray()
    }

    private mutating func write(
        _ event: EventPage.Event,
        of page: EventPage,
        delivered: DeliveredEvent? = nil,
        to writer: inout JSONWriter
    ) {
        switch event.source {
        case .log(let batch, let record):
            write(
                event,
                of: page.batches[batch],
                as: page.batches[batch].records[record],
                delivered: delivered,
                to: &writer
            )
        case .snapshot(let index):
            let snapshot = page.snapshots[index]
            write(
                CompactedEntry(
                    partition: event.partition,
                    offset: event.offset,
                    key: snapshot.key,
                    record: snapshot.record
                ),
                isSnapshot: delivered == nil,
                delivered: delivered,
                to: &writer
            )
        }
    }

    /// One entry of the compacted state, or an event that is kept by itself.
    mutating func write(
        _ entry: CompactedEntry,
        isSnapshot: Bool = false,
        delivered: DeliveredEvent? = nil,
        to writer: inout JSONWriter
    ) {
        begin(&writer, at: entry.offset, of: entry.partition)
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
            record.forEachHeader { writer.header($0, is: $1) }
            writer.endObject()
        }
        end(&writer, at: record.timestamp, isSnapshot: isSnapshot, delivered: delivered)
    }

    private mutating func write(
        _ event: EventPage.Event,
        of batch: DecodedBatch,
        as record: RecordView,
        delivered: DeliveredEvent?,
        to writer: inout JSONWriter
    ) {
        begin(&writer, at: event.offset, of: event.partition)
        batch.bytes.withUnsafeBytes { bytes in
            writer.string(utf8: bytes[record.key])
            writer.key("type")
            writer.string(utf8: bytes[record.type])
            writer.key("data")
            record.isTombstone ? writer.null() : writer.raw(bytes[record.data])
        }
        if record.hasHeaders {
            writer.beginHeaders()
            batch.forEachHeader(of: record) { writer.header($0, is: $1) }
            writer.endObject()
        }
        end(
            &writer,
            at: batch.timestamp(of: record),
            isSnapshot: false,
            delivered: delivered
        )
    }

    /// Up to and including the name of `key`.
    private mutating func begin(
        _ writer: inout JSONWriter,
        at offset: Offset,
        of partition: Partition
    ) {
        let index = partition.index
        while beginnings.count <= index { beginnings.append([]) }
        if beginnings[index].isEmpty {
            beginnings[index] = EventPieces.beginning(of: partition, in: stream)
        }
        writer.piece(beginnings[index], commaAfter: false)
        writer.integer(offset.rawValue)
        writer.key("key")
    }

    private mutating func end(
        _ writer: inout JSONWriter,
        at moment: Timestamp,
        isSnapshot: Bool,
        delivered: DeliveredEvent?
    ) {
        if isSnapshot {
            writer.key("snapshot")
            writer.boolean(true)
        }
        if let delivered {
            writer.key("deliveries")
            writer.integer(delivered.deliveries)
            if delivered.isReplay {
                writer.key("replayed")
                writer.boolean(true)
            }
        }
        if moment != self.moment { makeEnding(at: moment) }
        writer.piece(ending, commaAfter: true)
    }

    /// Makes what follows an event's data; within a second only the milliseconds differ.
    private mutating func makeEnding(at moment: Timestamp) {
        let isInSameSecond = moment.second == self.moment?.second
        self.moment = moment
        if isInSameSecond {
            EventPieces.setMilliseconds(of: moment, in: &ending)
        } else {
            ending = EventPieces.ending(at: moment)
        }
    }
}

/// The parts of an event's JSON that many events share.
enum EventPieces {
    /// Up to and including the name of `offset`.
    static func beginning(of partition: Partition, in stream: StreamID) -> [UInt8] {
        // A stream's name needs no escaping.
        Array(#"{"stream_id":"\#(stream.name)","partition":\#(partition.index),"offset":"#.utf8)
    }

    /// From the name of `timestamp` to the closing brace.
    static func ending(at moment: Timestamp) -> [UInt8] {
        Array(#""timestamp":"\#(RFC3339.text(moment))"}"#.utf8)
    }

    /// Changes the milliseconds of an ending within its second.
    static func setMilliseconds(of moment: Timestamp, in ending: inout [UInt8]) {
        var rest = moment.millisecondOfSecond
        // Three digits before `Z"}`.
        for index in (ending.count - 6..<ending.count - 3).reversed() {
            ending[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}

extension Timestamp {
    fileprivate var millisecondOfSecond: Int64 { (milliseconds % 1000 + 1000) % 1000 }

    /// The second in which it lies, counted from 1970.
    fileprivate var second: Int64 { (milliseconds - millisecondOfSecond) / 1000 }
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
        is value: UnsafeRawBufferPointer
    ) {
        key(utf8: name)
        string(utf8: value)
    }
}
