import ArgumentParser
import LedgerClient
import RawJSON

/// The command `eventledger subscription`.
struct SubscriptionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscription",
        abstract: "Create, list, describe, change, move and delete subscriptions.",
        subcommands: [
            Create.self, List.self, Describe.self, Members.self, Parked.self, Replay.self,
            Discard.self, Park.self, Update.self, WebhookCommand.self, Seek.self, Delete.self,
        ]
    )

    /// The table of one subscription.
    static func description(_ subscription: JSONValue) -> String {
        var table = Table("PARTITION", "OFFSET", "LAG", "")
        for position in subscription["positions"]?.elements ?? [] {
            table.add(
                position.text("partition"),
                position.text("offset"),
                position.text("lag"),
                position["bootstrapping"]?.isTrue == true ? "bootstrapping" : ""
            )
        }
        let age = subscription.text("lag_seconds")
        return "\(subscription.text("subscription_id")) of \(subscription.text("stream_id")): "
            + "lag \(subscription.text("lag"))\(["", "0"].contains(age) ? "" : " (\(age) s)"), "
            + "created \(subscription.text("created_at"))\n"
            + (subscription.raw("filter").map { "only \(String(decoding: $0, as: UTF8.self))\n" }
                ?? "")
            + delivery(of: subscription)
            + table.text
    }

    /// The table of a group's members.
    static func members(_ group: JSONValue) -> String {
        var table = Table("MEMBER", "PARTITIONS", "GIVING UP", "SESSION", "RENEWED")
        for member in group["members"]?.elements ?? [] {
            table.add(
                member.text("name"),
                list(member["assigned"]?.elements.map { $0.text("partition") }),
                list(member["giving_up"]?.elements.compactMap(\.text)),
                "\(member.text("session")) s",
                member.text("renewed_at")
            )
        }
        return table.text
    }

    private static func list(_ partitions: [String]?) -> String {
        partitions.flatMap { $0.isEmpty ? nil : $0.joined(separator: ",") } ?? "none"
    }

    /// The command `eventledger subscription create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a subscription.",
            discussion: """
                --start-from is earliest, latest, compacted, a time such as \
                2026-11-21T08:00:00Z, or offsets such as 0=12,1=7.

                With --type or --key the others are passed over: each takes a whole name or the \
                beginning of some and a *, and can be given several times.

                With --delivery events each event is acknowledged by itself, by `eventledger \
                receive` and `ack`, by `eventledger work`, or by a webhook: the options of --delivery \
                and --webhook say so, too.

                Example: eventledger subscription create orders shipping --start-from earliest
                Example: eventledger subscription create orders refunds --type 'refund.*'
                Example: eventledger subscription create orders mails --delivery events
                """
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @Option(help: "Where it begins.") var startFrom = StartPoint.latest
        @OptionGroup var filter: FilterOptions
        @OptionGroup var delivery: DeliveryOptions
        @OptionGroup var webhook: WebhookOptions
        @OptionGroup var options: ClientOptions

        func validate() throws {
            try delivery.check(hasWebhook: webhook.url != nil)
            guard webhook.url != nil || webhook.json == nil else {
                throw ValidationError("The options of a webhook need --webhook with its address.")
            }
        }

        func run() async throws {
            var body = JSONWriter()
            body.beginObject()
            body.key("subscription_id")
            body.string(subscription)
            body.key("start_from")
            body.raw(startFrom.json)
            if let filter = filter.json {
                body.key("filter")
                body.raw(filter)
            }
            if let delivery = delivery.json(forCreation: true, hasWebhook: webhook.url != nil) {
                body.key("delivery")
                body.raw(delivery)
            }
            if let webhook = webhook.json {
                body.key("webhook")
                body.raw(webhook)
            }
            body.endObject()
            let bytes = body.finish()
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call(
                    "POST",
                    at: ["streams", stream, "subscriptions"],
                    body: bytes
                )
                let lost =
                    webhook.url == nil
                    ? ""
                    : "; `eventledger subscription webhook rotate` gives a secret that is shown"
                try options.report(
                    answer,
                    done: "the subscription is created" + lost,
                    as: SubscriptionCommand.description
                )
            }
        }
    }

    /// The command `eventledger subscription list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a stream's subscriptions.",
            discussion: "Example: eventledger subscription list orders"
        )

        @Argument(help: "The stream's name.") var stream: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                var table = Table("SUBSCRIPTION", "STARTED FROM", "CREATED")
                let path = ["streams", stream, "subscriptions"]
                try await ledger.forEachPage(of: path) { answer, page throws(Failure) in
                    if options.json {
                        return try Output.line(answer)
                    }
                    for subscription in page["subscriptions"]?.elements ?? [] {
                        table.add(
                            subscription.text("subscription_id"),
                            String(decoding: subscription.raw("start_from") ?? [], as: UTF8.self),
                            subscription.text("created_at")
                        )
                    }
                }
                if !options.json { try Output.text(table.text) }
            }
        }
    }

    /// The command `eventledger subscription describe`.
    struct Describe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show where a subscription stands.",
            discussion: "Example: eventledger subscription describe orders shipping"
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call(
                    "GET",
                    at: ["streams", stream, "subscriptions", subscription]
                )
                try options.show(answer, as: SubscriptionCommand.description)
            }
        }
    }

    /// The command `eventledger subscription members`.
    struct Members: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who shares a subscription, and which partitions each has.",
            discussion: "Example: eventledger subscription members orders shipping"
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call(
                    "GET",
                    at: ["streams", stream, "subscriptions", subscription, "members"]
                )
                try options.show(answer, as: SubscriptionCommand.members)
            }
        }
    }

    /// The command `eventledger subscription update`.
    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change which events a subscription is for, and how they are delivered.",
            discussion: """
                Without any option it is for all events. With options of --delivery or --webhook \
                only what they say changes, and what it is for only with --type or --key. It stays \
                where it is.

                Example: eventledger subscription update orders shipping --type 'order.*'
                Example: eventledger subscription update orders mails --max-deliveries none
                """
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @OptionGroup var filter: FilterOptions
        @OptionGroup var delivery: DeliveryOptions
        @OptionGroup var webhook: WebhookOptions
        @OptionGroup var options: ClientOptions

        func validate() throws {
            try delivery.check(hasWebhook: webhook.json != nil)
            guard delivery.order == nil else {
                throw ValidationError("--order is of the creation; it never changes.")
            }
        }

        func run() async throws {
            let body = body
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call(
                    "PATCH",
                    at: ["streams", stream, "subscriptions", subscription],
                    body: body
                )
                try options.report(answer, as: SubscriptionCommand.description)
            }
        }

        private var body: [UInt8] {
            var members = [
                ("filter", filter.json),
                ("delivery", delivery.json(forCreation: false, hasWebhook: false)),
                ("webhook", webhook.json),
            ]
            if members.allSatisfy({ $0.1 == nil }) { members[0].1 = Array("null".utf8) }
            var body = JSONWriter()
            body.beginObject()
            for case (let name, let value?) in members {
                body.key(text: name)
                body.raw(value)
            }
            body.endObject()
            return body.finish()
        }
    }

    /// The command `eventledger subscription seek`.
    struct Seek: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move a subscription; cursors from before are refused from then on.",
            discussion: "Example: eventledger subscription seek orders shipping --to 0=12"
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @Option(help: "Where to: as --start-from of `subscription create`.") var to: StartPoint
        @OptionGroup var options: ClientOptions

        func run() async throws {
            let body = Array("{\"to\":".utf8) + to.json + Array("}".utf8)
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call(
                    "POST",
                    at: ["streams", stream, "subscriptions", subscription, "seek"],
                    body: body
                )
                try options.report(answer) { _ in "moved \(subscription) to \(to)\n" }
            }
        }
    }

    /// The command `eventledger subscription delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a subscription.",
            discussion: "Example: eventledger subscription delete orders shipping"
        )

        @Argument(help: "The stream's name.") var stream: String
        @Argument(help: "The subscription's name.") var subscription: String
        @OptionGroup var options: ClientOptions

        func run() async throws {
            try await options.run { ledger throws(Failure) in
                let answer = try await ledger.call(
                    "DELETE",
                    at: ["streams", stream, "subscriptions", subscription]
                )
                try options.report(answer) { _ in "deleted \(subscription)\n" }
            }
        }
    }
}

