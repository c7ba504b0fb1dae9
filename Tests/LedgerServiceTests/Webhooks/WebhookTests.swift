import APISuite
import Foundation
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// What an endpoint is sent, and what its answers do to events.
@Suite("Webhooks")
struct WebhookTests {
    @Test("A webhook's row that is damaged keeps no other from being sent to")
    func damagedRow() async throws {
        let stage = try HookStage()
        try await stage.create()
        let key = TableKey.push(
            stream: StreamIncarnation(high: 9, low: 9),
            subscription: SubscriptionIncarnation(high: 9, low: 9)
        )
        _ = try await stage.table.write(.put(Item(key)), decided: stage.clock.instant())
        await stage.publish("a")
        await stage.push()
        #expect(stage.sent() == [0])
    }

    // MARK: Verification

    @Test(
        "Nothing is sent before the endpoint has answered a challenge",
        arguments: Engine.allCases
    )
    func verification(_ engine: Engine) async throws {
        let stage = try HookStage(engine)
        let secret = try await stage.create(isVerified: false)
        await stage.publish("a")
        #expect(await stage.push() == false)
        #expect(stage.endpoint.events.isEmpty)
        #expect(await stage.state() == "pending")

        stage.endpoint.follow { _ in .status(404) }
        let missed = await stage.call("verify")
        #expect(missed.json["state"] as? String == "pending")
        #expect(missed.json["reason"] as? String == "status 404")
        stage.endpoint.follow { _ in .body("ok") }
        let wrong = await stage.call("verify")
        #expect(wrong.json["reason"] as? String == "the answer is not the challenge")
        stage.endpoint.follow { _ in .silence }
        #expect(await stage.call("verify").json["reason"] as? String == "no answer")

        stage.endpoint.follow { request in .body("{\"challenge\":\"\(request.challenge ?? "")\"}") }
        let met = await stage.call("verify")
        #expect(met.status == 200 && met.json["state"] as? String == "active", "\(met)")
        #expect(met.json["reason"] == nil)
        #expect(stage.endpoint.challenges.allSatisfy { $0.isSigned(by: secret) })
        #expect(Set(stage.endpoint.challenges.map { $0.challenge }).count == 4)

        stage.endpoint.follow(ScriptedEndpoint.willing)
        await stage.push()
        #expect(stage.sent() == [0])
        // An active endpoint needs no proof.
        #expect(await stage.call("verify").json["state"] as? String == "active")
        #expect(stage.endpoint.challenges.isEmpty)
    }

    @Test("An address that changes while it is challenged is not verified")
    func changedMeanwhile() async throws {
        let stage = try HookStage()
        try await stage.create(isVerified: false)
        stage.endpoint.follow { _ in .hold }
        async let verified = stage.call("verify")
        try await stage.held(1)
        let challenge = try #require(stage.endpoint.challenges.first?.challenge)
        let other = "{\"webhook\":{\"url\":\"https://example.org/\"}}"
        #expect(await stage.api.call("PATCH", at: HookStage.path, sending: other).status == 200)
        stage.endpoint.release(as: .body(challenge))
        let answer = await verified
        #expect(answer.status == 200 && answer.json["state"] as? String == "pending", "\(answer)")
    }

    // MARK: Requests

    @Test("An event comes signed, under its id, as it was published", arguments: Engine.allCases)
    func request(_ engine: Engine) async throws {
        let stage = try HookStage(engine)
        let secret = try await stage.create()
        let event = """
            {"key":"k","type":"order.placed","data":{"n":1.50},"headers":{"trace":"x"}}
            """
        let published = await stage.api.call("POST", at: "/streams/s/events", sending: event)
        #expect(published.status == 200, "\(published)")
        await stage.push()
        let request = try #require(stage.endpoint.events.first)
        #expect(request.url == HookStage.url && request.place == (0, 0))
        #expect(request.isSigned(by: secret) && request.deliveries == 1)
        #expect(request.header("webhook-timestamp") == "\(stage.clock.now().seconds)")
        #expect(request.text.contains("\"data\":{\"n\":1.50}"), "\(request.text)")
        let body = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
        let fields = try #require(body)
        #expect(fields["type"] as? String == "order.placed")
        #expect(fields["stream_id"] as? String == "s" && fields["key"] as? String == "k")
        #expect(fields["partition"] as? Int == 0 && fields["offset"] as? Int == 0)
        #expect(fields["headers"] as? [String: String] == ["trace": "x"])
        #expect(await stage.isDone())
    }

