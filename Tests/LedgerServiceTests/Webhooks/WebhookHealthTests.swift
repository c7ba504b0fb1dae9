import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// What becomes of an endpoint that fails, and of the events meanwhile.
@Suite("Endpoints that fail")
struct WebhookHealthTests {
    private static let outages: [ScriptedEndpoint.Reply] = [
        .status(429), .status(502), .status(503), .status(504), .silence,
    ]

    @Test("An outage parks nothing, counts nothing, and is probed by one event at a time")
    func outage() async throws {
        for outage in Self.outages {
            let stage = try HookStage()
            try await stage.create(delivery: ",\"max_deliveries\":2,\"backoff\":[0]")
            stage.endpoint.follow { _ in outage }
            await stage.publish("a", "b", "c", "c")
            await stage.push()
            #expect(await stage.state() == "failing")
            #expect(await stage.open(of: "held") == 0)
            stage.endpoint.forget()
            // Pauses as they grow, and what is not due is not sent.
            for seconds in [10, 30, 60, 300, 600, 1800, 1800] {
                stage.clock.advance(by: .seconds(seconds) - .milliseconds(1))
                await stage.push()
                #expect(stage.sent() == [], "before \(seconds) s")
                stage.clock.advance(by: .milliseconds(1))
                await stage.push()
                #expect(stage.sent().count == 1, "after \(seconds) s")
            }
            #expect(await stage.parked() == [])
            stage.endpoint.follow(ScriptedEndpoint.willing)
            stage.clock.advance(by: .seconds(1800))
            await stage.push()
            #expect(await stage.state() == "active")
            #expect(stage.endpoint.events.map(\.deliveries) == [1, 1, 1, 1])
            #expect(await stage.isDone())
        }
    }

    @Test("Retry-After puts off the next probe")
    func retryAfter() async throws {
        let stage = try HookStage()
        try await stage.create()
        stage.endpoint.follow { _ in .status(503, retryAfter: "3600") }
        await stage.publish("a")
        await stage.push()
        #expect(stage.sent() == [0])
        stage.clock.advance(by: .seconds(3599))
        await stage.push()
        #expect(stage.sent() == [])
        stage.clock.advance(by: .seconds(1))
        await stage.push()
        #expect(stage.sent() == [0])
    }

    @Test("Ten failures of three keys in a row are an outage, of two keys they are the events'")
    func streak() async throws {
        for (keys, state) in [(3, "failing"), (2, "active")] {
            let stage = try HookStage()
            try await stage.create(
                delivery: ",\"backoff\":[0],\"max_deliveries\":4,\"order\":\"none\""
            )
            stage.endpoint.follow { _ in .status(500) }
            await stage.api.publish(keys: (0..<12).map { "k\($0 % keys)" }, to: "s")
            await stage.push()
            #expect(await stage.state() == state, "\(keys) keys")
            #expect(await stage.parked().count == (keys == 3 ? 0 : 12), "\(keys) keys")
        }
    }

    @Test("A streak goes on in the next run, and in another process")
    func storedStreak() async throws {
        let stage = try HookStage()
        try await stage.create()
        stage.endpoint.follow { _ in .status(500) }
        for number in 0..<9 {
            await stage.publish("k\(number)")
            await stage.push(by: number % 2 == 0 ? stage.api : stage.another())
        }
        #expect(await stage.state() == "active")
        await stage.publish("k9")
        await stage.push()
        #expect(await stage.state() == "failing")
    }

    @Test("A probe is one process's, and another event's each time")
    func probes() async throws {
        let stage = try HookStage()
        try await stage.create()
        // One event is sound, after the outage; the first key's never is.
        stage.endpoint.follow { _ in .silence }
        await stage.publish("a", "b", "c")
        await stage.push()
        let other = stage.another()
        await stage.push(by: other)
        stage.endpoint.forget()
        stage.endpoint.follow { _ in .hold }
        stage.clock.advance(by: .seconds(10))
        async let probed = stage.push()
        try await stage.held(1)
        await stage.push(by: other)
        #expect(stage.sent() == [0])
        stage.endpoint.follow { $0.place.offset == 0 ? .status(400) : .status(200) }
        stage.endpoint.release(as: .status(400))
        _ = await probed
        #expect(await stage.state() == "failing")
        stage.clock.advance(by: .seconds(30))
        await stage.push()
        let sent = stage.sent()
        #expect(sent.first == 1 && sent.sorted() == [0, 1, 2], "\(sent)")
        #expect(await stage.state() == "active")
    }

    @Test("An endpoint that fails for too long is disabled")
    func disabled() async throws {
        let stage = try HookStage()
        try await stage.create(with: ",\"disable_after_hours\":1")
        stage.endpoint.follow { _ in .status(503) }
        await stage.publish("a")
        await stage.push()
        for seconds in [10, 30, 60, 300, 600, 1800] {
            stage.clock.advance(by: .seconds(seconds))
            await stage.push()
            #expect(await stage.state() == "failing")
        }
        stage.clock.advance(by: .seconds(1800))
        await stage.push()
        #expect(await stage.state() == "disabled")
        stage.endpoint.forget()
        stage.clock.advance(by: .hours(1))
        await stage.push()
        #expect(stage.sent() == [])
        #expect(stage.api.ledger.webhooks.counted == [.disabled: 1])
    }

    @Test("What is under way when an endpoint fails is acknowledged, or comes again uncounted")
    func underWay() async throws {
        let stage = try HookStage()
        try await stage.create()
        stage.endpoint.follow { request in
            request.place.offset == 0 ? .status(503) : .hold
        }
        await stage.publish("a", "b")
        async let pushed = stage.push()
        try await stage.held(1)
        try await Patience().wait(for: "a failing endpoint") { await stage.state() == "failing" }
        stage.endpoint.release(as: .status(500))
        #expect(await pushed == false)
        #expect(await stage.open(of: "held") == 0)
        stage.endpoint.follow(ScriptedEndpoint.willing)
        #expect(await stage.call("resume").json["state"] as? String == "active")
        stage.endpoint.forget()
        await stage.push()
        #expect(stage.endpoint.events.map(\.deliveries) == [1, 1])
    }

    @Test("A description says what keeps events from being sent, and until when")
    func blocked() async throws {
        let stage = try HookStage()
        try await stage.create(partitions: 1, isVerified: false)
        await stage.publish("a")
        let pending = await stage.api.describe("s")["delivery"] as? [String: Any] ?? [:]
        #expect(Answer.blocked(of: pending) == ["0 endpoint"])
        _ = await stage.call("verify")
        let active = await stage.api.describe("s")["delivery"] as? [String: Any] ?? [:]
        #expect(Answer.blocked(of: active) == [])
        stage.endpoint.follow { _ in .silence }
        await stage.push()
        let failing = await stage.api.describe("s")["delivery"] as? [String: Any] ?? [:]
        let blocked = try #require((failing["blocked"] as? [[String: Any]])?.first)
        // Ten seconds after midnight.
        #expect(blocked["until"] as? String == "2026-01-01T00:00:10.000Z", "\(blocked)")
    }
}
