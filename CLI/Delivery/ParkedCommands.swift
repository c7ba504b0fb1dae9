import ArgumentParser
import LedgerClient
import RawJSON

extension SubscriptionCommand {
    /// The command `eventledger subscription parked`.
    struct Parked: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the events that are parked, or show one.",
            discussion: """
                Example: eventledger subscription parked orders shipping
                Example: eventledger subscription parked orders shipping --show 0/12
                """
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @Option(help: "Only this partition.") var partition: Int?
        @Option(help: "The event PARTITION/OFFSET alone, with its history and its data.")
        var show: EventPlace?
        @OptionGroup var options: ClientOptions

        func validate() throws {
            guard show == nil || partition == nil else {
                throw ValidationError("Give either --partition or --show.")
            }
        }

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let path = Subscriber(ledger: ledger, stream: stream, name: subscription).path
                guard let show else { return try await list(path + ["parked"], of: ledger) }
                let answer = try await ledger.call("GET", at: path + ["parked"] + show.path)
                guard !options.json else { return try Output.line(answer) }
                let parked = try JSONValue.answer(answer)
                var table = ParkedTable()
                table.add(parked)
                try Output.text(table.text + "\n" + ParkedTable.history(of: parked) + "\n")
                if case .object? = parked["event"], let event = parked.raw("event") {
                    try EventLines.show([event], asJSON: false)
                } else {
                    try Output.line("its data has expired")
                }
            }
        }

        private func list(_ path: [String], of ledger: RemoteLedger) async throws(Failure) {
            var table = ParkedTable()
            let query = partition.map { [(name: "partition", value: "\($0)")] } ?? []
            try await ledger.forEachPage(of: path, query: query) { answer, page throws(Failure) in
                if options.json { return try Output.line(answer) }
                for parked in page["parked"]?.elements ?? [] { table.add(parked) }
            }
            if !options.json { try Output.text(table.text) }
        }
    }

    /// The command `eventledger subscription replay`.
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deliver parked events once more.",
            discussion: """
                Each comes as the event it was, marked as replayed, and its key waits for it. One \
                that fails again is parked again.

                Example: eventledger subscription replay orders shipping 0/12 1/7
                Example: eventledger subscription replay orders shipping --all
                """
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @Argument(help: "The events, each PARTITION/OFFSET.") var events: [EventPlace] = []
        @Flag(help: "All that are parked.") var all = false
        @OptionGroup var options: ClientOptions

        func validate() throws {
            guard all == events.isEmpty else {
                throw ValidationError("Say which events, or --all.")
            }
        }

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                var replay = ParkedReplay(
                    subscriber: Subscriber(ledger: ledger, stream: stream, name: subscription),
                    asJSON: options.json
                )
                do throws(Failure) {
                    try await replay.run(all ? nil : events)
                    if !options.json { try Output.line(replay.summary) }
                } catch {
                    throw error.noting(replay.replayed == 0 ? nil : replay.summary)
                }
                try replay.check()
            }
        }
    }

    /// The command `eventledger subscription discard`.
    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop parked events for good.",
            discussion: """
                What is being replayed can't be dropped.

                Example: eventledger subscription discard orders shipping 0/12 1/7
                """
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @Argument(help: "The events, each PARTITION/OFFSET.") var events: [EventPlace]
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let path = Subscriber(ledger: ledger, stream: stream, name: subscription).path
                for (number, event) in events.enumerated() {
                    do throws(Failure) {
                        let answer = try await ledger.call(
                            "DELETE",
                            at: path + ["parked"] + event.path
                        )
                        try options.report(answer, done: "\(event) is discarded") { _ in
                            "discarded \(event)\n"
                        }
                    } catch {
                        throw error.noting(
                            number == 0 ? nil : "\(Count(number, of: "event")) before it discarded"
                        )
                    }
                }
            }
        }
    }

    /// The command `eventledger subscription park`.
    struct Park: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Park an event by hand, so that what comes after it goes on.",
            discussion: """
                In events mode an event that was delivered and is not finished; in cursor mode the \
                one that the subscription stands at.

                Example: eventledger subscription park orders shipping 0/12 --reason 'no such user'
                """
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @Argument(help: "The event, PARTITION/OFFSET.") var event: EventPlace
        @Option(help: "Why, at most 512 bytes.") var reason: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            var body = JSONWriter()
            body.beginObject()
            event.write(to: &body)
            body.key("reason")
            body.string(reason)
            body.endObject()
            let bytes = body.finish()
            try await options.run { ledger throws(Failure) in
                let path = Subscriber(ledger: ledger, stream: stream, name: subscription).path
                let answer = try await ledger.call("POST", at: path + ["parked"], body: bytes)
                try options.report(answer, done: "\(event) is parked") { _ in "parked \(event)\n" }
            }
        }
    }
}

/// Has parked events delivered again, call by call.
struct ParkedReplay {
    let subscriber: Subscriber
    let asJSON: Bool
    /// The number of events that are delivered again.
    private(set) var replayed: Int64 = 0
    /// Events that were asked for and are not parked, `PARTITION/OFFSET`.
    private var notParked: [String] = []
    /// The number of events that the ledger has not come to.
    private var left: Int64 = 0

    init(subscriber: Subscriber, asJSON: Bool) {
        self.subscriber = subscriber
        self.asJSON = asJSON
    }

    /// The number that is replayed, in words.
    var summary: String { "\(Count(replayed, of: "event")) on the way again" }

    /// Replays these events, or all.
    mutating func run(_ events: [EventPlace]?) async throws(Failure) {
        let body = Self.body(events)
        repeat {
            let answer = try await subscriber.ledger.call(
                "POST",
                at: subscriber.path + ["parked", "replay"],
                body: body
            )
            let result = try JSONValue.answer(answer)
            let count = Int64(result.text("replayed")) ?? 0
            replayed += count
            left = Int64(result.text("left")) ?? 0
            notParked += (result["not_parked"]?.elements ?? []).map {
                "\($0.text("partition"))/\($0.text("offset"))"
            }
            if asJSON { try Output.line(answer) }
            // Where nothing moves any more, another call would not move it.
            if count == 0 { return }
        } while left > 0 && events == nil
    }

    /// Throws when something that was asked for is not replayed.
    func check() throws(Failure) {
        guard notParked.isEmpty else {
            throw Failure(.incomplete("not parked: \(notParked.joined(separator: ", "))"))
        }
        guard left == 0 else {
            throw Failure(.incomplete("\(Count(left, of: "event")) could not be replayed"))
        }
    }

    private static func body(_ events: [EventPlace]?) -> [UInt8] {
        guard let events else { return Array("{\"all\":true}".utf8) }
        var body = JSONWriter()
        body.beginObject()
        body.key("events")
        body.beginArray()
        for event in events {
            body.beginObject()
            event.write(to: &body)
            body.endObject()
        }
        body.endArray()
        body.endObject()
        return body.finish()
    }
}
