import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Synchronization
import Testing

/// Webhooks from their creation to their end, and the loops that serve them.
@Suite("Webhooks and their subscriptions")
struct WebhookLifecycleTests {
    private func rows(_ stage: HookStage) async throws -> Int {
        try await stage.table.query(Query(.pushes, limit: 1000)).items.count
    }

    @Test("A webhook brings a policy with it that an outage of a day does not exhaust")
    func policy() async throws {
        let stage = try HookStage()
        try await stage.create(delivery: ",\"max_open\":10")
        let delivery = await stage.api.describe("s")["delivery"] as? [String: Any] ?? [:]
        #expect(delivery["mode"] as? String == "events" && delivery["max_open"] as? Int == 10)
        #expect(delivery["ack_wait"] as? Int == 60 && delivery["max_deliveries"] as? Int == 10)
        let backoff = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
        #expect(delivery["backoff"] as? [Int] == backoff)
        let webhook = await stage.webhook()
        #expect(webhook["url"] as? String == HookStage.url && webhook["concurrency"] as? Int == 16)
        #expect(webhook["timeout"] as? Int == 20 && webhook["disable_after_hours"] as? Int == 120)
        #expect(webhook["secret"] == nil)
    }

    @Test("With cursors there is no webhook, and a webhook keeps the mode")
    func mode() async throws {
        let stage = try HookStage()
        await stage.api.create("s")
        let cursor = await stage.subscribe(as: "c", delivery: ",\"mode\":\"cursor\"")
        #expect(cursor.error == "validation_error", "\(cursor)")
        await stage.api.subscribe(to: "s", as: "u")
        let webhook = "{\"webhook\":{\"url\":\"\(HookStage.url)\"}}"
        let refused = await stage.api.call("PATCH", at: HookStage.path, sending: webhook)
        #expect(refused.error == "validation_error", "\(refused)")
        let both = "{\"webhook\":{\"url\":\"\(HookStage.url)\"},\"delivery\":{\"mode\":\"events\"}}"
        let changed = await stage.api.call("PATCH", at: HookStage.path, sending: both)
        #expect(changed.status == 200, "\(changed)")
        #expect((changed.json["delivery"] as? [String: Any])?["ack_wait"] as? Int == 60)
        let back = "{\"delivery\":{\"mode\":\"cursor\"}}"
        let kept = await stage.api.call("PATCH", at: HookStage.path, sending: back)
        #expect(kept.error == "validation_error", "\(kept)")
        let gone = "{\"delivery\":{\"mode\":\"cursor\"},\"webhook\":null}"
        let left = await stage.api.call("PATCH", at: HookStage.path, sending: gone)
        #expect(left.status == 200 && left.json["webhook"] == nil, "\(left)")
        #expect(try await rows(stage) == 0)
    }

    @Test("Another address must be verified anew; other settings change at once")
    func changes() async throws {
        let stage = try HookStage()
        let secret = try await stage.create()
        func patch(_ webhook: String) async -> Answer {
            let body = "{\"webhook\":\(webhook)}"
            return await stage.api.call("PATCH", at: HookStage.path, sending: body)
        }
        #expect(await patch("{\"timeout\":5,\"concurrency\":1}").status == 200)
        #expect(await stage.webhook()["timeout"] as? Int == 5)
        #expect(await stage.state() == "active")
        #expect(await patch("{\"url\":\"https://example.org/\"}").status == 200)
        #expect(await stage.webhook()["timeout"] as? Int == 5)
        #expect(await stage.state() == "pending")
        await stage.publish("a")
        await stage.push()
        #expect(stage.sent() == [])
        #expect(await stage.call("verify").json["state"] as? String == "active")
        await stage.push()
        let event = try #require(stage.endpoint.events.first)
        #expect(event.url == "https://example.org/" && event.isSigned(by: secret))
        #expect(await patch("{}").error == "validation_error")
        #expect(await patch("null").status == 200)
        #expect(await stage.call("verify").error == "webhook_not_found")
        #expect(await stage.call("rotate").error == "webhook_not_found")
        #expect(await stage.call("resume").error == "webhook_not_found")
        #expect(try await rows(stage) == 0)
    }

    @Test("A subscription's webhook goes with it, and a stream's with the stream")
    func deletion() async throws {
        let stage = try HookStage()
        try await stage.create()
        #expect((await stage.subscribe(as: "v")).status == 201)
        #expect(try await rows(stage) == 2)
        #expect(await stage.api.call("DELETE", at: HookStage.path).status == 200)
        #expect(try await rows(stage) == 1)
        #expect(await stage.api.call("DELETE", at: "/streams/s").status == 200)
        await stage.push()
        stage.clock.advance(by: .hours(1))
        await stage.api.ledger.sweep()
        #expect(try await rows(stage) == 0)
        #expect(stage.endpoint.events.isEmpty)
    }

