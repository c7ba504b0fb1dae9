import ArgumentParser
import LedgerClient
import RawJSON

/// The command `eventledger stream`.
struct StreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract: "Create, list, describe, prove, change, compact and delete streams.",
        subcommands: [
            Create.self, List.self, Describe.self, Head.self, Update.self, Compact.self,
            Delete.self,
        ]
    )

    /// The table of one stream.
    static func description(_ stream: JSONValue) -> String {
        let hours = stream["retention_hours"]?.text.map { $0 + " h" } ?? "for ever"
        var table = Table("PARTITION", "EARLIEST", "NEXT", "COMPACTED UP TO")
        let partitions = stream["partitions"]?.elements ?? []
        for partition in partitions {
            table.add(
                partition.text("partition"),
                partition.text("earliest_offset"),
                partition.text("next_offset"),
                partition.text("compacted_up_to")
            )
        }
        return "\(stream.text("stream_id")): \(Count(partitions.count, of: "partition")), "
            + "retention \(hours), compaction \(stream["compaction"]?.isTrue == true ? "on" : "off"),"
            + " created \(stream.text("created_at"))\n" + table.text
    }

    /// The table of how far each partition is compacted.
    static func progress(_ answer: JSONValue) -> String {
        var table = Table("PARTITION", "COMPACTED UP TO")
        for partition in answer["partitions"]?.elements ?? [] {
            table.add(partition.text("partition"), partition.text("compacted_up_to"))
        }
        return table.text
    }

    /// The command `eventledger stream create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a stream.",
            discussion: "Example: eventledger stream create orders --partitions 6"
        )

        @Argument(help: "The stream's name.") var stream: String
        @Option(help: "1 to 100; fixed from now on.") var partitions = 3
        @Option(help: "How long events are kept, 1 to 87600 (default: 168).")
        var retentionHours: Int?
        @Flag(help: "Keep events for ever.") var keepForever = false
        @Flag(help: "Keep no latest event per key; fixed from now on.") var noCompaction = false
        @OptionGroup var options: ClientOptions

        func validate() throws {
            if keepForever, retentionHours != nil {
                throw ValidationError("Give either --retention-hours or --keep-forever.")
            }
        }

        func run() async throws {
            var body = JSONWriter()
            body.beginObject()
            body.key("stream_id")
            body.string(stream)
            body.key("partition_count")
            body.integer(partitions)
            body.key("retention_hours")
            if keepForever { body.null() } else { body.integer(retentionHours ?? 168) }
            body.key("compaction")
            body.boolean(!noCompaction)
            body.endObject()
            let bytes = body.finish()
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call("POST", at: ["streams"], body: bytes)
                try options.report(answer, as: StreamCommand.description)
            }
        }
    }

    /// The command `eventledger stream list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List all streams.",
            discussion: "Example: eventledger stream list --json"
        )

        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                var table = Table("STREAM", "PARTITIONS", "RETENTION", "COMPACTION", "CREATED")
                try await ledger.forEachPage(of: ["streams"]) { answer, page throws(Failure) in
                    if options.json {
                        return try Output.line(answer)
                    }
                    for stream in page["streams"]?.elements ?? [] {
                        table.add(
                            stream.text("stream_id"),
                            stream.text("partition_count"),
                            stream["retention_hours"]?.text.map { $0 + " h" } ?? "for ever",
                            stream["compaction"]?.isTrue == true ? "on" : "off",
                            stream.text("created_at")
                        )
                    }
                }
                if !options.json { try Output.text(table.text) }
            }
        }
    }

    /// The command `eventledger stream describe`.
    struct Describe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a stream and how its partitions stand.",
            discussion: "Example: eventledger stream describe orders"
        )

        @Argument(help: "The stream's name.") var stream: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call("GET", at: ["streams", stream])
                try options.show(answer, as: StreamCommand.description)
            }
        }
    }

    /// The command `eventledger stream update`.
    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change how long a stream keeps its events.",
            discussion: """
                Shorter holds at once; longer holds for what is published from now on, \
                up to a minute later where several servers share a table.

                Example: eventledger stream update orders --retention-hours 24
                """
        )

        @Argument(help: "The stream's name.") var stream: String
        @Option(help: "1 to 87600.") var retentionHours: Int?
        @Flag(help: "Keep events for ever.") var keepForever = false
        @OptionGroup var options: ClientOptions

        func validate() throws {
            guard keepForever != (retentionHours != nil) else {
                throw ValidationError("Give either --retention-hours or --keep-forever.")
            }
        }

        func run() async throws {
            let body = "{\"retention_hours\":\(retentionHours.map(String.init) ?? "null")}"
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call(
                    "PATCH",
                    at: ["streams", stream],
                    body: Array(body.utf8)
                )
                try options.report(answer, as: StreamCommand.description)
            }
        }
    }

    /// The command `eventledger stream compact`.
    struct Compact: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a stream's compacted state up to its last event, now.",
            discussion: "Example: eventledger stream compact orders"
        )

        @Argument(help: "The stream's name.") var stream: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call("POST", at: ["streams", stream, "compact"])
                try options.report(answer, as: StreamCommand.progress)
            }
        }
    }

    /// The command `eventledger stream delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a stream with all its events and subscriptions.",
            discussion: "Example: eventledger stream delete orders"
        )

        @Argument(help: "The stream's name.") var stream: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call("DELETE", at: ["streams", stream])
                try options.report(answer) { _ in "deleted \(stream)\n" }
            }
        }
    }
}

extension StreamCommand {
    /// The command `eventledger stream head`.
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
                let heads = try await PartitionHeads.read(of: stream, from: ledger)
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
        of stream: String,
        from ledger: RemoteLedger
    ) async throws(Failure) -> PartitionHeads {
        let answer = try await ledger.call("GET", at: ["streams", stream])
        let partitions = try JSONValue.answer(answer)["partitions"]?.elements ?? []
        var raw: [[UInt8]] = []
        var heads: [JSONValue] = []
        for partition in partitions {
            let path = ["streams", stream, "partitions", partition.text("partition"), "head"]
            let head = try await ledger.call("GET", at: path)
            raw.append(head)
            heads.append(try JSONValue.answer(head))
        }
        return PartitionHeads(stream: stream, partitions: heads, raw: raw)
    }

    /// All answers in one line of JSON; `verify --expect` takes it.
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
