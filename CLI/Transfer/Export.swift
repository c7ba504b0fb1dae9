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
        try await options.run { client throws(LedgerClientError) in
            let exporter = Exporter(client: client, stream: stream, only: partition, from: from)
            let result = try await TransferError.run { () throws(TransferError) in
                try await exporter.run()
            }
            if case .failure(let problem) = result { problem.exit() }
        }
    }
}

/// Reads a stream and writes it down.
struct Exporter {
    let client: LedgerClient
    let stream: String
    /// Nil: all partitions.
    let only: Int?
    let from: String

    init(client: LedgerClient, stream: String, only: Int?, from: String) {
        self.client = client
        self.stream = stream
        self.only = only
        self.from = from
    }

    func run() async throws(TransferError) {
        let header = try await TransferError.asking { () throws(LedgerClientError) in
            try await self.header()
        }
        try Self.write(header.line + [UInt8(ascii: "\n")])
        for range in header.ranges { try await write(range) }
    }

    private func header() async throws(LedgerClientError) -> ExportHeader {
        let answer = try await client.call("GET", ["streams", stream])
        let description = try JSONValue.answer(answer)
        guard var header = ExportHeader(describing: description) else {
            throw .notALedger(status: 200)
        }
        for entry in description["partitions"]?.elements ?? [] {
            guard let partition = Int(entry.text("partition")),
                let next = Int64(entry.text("next_offset"))
            else { throw .notALedger(status: 200) }
            guard only == nil || only == partition else { continue }
            let first = try await firstOffset(partition)
            // The end is where it was a moment ago, unless the beginning lies behind it.
            header.ranges.append(
                ExportHeader.Range(partition: partition, first: first, next: max(first, next))
            )
        }
        if let only, header.ranges.isEmpty {
            // The ledger says best what is wrong with it.
            _ = try await client.events(of: stream, only, from: from, limit: 1)
        }
        return header
    }

    private func firstOffset(_ partition: Int) async throws(LedgerClientError) -> Int64 {
        let page = try await client.events(of: stream, partition, from: from, limit: 1)
        return page.next - Int64(page.events.count)
    }

    private func write(_ range: ExportHeader.Range) async throws(TransferError) {
        var next = range.first
        while next < range.next {
            let place = next
            let page = try await TransferError.asking { () throws(LedgerClientError) in
                try await client.events(of: stream, range.partition, from: "\(place)")
            }
            var lines: [UInt8] = []
            for event in page.events where next < range.next {
                guard event.offset == next else {
                    throw .file(
                        "the ledger left out offset \(next) of partition \(range.partition)"
                    )
                }
                event.appendLine(to: &lines)
                lines.append(UInt8(ascii: "\n"))
                next += 1
            }
            guard next > place else {
                throw .file("the ledger has no event at offset \(place)")
            }
            try Self.write(lines)
        }
    }

    private static func write(_ bytes: [UInt8]) throws(TransferError) {
        guard Terminal.write(bytes: bytes, to: 1) else {
            throw .file("cannot write to standard output")
        }
    }
}
