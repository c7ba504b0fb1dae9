import APISuite
import LedgerCore
import LedgerService
import LedgerTesting

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
    private let node: TestLedger
    private let clock: ManualClock
    private let moment: @Sendable () -> Int
    private var count = 0

    init(_ node: TestLedger, clock: ManualClock, moment: @escaping @Sendable () -> Int) {
        self.node = node
        self.clock = clock
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
            sending: JSONBody.stream("orders", partitions: 2)
        )
        await publish(["-z", "y"], idempotencyKey: "old")
        _ = await node.call("POST", at: "/streams/orders/compact")
        _ = await node.call(
            "POST",
            at: "/streams/orders/subscriptions",
            sending: JSONBody.subscription("u")
        )
        clock.advance(by: .hours(60))
        await node.ledger.sweep()
        repeatable = []
    }

    /// Publishes to a stream that is made if it is missing.
    mutating func publishOnceMore() async -> Answer {
        _ = await node.call(
            "POST",
            at: "/streams",
            sending: JSONBody.stream("orders", partitions: 2)
        )
        return await publish(["i"])
    }

    private mutating func deleteAStream() async {
        _ = await node.call(
            "POST",
            at: "/streams",
            sending: JSONBody.stream("short", partitions: 1)
        )
        await publish(["x", "y"], to: "short")
        _ = await node.call("DELETE", at: "/streams/short")
        clock.advance(by: .hours(1))
        await node.ledger.sweep()
    }

    private func consume(limit: Int) async {
        let target = "/streams/orders/subscriptions/u"
        let page = await node.call("GET", at: "\(target)/poll?limit=\(limit)")
        guard page.status == 200 else { return }
        _ = await node.call("POST", at: "\(target)/commit", sending: JSONBody.commit(page.cursor))
    }

    private func seek() async {
        _ = await node.call(
            "POST",
            at: "/streams/orders/subscriptions/u/seek",
            sending: "{\"to\":\"earliest\"}"
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
        let body = JSONBody.batch(
            events.map { event in
                JSONBody.event(key: event.key, data: event.value.map { "\"\($0)\"" } ?? "null")
            }
        )
        published.formUnion(events.compactMap(\.value))
        let target = "/streams/\(stream)/events"
        let answer = await node.call(
            "POST",
            at: target,
            sending: body,
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
            let fact = Repeatable(key: idempotencyKey, body: body, events: stored)
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
            _ = await node.call("POST", at: target, sending: known.body, idempotencyKey: known.key)
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

extension TestLedger {
    /// A process whose publishes give up soon, on a table that may fail for good.
    ///
    /// `seed` must differ between those of one table.
    init(onFaulty table: any Table, seed: UInt64, clock: ManualClock) {
        var configuration = Ledger.Configuration()
        configuration.appendDeadline = .milliseconds(200)
        self.init(table, clock: clock, random: .seeded(seed), configuration: configuration)
    }
}