    @Test("Addresses to which nothing may be sent are refused, and so is the 101st webhook")
    func refusals() async throws {
        let stage = try HookStage()
        await stage.api.create("s")
        for url in [
            "http://example.com/", "https://example.com:8443/", "https://10.0.0.1/", "ftp://x/",
            "https://[::1]/", "https://u:p@example.com/", "https://169.254.169.254/latest", "",
        ] {
            let answer = await stage.subscribe(as: "u", to: url)
            #expect(answer.error == "webhook_url_refused", "\(url): \(answer)")
        }
        for number in 0..<100 {
            #expect((await stage.subscribe(as: "u\(number)")).status == 201)
        }
        let beyond = await stage.subscribe(as: "late")
        #expect(beyond.status == 409 && beyond.error == "too_many_webhooks", "\(beyond)")
        #expect(await stage.api.call("DELETE", at: "/streams/s/subscriptions/u7").status == 200)
        #expect((await stage.subscribe(as: "late")).status == 201)
    }

    @Test("Only who may administer the stream has the ledger send something")
    func access() async throws {
        let stage = try HookStage(keys: TestKeys.policy())
        try await stage.create()
        let consumer = stage.api.with(try await stage.api.makeKey("consume:s").key)
        let body = "{\"subscription_id\":\"v\",\"webhook\":{\"url\":\"\(HookStage.url)\"}}"
        let created = await consumer.call("POST", at: "/streams/s/subscriptions", sending: body)
        #expect(created.error == "forbidden", "\(created)")
        for webhook in ["null", "{\"timeout\":5}"] {
            let body = "{\"webhook\":\(webhook)}"
            let changed = await consumer.call("PATCH", at: HookStage.path, sending: body)
            #expect(changed.error == "forbidden", "\(changed)")
        }
        for name in ["verify", "rotate", "resume"] {
            let answer = await consumer.call("POST", at: "\(HookStage.path)/webhook/\(name)")
            #expect(answer.error == "forbidden", "\(answer)")
        }
        #expect(await stage.state() == "active")
    }

    @Test("A process that sends nothing takes no webhook")
    func noSender() async throws {
        let api = try API()
        await api.create("s")
        let body = "{\"subscription_id\":\"v\",\"webhook\":{\"url\":\"\(HookStage.url)\"}}"
        let answer = await api.call("POST", at: "/streams/s/subscriptions", sending: body)
        #expect(answer.error == "validation_error", "\(answer)")
        #expect(await api.ledger.webhooks.runDue(of: nil, within: .seconds(60)) == false)
    }

    // MARK: A server's loops

    @Test("A server sends at once what it appends itself, and what is due when it is due")
    func loop() async throws {
        let stage = try HookStage()
        try await stage.create()
        let server = Task { await stage.api.ledger.runWebhooks() }
        func arrived(_ count: Int) async throws {
            try await Patience().wait(for: "\(count) events") {
                stage.endpoint.events.count == count
            }
        }
        await stage.publish("a")
        try await arrived(1)
        // The look for webhooks, and the wait for events: nobody moves the clock.
        try await stage.asleep(2)
        await stage.publish("b")
        try await arrived(2)
        try await stage.asleep(2)
        stage.endpoint.follow { $0.deliveries < 2 ? .status(500) : .status(200) }
        await stage.publish("c")
        try await arrived(3)
        // Until then the clock would move before the pause that it is to pass.
        try await stage.waiting(1)
        for _ in 0..<3 {
            try await stage.asleep(2)
            stage.clock.advance(by: .seconds(2))
        }
        try await arrived(4)
        server.cancel()
        await server.value
        #expect(stage.endpoint.events.map(\.place.offset) == [0, 1, 2, 2])
    }

    @Test("A server that stops waits a little for answers, and gives the rest back")
    func stop() async throws {
        let stage = try HookStage()
        try await stage.create(with: ",\"concurrency\":2")
        stage.endpoint.follow { _ in .hold }
        await stage.publish("a", "b", "c")
        let server = Task { await stage.api.ledger.runWebhooks() }
        try await stage.held(2)
        server.cancel()
        let isOver = Atomic(false)
        async let ended: Void = {
            await server.value
            isOver.store(true, ordering: .sequentiallyConsistent)
        }()
        try await Patience().wait(for: "the end") {
            stage.clock.advance(by: .seconds(1))
            return isOver.load(ordering: .sequentiallyConsistent)
        }
        await ended
        #expect(await stage.open(of: "held") == 0)
        stage.endpoint.follow(ScriptedEndpoint.willing)
        stage.endpoint.forget()
        await stage.push()
        #expect(stage.endpoint.events.map(\.deliveries) == [1, 1, 1])
    }
}
