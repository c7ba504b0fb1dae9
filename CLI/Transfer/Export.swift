import ArgumentParser
import LedgerClient
import RawJSON

/// The command `eventledger export`.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a stream's events to standard output, one JSON object a line.",
        discussion: """
            The first line describes the stream and which offsets follow; then come the events \
            up to the end as it was at the start, partition by partition, with partition, offset, \
            key, type, headers, timestamp and data, byte for byte as it was published. Data with \
            a line break in it is written as a JSON string, in data_text. `eventledger import` \
            makes a stream of it.

            Examples:
              eventledger export orders > orders.ndjson
              eventledger export orders --partition 0 --from 2026-11-21T08:00:00Z
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Option(help: "Only this partition.") var partition: Int?
    @Option(help: "Where to begin in each partition: as --from of `read`.") var from = "earliest"
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.run { ledger throws(Failure) in
            let exporter = Exporter(ledger: ledger, stream: stream, only: partition, from: from)
            try await exporter.run()
            try Output.keep()
        }
    }
}

/// Reads a stream and writes it down.
struct Exporter {
    let ledger: RemoteLedger
    let stream: String
    /// The partition to export; nil for all.
    let only: Int?
    let from: String

    func run() async throws(Failure) {
        let header = try await header()
        try Output.line(header.line)
        for range in header.ranges { try await write(range) }
    }

    private func header() async throws(Failure) -> ExportHeader {
        let answer = try await ledger.call("GET", at: ["streams", stream])
        let description = try JSONValue.answer(answer)
        guard var header = ExportHeader(describing: description) else {
            throw .notALedger
        }
        for entry in description["partitions"]?.elements ?? [] {
            guard let partition = Int(entry.text("partition")),
                let next = Int64(entry.text("next_offset"))
            else { throw .notALedger }
            guard only == nil || only == partition else { continue }
            let first = try await firstOffset(partition)
            // The end is where it was a moment ago, unless the beginning lies behind it.
            header.ranges.append(
                ExportHeader.Range(partition: partition, first: first, next: max(first, next))
            )
        }
        if let only, header.ranges.isEmpty {
            // The ledger says best what is wrong with it.
            _ = try await ledger.events(of: stream, in: only, from: from, limit: 1)
        }
        return header
    }

    private func firstOffset(_ partition: Int) async throws(Failure) -> Int64 {
        let page = try await ledger.events(of: stream, in: partition, from: from, limit: 1)
        return page.next - Int64(page.events.count)
    }

    private func write(_ range: ExportHeader.Range) async throws(Failure) {
        var next = range.first
        while next < range.next {
            let place = next
            let page = try await ledger.events(of: stream, in: range.partition, from: "\(place)")
            var lines: [UInt8] = []
            for event in page.events where next < range.next {
                guard event.offset == next else {
                    throw Failure.content(
                        "the ledger left out offset \(next) of partition \(range.partition)"
                    )
                }
                event.appendLine(to: &lines)
                lines.append(UInt8(ascii: "\n"))
                next += 1
            }
            guard next > place else {
                throw Failure.content("the ledger has no event at offset \(place)")
            }
            try Output.write(lines)
        }
    }
}

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
        writeSettings(name: stream, to: &writer)
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
        writeSettings(name: name, to: &writer)
        writer.endObject()
        return writer.finish()
    }

    private func writeSettings(name: String, to writer: inout JSONWriter) {
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
