import ArgumentParser
import LedgerClient
import LedgerCore

/// The command `eventledger work`.
struct Work: AsyncParsableCommand {
    /// What one command is run for.
    enum Unit: String, ExpressibleByArgument, CaseIterable {
        case event
        case page
    }

    static let configuration = CommandConfiguration(
        abstract: "Run a command for each event of a subscription in events mode.",
        discussion: """
            The command gets the event on standard input, one line of JSON, and in \
            EVENTLEDGER_STREAM, _SUBSCRIPTION, _PARTITION, _OFFSET, _KEY, _TYPE and _DELIVERIES; \
            with --per page all events of a page, a line each. Exit code 0 acknowledges it. Anything \
            else, or a signal, is a failure: the event comes again after the subscription's \
            back-off, and the last line of the command's standard error is kept as the reason.

            Commands run in parallel up to --concurrency, those for one key one after the other. \
            After a failure the later events of its key wait. Events are held for as long as \
            commands run.

            SIGTERM, SIGINT or SIGHUP stops it: nothing new is started, what runs is waited for and \
            acknowledged, and the rest is given back. A second one is passed on to what runs. It \
            goes on through outages of the ledger. A command that can't be started ends it.

            Examples:
              eventledger work orders shipping -- ./ship.sh
              eventledger work orders mails --concurrency 8 --until-empty -- ./send-mail --from x
              eventledger work orders lake --per page --limit 1000 -- sh -c 'cat >> orders.ndjson'
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Argument(help: "The subscription's name.") var subscription: String
    @Option(help: "Commands that run at the same time, 1 to 64.") var concurrency = 1
    @Option(help: "Run the command for each event, or for each page of them.")
    var per = Unit.event
    @Option(help: "A name under which the ledger lists who has the events.") var consumer: String?
    @Option(
        help: "At most so many events a page, 1 to 1000; 10 for each command at once, or 100."
    )
    var limit: Int?
    @Option(
        help: "Seconds that a receive waits for events, 0 to 20; a stop waits for its end.",
        transform: Wait.parse
    )
    var wait = Wait.short
    @Flag(help: "End after one page.") var once = false
    @Flag(help: "End when there is nothing to receive.") var untilEmpty = false
    @OptionGroup var options: ClientOptions
    @Argument(parsing: .postTerminator, help: "The command and its arguments, behind --.")
    var command: [String] = []

    /// The commands that run at the same time.
    private static let concurrencies = 1...64

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("Give the command behind --, such as -- ./handle-event.")
        }
        guard Self.concurrencies.contains(concurrency) else {
            let most = Self.concurrencies.upperBound
            throw ValidationError("--concurrency must be 1 to \(most), not \(concurrency).")
        }
        if let limit, !Limits.pageEntries.contains(limit) {
            let most = Limits.pageEntries.upperBound
            throw ValidationError("--limit must be 1 to \(most), not \(limit).")
        }
        guard !once || !untilEmpty else {
            throw ValidationError("Give either --once or --until-empty.")
        }
    }

    func run() async throws {
        let second = try options.ledger()
        try await options.run { ledger throws(Failure) in
            let subscriber = Subscriber(ledger: ledger, stream: stream, name: subscription)
            let worker = Worker(
                receiver: subscriber,
                teller: Subscriber(ledger: second, stream: stream, name: subscription),
                processes: CommandProcesses(command),
                unit: unit,
                request: request
            )
            let keepsOrder = try await Self.keepsOrder(subscriber)
            try await worker.run(
                WorkPlan.Settings(
                    concurrency: concurrency,
                    unit: unit,
                    keepsOrder: keepsOrder,
                    extent: once ? .once : untilEmpty ? .untilEmpty : .endless
                )
            )
        }
    }

    /// False where the subscription has events of one key handled side by side; that never changes.
    private static func keepsOrder(_ subscriber: Subscriber) async throws(Failure) -> Bool {
        let answer = try await subscriber.ledger.call("GET", at: subscriber.path)
        return try JSONValue.answer(answer)["delivery"]?.text("order") != "none"
    }

    private var unit: WorkPlan.Unit { per == .page ? .page : .event }

    private var request: ReceiveRequest {
        // Few events for each command, so that others get theirs.
        let usual = per == .page ? Limits.defaultPageEntries : 10 * concurrency
        return ReceiveRequest(
            limit: limit ?? usual,
            wait: untilEmpty ? .none : wait,
            consumer: consumer
        )
    }
}
