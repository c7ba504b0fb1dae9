import ArgumentParser
import LedgerClient

/// The command `eventledger read`.
struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read events without a subscription, up to the end.",
        discussion: """
            --from is earliest, latest, a time such as 2026-11-21T08:00:00Z, or with --partition \
            an offset. All partitions come in turns unless --partition says which.

            Example: eventledger read orders --partition 0 --from 100 --limit 10
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Option(help: "Only this partition.") var partition: Int?
    @Option(help: "Where to begin; earliest when left out.") var from: ReadingPoint?
    @Option(help: "At most so many events, 1 or more; all there are when left out.")
    var limit: Int?
    @OptionGroup var options: ClientOptions

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit must be 1 or more, not \(limit).")
        }
    }

    func run() async throws {
        let query = EventQuery(
            stream: stream,
            start: .from(from?.text ?? "earliest"),
            partition: partition
        )
        try await options.run { ledger throws(Failure) in
            var left = limit ?? .max
            var cursor: String?
            while left > 0 {
                let page = try await query.page(from: ledger, after: cursor, limit: left)
                try EventLines.show(page.events, asJSON: options.json)
                if page.isCaughtUp { return }
                left -= page.events.count
                cursor = page.cursor
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
        try await options.run { ledger throws(Failure) in
            let path = ["streams", stream, "compacted"]
            guard let key else {
                return try await ledger.forEachPage(of: path) { answer, _ throws(Failure) in
                    try EventLines.show(try EventPage(answer).events, asJSON: options.json)
                }
            }
            let event = try await ledger.call("GET", at: path, query: [("key", key)])
            try EventLines.show([event], asJSON: options.json)
        }
    }
}
