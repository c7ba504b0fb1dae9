import ArgumentParser
import LedgerClient

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
    /// Nil: all partitions.
    let only: Int?
    let from: String

    func run() async throws(Failure) {
        let header = try await header()
        try Output.line(header.line)
        for range in header.ranges { try await write(range) }
    }

    private func header() async throws(Failure) -> ExportHeader {
        let answer = try await ledger.call("GET", ["streams", stream])
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
            _ = try await ledger.events(of: stream, only, from: from, limit: 1)
        }
        return header
    }

    private func firstOffset(_ partition: Int) async throws(Failure) -> Int64 {
        let page = try await ledger.events(of: stream, partition, from: from, limit: 1)
        return page.next - Int64(page.events.count)
    }

    private func write(_ range: ExportHeader.Range) async throws(Failure) {
        var next = range.first
        while next < range.next {
            let place = next
            let page = try await ledger.events(of: stream, range.partition, from: "\(place)")
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
