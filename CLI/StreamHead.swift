import ArgumentParser
import LedgerClient

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
            try await options.run { client throws(LedgerClientError) in
                let heads = try await PartitionHeads.read(client, stream)
                if options.json { return Terminal.print("{\(heads.members)}") }
                var table = Table("PARTITION", "NEXT", "HEAD")
                for head in heads.partitions {
                    table.add(head.text("partition"), head.text("next_offset"), head.text("head"))
                }
                Terminal.write(table.text, to: 1)
            }
        }
    }
}

/// The heads of all partitions of one stream, as the API answers them.
struct PartitionHeads {
    let stream: String
    /// One answer a partition, in order.
    let partitions: [JSONValue]
    private let raw: [String]

    static func read(
        _ client: LedgerClient,
        _ stream: String
    ) async throws(LedgerClientError) -> PartitionHeads {
        let answer = try await client.call("GET", ["streams", stream])
        let partitions = try JSONValue.answer(answer)["partitions"]?.elements ?? []
        var raw: [String] = []
        var heads: [JSONValue] = []
        for partition in partitions {
            let path = ["streams", stream, "partitions", partition.text("partition"), "head"]
            let head = try await client.call("GET", path)
            raw.append(String(decoding: head, as: UTF8.self))
            heads.append(try JSONValue.answer(head))
        }
        return PartitionHeads(stream: stream, partitions: heads, raw: raw)
    }

    /// Members of a JSON object.
    var members: String {
        "\"stream_id\":\"\(stream)\",\"partitions\":[\(raw.joined(separator: ","))]"
    }
}