/// The options that say which events a subscription is for.
struct FilterOptions: ParsableArguments {
    @Option(name: .customLong("type"), help: "Only events of this type, such as 'order.*'.")
    var types: [String] = []
    @Option(name: .customLong("key"), help: "Only events of this key, such as 'eu-*'.")
    var keys: [String] = []

    /// The same as the API takes it; nil where nothing is said.
    var json: [UInt8]? {
        guard !types.isEmpty || !keys.isEmpty else { return nil }
        var body = JSONWriter()
        body.beginObject()
        for (name, patterns) in [("types", types), ("keys", keys)] where !patterns.isEmpty {
            body.key(text: name)
            body.beginArray()
            for pattern in patterns { body.string(pattern) }
            body.endArray()
        }
        body.endObject()
        return body.finish()
    }
}

/// The beginning of a subscription: a word, a time, or offsets such as `0=12,1=7`.
struct StartPoint: ExpressibleByArgument, CustomStringConvertible {
    static let allValueStrings = [
        "earliest", "latest", "compacted", "2026-11-21T08:00:00Z", "0=12,1=7",
    ]
    static let latest = StartPoint("latest", json: Array("\"latest\"".utf8))

    /// The text as it was written.
    let description: String
    /// The same as the API takes it.
    let json: [UInt8]

    /// Nil when it is none of the three: the ledger looks closer at a time.
    init?(argument text: String) {
        guard !["earliest", "latest", "compacted"].contains(text) else {
            self = StartPoint(text, json: Array("\"\(text)\"".utf8))
            return
        }
        var body = JSONWriter()
        body.beginObject()
        if text.utf8.contains(UInt8(ascii: "=")) {
            guard let offsets = Self.offsets(text) else { return nil }
            body.key("offsets")
            body.beginObject()
            for (partition, offset) in offsets {
                body.key(text: "\(partition)")
                body.integer(offset)
            }
            body.endObject()
        } else {
            guard ReadingPoint.isTime(text) else { return nil }
            body.key("timestamp")
            body.string(text)
        }
        body.endObject()
        self = StartPoint(text, json: body.finish())
    }

    private init(_ description: String, json: [UInt8]) {
        self.description = description
        self.json = json
    }

    private static func offsets(_ text: String) -> [(partition: Int, offset: Int64)]? {
        var offsets: [(partition: Int, offset: Int64)] = []
        for pair in Array(text.utf8).split(
            separator: UInt8(ascii: ","),
            omittingEmptySubsequences: false
        ) {
            let parts = pair.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard parts.count == 2, let partition = Int(parts[0]), let offset = Int64(parts[1])
            else { return nil }
            offsets.append((partition, offset))
        }
        return offsets
    }
}
