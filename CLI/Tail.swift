import ArgumentParser
import LedgerClient
import LedgerCore
import Synchronization

/// The command `eventledger tail`.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow a stream: print events as they come, until Ctrl-C.",
        discussion: """
            It reads without a subscription and leaves nothing behind, however it ends. All \
            partitions come in turns unless --partition or --key says which. --from is earliest, \
            latest (unless said otherwise), a time such as 2026-11-21T08:00:00Z, or with \
            --partition an offset.

            With --subscription it follows an existing one instead and commits what it printed.

            Examples:
              eventledger tail orders --last 10
              eventledger tail orders --from earliest --type 'order.*' --json
              eventledger tail orders --subscription shipping --json
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Option(help: "Follow this subscription, and commit.") var subscription: String?
    @Option(
        name: [.customShort("n"), .long],
        help: """
            Begin so many events before the end of each partition, 1 to 1000; --key and --type show \
            those of them that fit.
            """
    )
    var last: Int?
    @Option(help: "Where to begin.") var from: ReadingPoint?
    @Option(help: "Only this partition.") var partition: Int?
    @Option(help: "Only events of this key.") var key: String?
    @Option(help: "Only events of this type, or of types that begin so: 'order.*'.")
    var type: String?
    @Option(help: "End after so many events, 1 or more.") var limit: Int?
    @OptionGroup var options: ClientOptions

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit must be 1 or more, not \(limit).")
        }
        if let last, !Limits.pageEntries.contains(last) {
            let most = Limits.pageEntries.upperBound
            throw ValidationError("--last must be 1 to \(most), not \(last).")
        }
        if last != nil, from != nil {
            throw ValidationError("Give either --last or --from.")
        }
        let begins = last != nil || from != nil
        let selects = partition != nil || key != nil || type != nil
        if subscription != nil, begins || selects {
            throw ValidationError(
                "A subscription has a position of its own and all partitions: leave out --last, "
                    + "--from, --partition, --key and --type, or --subscription."
            )
        }
    }

    func run() async throws {
        Output.endWithReader()
        try await options.run { ledger throws(Failure) in
            guard let subscription else { return try await follow(ledger) }
            let subscriber = Subscriber(ledger: ledger, stream: stream, name: subscription)
            var left = limit ?? .max
            while left > 0 {
                let most = min(left, Limits.pageEntries.upperBound)
                let page = try EventPage(try await subscriber.poll(limit: most, wait: .longest))
                try await show(page, committing: subscriber)
                left -= page.events.count
            }
        }
    }

    /// Prints the events that the ledger sends, until there were so many as were asked for.
    ///
    /// In an event stream every line break is a line feed. So a page that has any is read once more
    /// by itself, and comes byte for byte.
    private func follow(_ ledger: RemoteLedger) async throws(Failure) {
        var cursor: String?
        var left = limit ?? .max
        while left > 0 {
            (cursor, left) = try await stream(ledger, after: cursor, most: left)
            guard left > 0 else { return }
            let page = try await query.page(from: ledger, after: cursor, limit: left)
            try EventLines.show(page.events, asJSON: options.json)
            cursor = page.cursor
            left -= page.events.count
        }
    }

    /// Prints what comes, up to a page with line breaks, or to the last event that was asked for.
    ///
    /// - Returns: The cursor before that page, and how many events are left.
    private func stream(
        _ ledger: RemoteLedger,
        after cursor: String?,
        most: Int
    ) async throws(Failure) -> (cursor: String?, left: Int) {
        let rest = Mutex((cursor: cursor, left: most))
        try await ledger.follow(
            ["streams", stream, "events"],
            query: query.parameters(after: nil, limit: most),
            after: cursor
        ) { [json = options.json] event throws(Failure) in
            guard event.name == "page" else { return true }
            // Without it the same page would come for ever.
            guard !event.id.isEmpty else { throw .notALedger }
            guard !event.data.contains(UInt8(ascii: "\n")) else {
                rest.withLock { $0.cursor = event.previousID }
                return false
            }
            let page = try EventPage(event.data)
            let events = page.events.prefix(rest.withLock { $0.left })
            try EventLines.show(Array(events), asJSON: json)
            return rest.withLock { rest in
                rest.left -= events.count
                return rest.left > 0
            }
        }
        return rest.withLock { $0 }
    }

    private var query: EventQuery {
        EventQuery(
            stream: stream,
            start: last.map { .last($0) } ?? .from(from?.text ?? "latest"),
            partition: partition,
            key: key,
            type: type
        )
    }

    private func show(
        _ page: EventPage,
        committing subscriber: Subscriber
    ) async throws(Failure) {
        guard !page.events.isEmpty else { return }
        do throws(Failure) {
            try EventLines.show(page.events, asJSON: options.json)
            try await subscriber.commit(page)
        } catch {
            guard case .output = error.cause else { throw error }
            throw error.noting("the events of the last page are not committed")
        }
    }
}