    @Test("After a rotation both secrets sign for a day, then the new one alone")
    func rotation() async throws {
        let stage = try HookStage()
        let first = try await stage.create()
        let answer = await stage.call("rotate")
        let second = try #require(WebhookSecret(answer.json["secret"] as? String ?? ""))
        #expect(first != second)
        await stage.publish("a")
        await stage.push()
        let both = try #require(stage.endpoint.events.first)
        #expect(both.isSigned(by: first) && both.isSigned(by: second))
        #expect(both.header("webhook-signature").split(separator: " ").count == 2)
        stage.clock.advance(by: .hours(24))
        stage.endpoint.forget()
        await stage.publish("a")
        await stage.push()
        let one = try #require(stage.endpoint.events.first)
        #expect(!one.isSigned(by: first) && one.isSigned(by: second))
        #expect(await stage.state() == "active")
    }

    // MARK: Answers

    @Test("An event that fails comes again after its back-off, under the same id")
    func failure() async throws {
        for status in [400, 404, 302, 500] {
            let stage = try HookStage()
            try await stage.create()
            stage.endpoint.follow { request in .status(request.deliveries < 2 ? status : 200) }
            await stage.publish("a", "b")
            #expect(await stage.push() == false)
            let first = try #require(stage.endpoint.events.first { $0.place.offset == 0 })
            stage.endpoint.forget()
            // 5 seconds, a fifth more or less.
            stage.clock.advance(by: .milliseconds(3_999))
            await stage.push()
            #expect(stage.endpoint.events.isEmpty)
            stage.clock.advance(by: .milliseconds(2_001))
            await stage.push()
            let again = stage.endpoint.events
            #expect(
                again.map(\.deliveries) == [2, 2] && again.map(\.place.offset).sorted() == [0, 1]
            )
            let second = again.first { $0.place.offset == 0 }
            #expect(second?.header("webhook-id") == first.header("webhook-id"))
            #expect(await stage.isDone(), "\(status)")
        }
    }

    @Test("An event that fails as often as it may is parked, with the answer as reason")
    func parking() async throws {
        let stage = try HookStage()
        try await stage.create(delivery: ",\"max_deliveries\":2,\"backoff\":[0]")
        stage.endpoint.follow { .status($0.place.offset == 0 ? 422 : 200) }
        await stage.publish("a", "b")
        await stage.push()
        #expect(await stage.parked() == ["0 status 422"])
        #expect(await stage.state() == "active")
        #expect(await stage.isDone())
    }

    @Test("A parked event that is asked for again comes marked as replayed")
    func replay() async throws {
        let stage = try HookStage()
        try await stage.create(delivery: ",\"max_deliveries\":1")
        stage.endpoint.follow { _ in .status(500) }
        await stage.publish("a")
        await stage.push()
        #expect(await stage.parked() == ["0 status 500"])
        let first = try #require(stage.endpoint.events.first)
        #expect(!first.text.contains("replayed"))
        stage.endpoint.follow(ScriptedEndpoint.willing)
        stage.endpoint.forget()
        let path = "\(HookStage.path)/parked/replay"
        let answer = await stage.api.call("POST", at: path, sending: "{\"all\":true}")
        #expect(answer.json["replayed"] as? Int == 1, "\(answer)")
        await stage.push()
        let again = try #require(stage.endpoint.events.first)
        #expect(again.text.hasSuffix(",\"replayed\":true}"), "\(again.text)")
        #expect(again.header("webhook-id") == first.header("webhook-id"))
        #expect(await stage.parked() == [])
    }

    @Test("Retry-After puts an event off, also longer than its back-off")
    func retryAfter() async throws {
        let stage = try HookStage()
        try await stage.create()
        stage.endpoint.follow { $0.deliveries < 2 ? .status(500, retryAfter: "60") : .status(200) }
        await stage.publish("a")
        await stage.push()
        stage.clock.advance(by: .seconds(59))
        await stage.push()
        #expect(stage.sent() == [0])
        stage.clock.advance(by: .seconds(1))
        await stage.push()
        #expect(stage.sent() == [0])
    }

    @Test("410 disables the webhook; resumed, it is sent everything again")
    func gone() async throws {
        let stage = try HookStage()
        try await stage.create(with: ",\"concurrency\":1")
        stage.endpoint.follow { _ in .status(410) }
        await stage.publish("a", "b")
        await stage.push()
        #expect(stage.sent() == [0])
        #expect(await stage.state() == "disabled")
        stage.clock.advance(by: .hours(24))
        await stage.push()
        #expect(stage.sent() == [])
        #expect(await stage.open(of: "held") == 0)
        stage.endpoint.follow(ScriptedEndpoint.willing)
        #expect(await stage.call("resume").json["state"] as? String == "active")
        await stage.push()
        #expect(stage.endpoint.events.map(\.deliveries) == [1, 1])
        #expect(await stage.isDone())
    }

    // MARK: Order and parallelism

    @Test("Of a key one event at a time is sent, of keys as many as may be", arguments: [1, 3, 16])
    func parallel(_ width: Int) async throws {
        let stage = try HookStage()
        try await stage.create(partitions: 2, with: ",\"concurrency\":\(width)")
        stage.endpoint.follow { _ in .hold }
        let keys = (0..<12).map { "k\($0 % 6)" }
        await stage.api.publish(keys: keys, to: "s")
        async let pushed = stage.push()
        let most = min(width, 6)
        for _ in 0..<(12 + most - 1) / most {
            try await stage.held(most)
            let sent = stage.endpoint.events.suffix(most).map(\.text)
            let named = Set(sent.map { $0.components(separatedBy: "\"key\":")[1].prefix(4) })
            #expect(named.count == most, "two events of a key are under way")
            stage.endpoint.release()
        }
        #expect(await pushed == false)
        #expect(stage.endpoint.held.most == most)
        #expect(stage.endpoint.events.count == 12)
        #expect(await stage.isDone())
    }

    @Test("Behind an event that fails no later one of its key comes, and other keys go on")
    func keyOrder() async throws {
        let stage = try HookStage()
        try await stage.create()
        stage.endpoint.follow { $0.place.offset == 0 ? .status(500) : .status(200) }
        await stage.publish("a", "a", "b", "a", "b")
        await stage.push()
        #expect(stage.sent().sorted() == [0, 2, 4])
        stage.endpoint.follow(ScriptedEndpoint.willing)
        stage.clock.advance(by: .seconds(6))
        await stage.push()
        #expect(stage.sent() == [0, 1, 3])
        #expect(await stage.isDone())
    }

    @Test("Two processes share the work, and none of it is done twice", arguments: Engine.allCases)
    func twoProcesses(_ engine: Engine) async throws {
        let stage = try HookStage(engine)
        try await stage.create(with: ",\"concurrency\":4")
        let keys = (0..<150).map { "k\($0)" }
        await stage.api.publish(keys: keys, to: "s")
        stage.endpoint.follow { _ in .hold }
        async let first = stage.push()
        try await stage.held(4)
        // The first one has a page of a hundred, and no answer yet.
        stage.endpoint.follow(ScriptedEndpoint.willing)
        #expect(await stage.push(by: stage.another()) == false)
        #expect(stage.endpoint.events.count == 54)
        stage.endpoint.release()
        #expect(await first == false)
        #expect(stage.sent().sorted() == Array(0..<150))
        #expect(await stage.isDone())
    }

    @Test("Events that are under way for long are nobody else's meanwhile")
    func extended() async throws {
        let stage = try HookStage()
        try await stage.create()
        stage.endpoint.follow { _ in .hold }
        await stage.publish("a")
        async let pushed = stage.push()
        try await stage.held(1)
        var other = SuiteConsumer("other", in: "s", through: stage.another())
        for _ in 0..<6 {
            try await stage.asleep(1)
            stage.clock.advance(by: .seconds(20))
            #expect(await other.receive().events.isEmpty)
        }
        stage.endpoint.release()
        #expect(await pushed == false)
        #expect(await stage.isDone())
        #expect(stage.sent() == [0])
    }

    // MARK: Time

    @Test("When the time is over, what was not answered is given back, and work is left")
    func deadline() async throws {
        let stage = try HookStage()
        try await stage.create(with: ",\"concurrency\":1")
        stage.endpoint.follow { _ in .hold }
        await stage.publish("a", "b")
        async let pushed = stage.push(within: .seconds(30))
        try await stage.held(1)
        try await stage.asleep(1)
        stage.clock.advance(by: .seconds(10))
        try await stage.asleep(1)
        stage.clock.advance(by: .seconds(20))
        #expect(await pushed == true)
        #expect(stage.sent() == [0])
        #expect(await stage.open(of: "held") == 0)
        stage.endpoint.follow(ScriptedEndpoint.willing)
        #expect(await stage.push() == false)
        #expect(stage.endpoint.events.map(\.deliveries) == [1, 1])
    }

    @Test("Only the streams that are named are served")
    func streams() async throws {
        let stage = try HookStage()
        try await stage.create()
        await stage.publish("a")
        let webhooks = stage.api.ledger.webhooks
        let other = try #require(StreamID("other"))
        #expect(await webhooks.runDue(of: [other], within: .seconds(600)) == false)
        #expect(stage.sent() == [])
        let stream = try #require(StreamID("s"))
        #expect(await webhooks.runDue(of: [stream], within: .seconds(600)) == false)
        #expect(stage.sent() == [0])
    }
}

extension HookStage {
    /// So many events of the subscription are in this state.
    func open(of name: String) async -> Int {
        await api.open(of: "s")[name] ?? 0
    }
}
