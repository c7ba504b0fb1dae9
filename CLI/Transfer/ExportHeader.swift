import LedgerClient
import RawJSON

/// The first line of an export: which stream it is of, and which events follow.
struct ExportHeader {
    /// A partition's events in the file.
    struct Range {
        let partition: Int
        let first: Int64
        let next: Int64

        var count: Int64 { next - first }
    }

    private static let version = "1"

    let stream: String
    let partitionCount: Int
    /// JSON: hours, or null.
    let retentionHours: String
    let compaction: Bool
    /// One for each partition that was exported, in order.
    var ranges: [Range]

    /// The header of `stream` as the API describes it, without events yet.
    init?(describing stream: JSONValue) {
        guard let name = stream["stream_id"]?.text,
            let count = Int(stream.text("partition_count")),
            let compaction = stream["compaction"]?.isTrue
        else { return nil }
        self.stream = name
        partitionCount = count
        retentionHours = stream["retention_hours"]?.text ?? "null"
        self.compaction = compaction
        ranges = []
    }

    /// Reads an export's first line; nil when it is none of this version.
    init?(line: [UInt8]) {
        guard let value = try? JSONValue(line),
            value["eventledger_export"]?.text == Self.version
        else { return nil }
        self.init(describing: value)
        for entry in value["partitions"]?.elements ?? [] {
            guard let partition = Int(entry.text("partition")), partition >= 0,
                partition < partitionCount,
                let first = Int64(entry.text("first_offset")),
                let next = Int64(entry.text("next_offset")), 0 <= first, first <= next,
                !ranges.contains(where: { $0.partition == partition })
            else { return nil }
            ranges.append(Range(partition: partition, first: first, next: next))
        }
    }

    var line: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("eventledger_export")
        writer.raw(Array(Self.version.utf8))
        settings(name: stream, &writer)
        writer.key("partitions")
        writer.beginArray()
        for range in ranges {
            writer.beginObject()
            writer.key("partition")
            writer.integer(range.partition)
            writer.key("first_offset")
            writer.integer(range.first)
            writer.key("next_offset")
            writer.integer(range.next)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }

    /// The body that creates a stream like this one.
    func creation(as name: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        settings(name: name, &writer)
        writer.endObject()
        return writer.finish()
    }

    private func settings(name: String, _ writer: inout JSONWriter) {
        writer.key("stream_id")
        writer.string(name)
        writer.key("partition_count")
        writer.integer(partitionCount)
        writer.key("retention_hours")
        writer.raw(Array(retentionHours.utf8))
        writer.key("compaction")
        writer.boolean(compaction)
    }
}
