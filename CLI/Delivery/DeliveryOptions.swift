import ArgumentParser
import RawJSON

/// The options that say how a subscription's events are delivered.
struct DeliveryOptions: ParsableArguments {
    /// A subscription's mode.
    enum Mode: String, ExpressibleByArgument, CaseIterable {
        /// Whole partitions, committed by position.
        case cursor
        /// Each event is acknowledged by itself.
        case events
    }

    /// The order in which events are delivered.
    enum Order: String, ExpressibleByArgument, CaseIterable {
        /// An event waits for the earlier ones of its key.
        case key
        case none
    }

    /// The fate of an event that failed as often as it may.
    enum Exhausted: String, ExpressibleByArgument, CaseIterable {
        /// Later events of its key pass it.
        case park
        /// Its key waits for it.
        case hold
    }

    @Option(help: "cursor: positions are committed; events: each event is acknowledged by itself.")
    var delivery: Mode?
    @Option(help: "Of events: key, each after the earlier ones of its key, or none.")
    var order: Order?
    @Option(help: "Seconds for which received events are held until they count as failed.")
    var ackWait: Int64?
    @Option(help: "Failures after which an event is parked; none for no end of trying.")
    var maxDeliveries: Deliveries?
    @Option(help: "When they are reached: park, the key goes on, or hold, the key waits.")
    var exhausted: Exhausted?
    @Option(help: "Seconds to wait after each failure, such as 1,10,60; the last one repeats.")
    var backoff: Backoff?
    @Option(help: "Unfinished events in a partition at most.")
    var maxOpen: Int64?
    @Option(help: "Parked events in a partition at most; then nothing new is delivered of it.")
    var maxParked: Int64?

    /// Throws where the options contradict each other.
    func check(hasWebhook: Bool) throws {
        guard delivery == .cursor else { return }
        guard !hasPolicy, !hasWebhook else {
            throw ValidationError(
                "--delivery cursor has no webhook and none of the options of --delivery events."
            )
        }
    }

    private var hasPolicy: Bool {
        order != nil || ackWait != nil || maxDeliveries != nil || exhausted != nil || backoff != nil
            || maxOpen != nil || maxParked != nil
    }

    /// The same as the API takes it; nil where nothing is said.
    ///
    /// A new subscription whose options only those in events mode have is one of them.
    func json(forCreation isNew: Bool, hasWebhook: Bool) -> [UInt8]? {
        let mode = delivery ?? (isNew && (hasPolicy || hasWebhook) ? .events : nil)
        guard mode != nil || hasPolicy else { return nil }
        var body = JSONWriter()
        body.beginObject()
        for (name, word) in [
            ("mode", mode?.rawValue), ("order", order?.rawValue),
            ("exhausted", exhausted?.rawValue),
        ] {
            guard let word else { continue }
            body.key(text: name)
            body.string(word)
        }
        for (name, value) in [
            ("ack_wait", ackWait.map { "\($0)" }), ("max_deliveries", maxDeliveries?.json),
            ("backoff", backoff?.json), ("max_open", maxOpen.map { "\($0)" }),
            ("max_parked", maxParked.map { "\($0)" }),
        ] {
            guard let value else { continue }
            body.key(text: name)
            body.raw(Array(value.utf8))
        }
        body.endObject()
        return body.finish()
    }
}

/// The number of failures after which an event is parked, or `none`.
struct Deliveries: ExpressibleByArgument {
    /// A number or null, as the API takes it.
    let json: String

    init?(argument text: String) {
        guard text != "none" else {
            json = "null"
            return
        }
        guard let count = Int64(text) else { return nil }
        json = "\(count)"
    }
}

/// Pauses after failures in whole seconds, `1,10,60`.
struct Backoff: ExpressibleByArgument {
    /// A list of numbers, as the API takes it.
    let json: String

    init?(argument text: String) {
        guard let seconds = CommaList.elements(of: text, by: { Int64($0) }) else { return nil }
        json = "[" + seconds.map { "\($0)" }.joined(separator: ",") + "]"
    }
}

/// The options that say where a webhook is, and how it is called.
struct WebhookOptions: ParsableArguments {
    @Option(
        name: .customLong("webhook"),
        help: "Deliver to this https:// address; `subscription webhook verify` starts it."
    )
    var url: String?
    @Option(
        name: .customLong("webhook-concurrency"),
        help: "Requests to the webhook at the same time."
    )
    var concurrency: Int64?
    @Option(name: .customLong("webhook-timeout"), help: "Seconds that it has for its answer.")
    var timeout: Int64?

    /// The same as the API takes it; nil where nothing is said.
    var json: [UInt8]? {
        guard url != nil || concurrency != nil || timeout != nil else { return nil }
        var body = JSONWriter()
        body.beginObject()
        if let url {
            body.key("url")
            body.string(url)
        }
        for (name, number) in [("concurrency", concurrency), ("timeout", timeout)] {
            guard let number else { continue }
            body.key(text: name)
            body.integer(number)
        }
        body.endObject()
        return body.finish()
    }
}
