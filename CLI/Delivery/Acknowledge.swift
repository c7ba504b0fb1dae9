import ArgumentParser
import LedgerClient

/// The command `eventledger ack`.
struct Acknowledge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract:
            "Say what became of received events: finished, failed, to be parked, or given back.",
        discussion: """
            LEASE is what `eventledger receive` printed. An event is PARTITION/OFFSET, such as \
            0/12; every option takes several, 0/12,1/7, and can be given several times. \
            --ack all finishes all that the lease holds and that no other option names.

            What fails comes again after --nack's seconds, or as the subscription's back-off says, \
            and later events of its key with it. What was not done is named, and is exit code 1; \
            what was finished before counts as done.

            Example: eventledger ack orders shipping LEASE --ack all
            Example: eventledger ack orders shipping LEASE --ack 0/12 --nack 0/13=30 --reason busy
            """
    )

    @Argument(help: "The stream's name.") var stream: String
    @Argument(help: "The subscription's name.") var subscription: String
    @Argument(help: "The lease under which they were received.") var lease: String
    @Option(name: .customLong("ack"), help: "Finished: all, or which.")
    var finished: [FinishedPlaces] = []
    @Option(
        name: .customLong("nack"),
        help: "Failed: which, each with =SECONDS to wait or without."
    )
    var failed: [FailedPlaces] = []
    @Option(name: .customLong("reject"), help: "To be parked at once.")
    var rejected: [EventPlaces] = []
    @Option(name: .customLong("release"), help: "Given back; this delivery does not count.")
    var released: [EventPlaces] = []
    @Option(help: "Why events are in --nack or --reject, at most 512 bytes.") var reason: String?
    @Option(help: "Hold the others for so many more seconds from now on.") var extend: Int64?
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard !acknowledgement.isEmpty else {
            throw ValidationError(
                "Say what became of the events: --ack, --nack, --reject, --release or --extend."
            )
        }
        guard reason == nil || !failed.isEmpty || !rejected.isEmpty else {
            throw ValidationError("--reason is one for --nack or --reject.")
        }
    }

    func run() async throws {
        try await options.run { ledger throws(Failure) in
            let subscriber = Subscriber(ledger: ledger, stream: stream, name: subscription)
            let answer = try await subscriber.acknowledge(acknowledgement)
            let result = AcknowledgementAnswer(try JSONValue.answer(answer))
            try options.report(answer) { _ in
                "acknowledged \(Count(result.acknowledged, of: "event"))\n"
            }
            try result.check(extending: acknowledgement.namesNothing)
        }
    }

    private var acknowledgement: Acknowledgement {
        var acknowledgement = Acknowledgement(lease: lease, extended: extend)
        acknowledgement.finished = FinishedPlaces.joined(finished)
        acknowledgement.failed = failed.flatMap(\.entries).map {
            Acknowledgement.Failed(place: $0.place, delay: $0.delay, reason: reason)
        }
        acknowledgement.rejected = rejected.flatMap(\.places).map {
            Acknowledgement.Rejected(place: $0, reason: reason)
        }
        acknowledgement.released = released.flatMap(\.places)
        return acknowledgement
    }
}

/// Events that are finished: `all`, or some by their places.
struct FinishedPlaces: ExpressibleByArgument {
    let finished: Acknowledgement.Finished

    init?(argument text: String) {
        if text == "all" {
            finished = .all
        } else if let some = EventPlaces(argument: text) {
            finished = .some(some.places)
        } else {
            return nil
        }
    }

    /// All of them in one: `all` where one of them says so.
    static func joined(_ parts: [FinishedPlaces]) -> Acknowledgement.Finished {
        var places: [EventPlace] = []
        for part in parts {
            guard case .some(let some) = part.finished else { return .all }
            places += some
        }
        return .some(places)
    }
}
