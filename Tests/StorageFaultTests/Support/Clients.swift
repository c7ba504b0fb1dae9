import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Logging

/// The ledger's clients: they always do the same, and remember what they were told.
///
/// They go on after any error, as clients do.
struct Clients: Sendable {
    /// An event that was acknowledged.
    struct Event: Hashable, Sendable {
        let stream: String
        let partition: Int
        let offset: Int
        let key: String
        /// Text that no other event has; nil for a tombstone.
        let value: String?
    }

    /// A publish with an idempotency key that was acknowledged.
    struct Repeatable: Sendable {
        let key: String
        let body: String
        let events: [Event]
    }

    /// Something that a client was told, and after how many events of the disk.
    struct Told<Fact: Sendable>: Sendable {
        let moment: Int
        let fact: Fact
    }

    private(set) var events: [Told<Event>] = []
    private(set) var repeatable: [Told<Repeatable>] = []
    /// Values of publishes that were refused for certain.
    private(set) var refused: Set<String> = []
    /// Values of all publishes.
    private(set) var published: Set<String> = []
    private let node: Node
    private let moment: @Sendable () -> Int
    private var count = 0

    init(_ node: Node, moment: @escaping @Sendable () -> Int) {
        self.node = node
        self.moment = moment
    }

    /// Every use case that writes, several of them more than once; `pause` comes now and then.
    mutating func act(_ pause: () -> Void = {}) async {
        await prepare()
        pause()
        await publish(["a", "b", "c", "a"])
        await publish(["a", "d"], idempotencyKey: "first")
        await consume(limit: 3)
        await publish(["e"], bytes: 14_000)
        pause()
        _ = await node.call("POST", at: "/streams/orders/compact")
        await publish(["b", "-a", "f"], idempotencyKey: "second")
        pause()
        await publish(["c"])
        await seek()
        await consume(limit: 4)
        pause()
        await repeatAll()
        await deleteAStream()
        pause()
        await publish(["g", "b", "-c"])
        _ = await node.call("POST", at: "/streams/orders/compact")
        pause()
        await node.ledger.sweep()
        await publish(["h", "a"])
    }

    /// A stream, a subscription, and rows whose time is over when the rest begins.
    private mutating func prepare() async {
        _ = await node.call(
            "POST",
            at: "/streams",
            body: "{\"stream_id\":\"orders\",\"partition_count\":2}"
        )
        await publish(["-z", "y"], idempotencyKey: "old")
        _ = await node.call("POST", at: "/streams/orders/compact")
        _ = await node.call(
            "POST",
            at: "/streams/orders/subscriptions",
            body: "{\"subscription_id\":\"u\",\"start_from\":\"earliest\"}"
        )
        node.clock.advance(by: .hours(60))
        await node.ledger.sweep()
        repeatable = []
    }

    /// Publishes to a stream that is made if it is missing.
    mutating func publishOnceMore() async -> Answer {
        _ = await node.call(
            "POST",
            at: "/streams",
            body: "{\"stream_id\":\"orders\",\"partition_count\":2}"
        )
        return await publish(["i"])
    }

    private mutating func deleteAStream() async {
        _ = await node.call(
            "POST",
            at: "/streams",
            body: "{\"stream_id\":\"short\",\"partition_count\":1}"
        )
        await publish(["x", "y"], to: "short")
        _ = await node.call("DELETE", at: "/streams/short")
        node.clock.advance(by: .hours(1))
        await node.ledger.sweep()
    }

    private func consume(limit: Int) async {
        let target = "/streams/orders/subscriptions/u"
        let page = await node.call("GET", at: "\(target)/poll?limit=\(limit)")
        guard page.status == 200 else { return }
        _ = await node.call("POST", at: "\(target)/commit", body: "{\"cursor\":\"\(page.cursor)\"}")
    }

    private func seek() async {
        _ = await node.call(
            "POST",
            at: "/streams/orders/subscriptions/u/seek",
            body: "{\"to\":\"earliest\"}"
        )
    }

    /// One event per key; with `-` before it, a tombstone.
    @discardableResult
    private mutating func publish(
        _ keys: [String],
        to stream: String = "orders",
        idempotencyKey: String? = nil,
        bytes: Int = 8
    ) async -> Answer {
        let events = keys.map { key in
            count += 1
            let isTombstone = key.hasPrefix("-")
            return (
                key: isTombstone ? String(key.dropFirst()) : key,
                value: isTombstone ? nil : Self.value(count, bytes: bytes)
            )
        }
        let body = events.map { event in
            let data = event.value.map { "\"\($0)\"" } ?? "null"
            return "{\"key\":\"\(event.key)\",\"type\":\"t\",\"data\":\(data)}"
        }.joined(separator: ",")
        published.formUnion(events.compactMap(\.value))
        let target = "/streams/\(stream)/events"
        let answer = await node.call(
            "POST",
            at: target,
            body: "[\(body)]",
            idempotencyKey: idempotencyKey
        )
        guard answer.status == 200 else {
            if Self.isRefusal(answer) { refused.formUnion(events.compactMap(\.value)) }
            return answer
        }
        let stored = zip(events, answer.events).map { event, place in
            Event(
                stream: stream,
                partition: place["partition"] as? Int ?? -1,
                offset: place["offset"] as? Int ?? -1,
                key: event.key,
                value: event.value
            )
        }
        let now = moment()
        self.events += stored.map { Told(moment: now, fact: $0) }
        if let idempotencyKey {
            let fact = Repeatable(key: idempotencyKey, body: "[\(body)]", events: stored)
            repeatable.append(Told(moment: now, fact: fact))
        }
        return answer
    }

    /// True when nothing of the publish is stored, and never will be.
    private static func isRefusal(_ answer: Answer) -> Bool {
        guard let error = answer.error else { return false }
        return error != "outcome_unknown" && error != "partial_publish"
    }

    private func repeatAll() async {
        for known in repeatable.map(\.fact) {
            let target = "/streams/orders/events"
            _ = await node.call("POST", at: target, body: known.body, idempotencyKey: known.key)
        }
    }

    /// Letters that do not compress.
    private static func value(_ number: Int, bytes: Int) -> String {
        var random = SeededGenerator(seed: UInt64(number))
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-".utf8)
        let text = (0..<bytes).map { _ in letters[Int(random.next() % 64)] }
        return "\(number)-" + String(decoding: text, as: UTF8.self)
    }
}

/// A ledger's process, as its clients see it.
struct Node: Sendable {
    let ledger: Ledger
    let clock: ManualClock
    private let api: LedgerAPI

    /// A process with random numbers of its own; `seed` must differ between those of one table.
    init(_ table: any Table, seed: UInt64, clock: ManualClock) {
        var configuration = Ledger.Configuration()
        configuration.appendDeadline = .milliseconds(200)
        ledger = Ledger(
            table: table,
            clock: clock,
            random: .seeded(seed),
            configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        self.clock = clock
        api = LedgerAPI(ledger)
    }

    func call(
        _ method: String,
        at target: String,
        body: String = "",
        idempotencyKey: String? = nil
    ) async -> Answer {
        let parts = target.split(separator: "?", maxSplits: 1)
        let response = await api.handle(
            APIRequest(
                method: method,
                path: String(parts[0]),
                query: parts.count > 1 ? String(parts[1]) : "",
                headers: idempotencyKey.map { [("idempotency-key", $0)] } ?? [],
                body: Array(body.utf8)
            )
        )
        return Answer(status: response.status, headers: response.headers, body: response.bytes)
    }
}
