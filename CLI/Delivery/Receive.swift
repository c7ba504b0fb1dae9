import ArgumentParser
import LedgerClient
import LedgerCore
import RawJSON

/// A call for a subscription's next events, each to be acknowledged by itself.
struct ReceiveRequest: Sendable {
    var limit: Int
    var wait = Wait.none
    /// Who asks, for those who look where events are; nil says nothing.
    var consumer: String?
    /// Names the call, so that the same one again gets the same events; nil for none.
    var attempt: String?
    /// The fates of events that were received before.
    var acknowledgement: Acknowledgement?

    /// The body of `POST …/receive`.
    var json: [UInt8] {
        var body = JSONWriter()
        body.beginObject()
        body.key("limit")
        body.integer(limit)
        body.key("wait")
        body.raw(Array(wait.json.utf8))
        if let consumer {
            body.key("consumer")
            body.string(consumer)
        }
        if let attempt {
            body.key("attempt")
            body.string(attempt)
        }
        if let acknowledgement {
            body.key("ack")
            acknowledgement.write(to: &body)
        }
        body.endObject()
        return body.finish()
    }
}

extension Subscriber {
    /// Receives events; returns the answer as the ledger wrote it.
    func receive(_ request: ReceiveRequest) async throws(Failure) -> [UInt8] {
        try await ledger.call(
            "POST",
            at: path + ["receive"],
            body: request.json,
            wait: request.wait.length
        )
    }

    /// Tells the ledger what became of events; returns the answer as the ledger wrote it.
    func acknowledge(_ acknowledgement: Acknowledgement) async throws(Failure) -> [UInt8] {
        try await ledger.call("POST", at: path + ["ack"], body: acknowledgement.json)
    }
}

/// The command `eventledger receive`.
struct Receive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the next events of a subscription in events mode, once.",
        discussion: """
            The events are held for whoever received them until they are acknowledged by \
            `eventledger ack`, for as long as the subscription's --ack-wait says; then they come \
            again, as failed. Standard error says how to acknowledge them; with --json the answer \
            holds the lease.

            With --ack they are acknowledged only when all of them were printed, and a file they go \
            to has them on its disk.

            Example: eventledger receive orders shipping --limit 10 --wait 5
            Example: eventledger receive orders shipping --limit 10 --ack
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
    @Option(help: "A name under which the ledger lists who has the events.") var consumer: String?
    @Option(
        help: """
            A name for this call, 1 to 64 characters: who does not know whether a call succeeded \
            gets the same events by the same name.
            """
    )
    var attempt: String?
    @Flag(help: "Acknowledge them once they are printed.") var ack = false
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.run { ledger throws(Failure) in
            let subscriber = Subscriber(ledger: ledger, stream: stream, name: subscription)
            let answer = try await subscriber.receive(
                ReceiveRequest(limit: limit, wait: wait, consumer: consumer, attempt: attempt)
            )
            let page = try ReceivedPage(answer)
            do throws(Failure) {
                if options.json {
                    try Output.line(answer)
                } else {
                    try EventLines.show(page.events.map(\.bytes), asJSON: false)
                }
                if ack { try Output.keep() }
            } catch {
                throw error.noting("nothing was acknowledged")
            }
            guard let lease = page.lease else { return }
            if ack {
                try await Self.acknowledgeAll(under: lease, to: subscriber)
            } else if !options.json {
                explain(page, lease: lease, address: ledger.address)
            }
        }
    }

    private static func acknowledgeAll(
        under lease: String,
        to subscriber: Subscriber
    ) async throws(Failure) {
        let answer = try await subscriber.acknowledge(
            Acknowledgement(lease: lease, finished: .all)
        )
        try AcknowledgementAnswer(try JSONValue.answer(answer)).check(extending: false)
    }

    /// Says how to acknowledge what was printed.
    private func explain(_ page: ReceivedPage, lease: String, address: String) {
        let names = "\(Shell.word(stream)) \(Shell.word(subscription))"
        Messages.line(
            "\(Count(page.events.count, of: "event")) held for \(page.ackWait) s; acknowledge with:\n"
                + "  eventledger ack \(names) \(Shell.word(lease)) --ack all\(address)"
        )
    }
}
