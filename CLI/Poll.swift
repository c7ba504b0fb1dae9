import ArgumentParser
import LedgerClient
import RawJSON

/// A subscription as the commands use it.
struct Subscriber {
    let ledger: RemoteLedger
    let stream: String
    let name: String

    private var path: [String] { ["streams", stream, "subscriptions", name] }

    func poll(limit: Int, wait: Wait) async throws(Failure) -> [UInt8] {
        try await ledger.call(
            "GET",
            path + ["poll"],
            query: [("limit", "\(limit)"), ("wait", wait.description)],
            wait: wait.milliseconds
        )
    }

    /// Commits what was printed, once it is safe.
    func commit(_ page: EventPage) async throws(Failure) {
        try Output.keep()
        var body = JSONWriter()
        body.beginObject()
        body.key("cursor")
        body.string(page.cursor ?? "")
        body.endObject()
        _ = try await ledger.call("POST", path + ["commit"], body: body.finish())
    }
}

/// The command `eventledger poll`.
struct Poll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a subscription's next events, once.",
        discussion: """
            Without --commit the same events come again. With --commit they are committed only when \
            all of them were printed, and a file they go to has them on its disk. With --json the \
            answer holds the cursor.

            Example: eventledger poll orders shipping --limit 10 --wait 5 --commit
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Argument(help: "The subscription's name.") var subscription: String
    @Option(help: "At most so many events, 1 to 1000.") var limit = 100
    @Option(
        help: "Wait for events when there are none, 0 to 20 seconds.",
        transform: Wait.parse
    )
    var wait = Wait.none
    @Flag(help: "Commit them once they are printed.") var commit = false
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.run { ledger throws(Failure) in
            let subscriber = Subscriber(ledger: ledger, stream: stream, name: subscription)
            let answer = try await subscriber.poll(limit: limit, wait: wait)
            let page = try EventPage(answer)
            do throws(Failure) {
                if options.json {
                    try Output.line(answer)
                } else {
                    try EventLines.show(page.events, asJSON: false)
                }
                if commit { try await subscriber.commit(page) }
            } catch {
                guard case .output = error.cause else { throw error }
                throw error.noting("nothing was committed")
            }
        }
    }
}
