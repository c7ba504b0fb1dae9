import ArgumentParser
import LedgerClient
import RawJSON

extension StreamCommand {
    /// `stream head`.
    struct Head: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show where each partition ends, and the hash of everything in it.",
            discussion: """
                Keep the answer somewhere else, with --json: `eventledger verify --expect` proves \
                with it later that nothing up to there was rewritten.

                Example: eventledger stream head orders --json > heads-today.json
                """
        )

        @Argument(help: "The stream's name.") var stream: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let heads = try await PartitionHeads.read(ledger, stream)
                if options.json {
                    try Output.line(heads.json)
                    return try Output.keep()
                }
                var table = Table("PARTITION", "NEXT", "HEAD")
                for head in heads.partitions {
                    table.add(head.text("partition"), head.text("next_offset"), head.text("head"))
                }
                try Output.text(table.text)
            }
        }
    }
}

/// The heads of all partitions of one stream, as the API answers them.
struct PartitionHeads {
    let stream: String
    /// One answer a partition, in order.
    let partitions: [JSONValue]
    private let raw: [[UInt8]]

    static func read(
        _ ledger: RemoteLedger,
        _ stream: String
    ) async throws(Failure) -> PartitionHeads {
        let answer = try await ledger.call("GET", ["streams", stream])
        let partitions = try JSONValue.answer(answer)["partitions"]?.elements ?? []
        var raw: [[UInt8]] = []
        var heads: [JSONValue] = []
        for partition in partitions {
            let path = ["streams", stream, "partitions", partition.text("partition"), "head"]
            let head = try await ledger.call("GET", path)
            raw.append(head)
            heads.append(try JSONValue.answer(head))
        }
        return PartitionHeads(stream: stream, partitions: heads, raw: raw)
    }

    /// The answers in one line; `verify --expect` takes it.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("stream_id")
        writer.string(stream)
        writer.key("partitions")
        writer.beginArray()
        for head in raw { writer.raw(head) }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }
}
