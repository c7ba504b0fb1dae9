import ArgumentParser
import LedgerClient

/// The command `eventledger read`.
struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read one partition, without a subscription.",
        discussion: """
            --from is an offset, earliest, latest or a time such as 2026-11-21T08:00:00Z.

            Example: eventledger read orders --partition 0 --from 100 --limit 10
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Option(help: "May be left out when the stream has only one.") var partition: Int?
    @Option(help: "Where to begin.") var from = "earliest"
    @Option(help: "At most so many events, 1 or more; all there are when left out.")
    var limit: Int?
    @OptionGroup var options: ClientOptions

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit must be 1 or more, not \(limit).")
        }
    }

    func run() async throws {
        try await options.run { client throws(LedgerClientError) in
            var from = from
            var left = limit ?? .max
            while left > 0 {
                var query = [(name: "from", value: from), ("limit", "\(min(left, 1000))")]
                if let partition { query.append(("partition", "\(partition)")) }
                let answer = try await client.call(
                    "GET",
                    ["streams", stream, "events"],
                    query: query
                )
                let page = try JSONValue.answer(answer)
                EventLines.show(page, asJSON: options.json)
                left -= page["events"]?.elements.count ?? 0
                from = page.text("next_offset")
                if page["caught_up"]?.isTrue == true { return }
            }
        }
    }
}

/// The command `eventledger compacted`.
struct Compacted: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the latest event of every key, or of one.",
        discussion: """
            Examples:
              eventledger compacted orders
              eventledger compacted orders order-1
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Argument(help: "One key; all when left out.") var key: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.run { client throws(LedgerClientError) in
            let path = ["streams", stream, "compacted"]
            guard let key else {
                return try await Pages.each(client, path) { _, page in
                    EventLines.show(page, asJSON: options.json)
                }
            }
            let answer = try await client.call("GET", path, query: [("key", key)])
            let page = try JSONValue.answer(Array("{\"events\":[".utf8) + answer + Array("]}".utf8))
            EventLines.show(page, asJSON: options.json)
        }
    }
}
