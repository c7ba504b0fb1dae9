import ArgumentParser
import LedgerClient
import LedgerCore
import LedgerServer
import RawJSON

/// A subscription as the commands use it.
struct Subscriber {
    let client: LedgerClient
    let stream: String
    let name: String

    private var path: [String] { ["streams", stream, "subscriptions", name] }

    func create(_ startFrom: StartPoint) async throws(LedgerClientError) {
        let start = String(decoding: startFrom.json, as: UTF8.self)
        let body = "{\"subscription_id\":\"\(name)\",\"start_from\":\(start)}"
        _ = try await client.call(
            "POST",
            ["streams", stream, "subscriptions"],
            body: Array(body.utf8)
        )
    }

    /// `wait`: seconds, 0 to 20.
    func poll(limit: Int, wait: Double) async throws(LedgerClientError) -> [UInt8] {
        let milliseconds = (wait * 1000).rounded()
        return try await client.call(
            "GET",
            path + ["poll"],
            query: [("limit", "\(limit)"), ("wait", "\(milliseconds / 1000)")],
            wait: Int(milliseconds)
        )
    }

    func commit(_ page: JSONValue) async throws(LedgerClientError) {
        let body = "{\"cursor\":\"\(page.text("cursor"))\"}"
        _ = try await client.call("POST", path + ["commit"], body: Array(body.utf8))
    }

    func delete() async throws(LedgerClientError) {
        _ = try await client.call("DELETE", path)
    }
}

/// The command `eventledger poll`.
struct Poll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a subscription's next events, once.",
        discussion: """
            Without --commit the same events come again. With --json the answer holds the cursor.

            Example: eventledger poll orders shipping --limit 10 --wait 5 --commit
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Argument(help: "The subscription's name.") var subscription: String
    @Option(help: "At most so many events, 1 to 1000.") var limit = 100
    @Option(help: "Wait for events when there are none, 0 to 20 seconds.") var wait = 0.0
    @Flag(help: "Commit them once they are printed.") var commit = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        let most = Limits.waitSeconds.upperBound
        guard (0...Double(most)).contains(wait) else {
            throw ValidationError("--wait must be 0 to \(most) seconds.")
        }
    }

    func run() async throws {
        try await options.run { client throws(LedgerClientError) in
            let subscriber = Subscriber(client: client, stream: stream, name: subscription)
            let answer = try await subscriber.poll(limit: limit, wait: wait)
            let page = try JSONValue.answer(answer)
            if options.json {
                Terminal.print(String(decoding: answer, as: UTF8.self))
            } else {
                EventLines.show(page, asJSON: false)
            }
            if commit { try await subscriber.commit(page) }
        }
    }
}

/// The command `eventledger tail`.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow a stream: print events as they come, until Ctrl-C.",
        discussion: """
            With --subscription it follows an existing one and commits what it printed; without, \
            it makes one for itself and deletes it at the end.

            Examples:
              eventledger tail orders --from earliest
              eventledger tail orders --subscription shipping --json
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Option(help: "An existing subscription.") var subscription: String?
    @Option(help: "Where to begin without --subscription.") var from = StartPoint.latest
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let signals = SignalWaiter()
        let name = subscription ?? "tail-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let isOwn = subscription == nil
        try await options.run { client throws(LedgerClientError) in
            let subscriber = Subscriber(client: client, stream: stream, name: name)
            if isOwn { try await subscriber.create(from) }
            let isJSON = options.json
            let following = Task { await Self.follow(subscriber, asJSON: isJSON) }
            let stopping = Task {
                _ = await signals.wait()
                following.cancel()
            }
            let failure = await following.value
            stopping.cancel()
            if isOwn { try? await options.client().with(stream, name).delete() }
            if let failure { throw failure }
        }
    }

    /// Prints and commits until it fails or is cancelled.
    private static func follow(_ subscriber: Subscriber, asJSON: Bool) async -> LedgerClientError? {
        do throws(LedgerClientError) {
            while !Task.isCancelled {
                let page = try JSONValue.answer(try await subscriber.poll(limit: 1000, wait: 1))
                EventLines.show(page, asJSON: asJSON)
                if !(page["events"]?.elements ?? []).isEmpty { try await subscriber.commit(page) }
            }
            return nil
        } catch {
            return error
        }
    }
}

extension LedgerClient {
    fileprivate func with(_ stream: String, _ name: String) -> Subscriber {
        Subscriber(client: self, stream: stream, name: name)
    }
}
