import LedgerTesting
import Testing

/// The two ways in which a subscription's events are acknowledged, and the change between them.
extension APISuite {
    static let deliveryModeChecks = [
        APICheck("A delivery's policy is kept, and shown with what is open", run: policy),
        APICheck("A change of the policy changes what it names", run: policyChange),
        APICheck("A change of the policy holds for what is open", run: policyOfOpenEvents),
        APICheck("The calls of one mode are refused in the other", run: wrongMode),
        APICheck("From events to cursors nothing unfinished is passed over", run: toCursors),
        APICheck("From cursors to events a subscription goes on where it stands", run: toEvents),
        APICheck("A seek ends all leases, and keeps what is parked", run: seekDelivery),
        APICheck("The compacted state is not acknowledged event by event", run: noCompacted),
    ]

    private static let subscription = "/subscriptions/u"

    private static func change(
        _ stream: String,
        to delivery: String,
        through api: SuiteClient
    ) async throws -> Answer {
        let body = "{\"delivery\":{\(delivery)}}"
        return try await api.call("PATCH", at: "/streams/\(stream)\(subscription)", sending: body)
    }

    private static func delivery(of answer: Answer) -> [String: Any] {
        answer.json["delivery"] as? [String: Any] ?? [:]
    }

    private static func policy(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a"], through: api)
        let usual = try await api.describe(s)["delivery"] as? [String: Any] ?? [:]
        #expect(usual["mode"] as? String == "events" && usual["order"] as? String == "key")
        #expect(usual["ack_wait"] as? Int == 30 && usual["max_deliveries"] as? Int == 5)
        #expect(usual["exhausted"] as? String == "park")
        #expect(usual["backoff"] as? [Int] == [1, 10, 60, 300])
        #expect(usual["max_open"] as? Int == 1_000 && usual["max_parked"] as? Int == 10_000)
        #expect(usual["held"] as? Int == 0 && usual["parked"] as? Int == 0)
        let settings = """
            ,"order":"none","ack_wait":60,"max_deliveries":null,"exhausted":"park",\
            "backoff":[0,86400],"max_open":10,"max_parked":100
            """
        try await api.deliver(s, as: "v", settings: settings)
        try await api.subscribe(to: s, as: "w")
        let list = try await api.call("GET", at: "/streams/\(s)/subscriptions")
        let all = list.json["subscriptions"] as? [[String: Any]] ?? []
        let listed = all.map { $0["delivery"] as? [String: Any] }
        #expect(listed.count == 3 && listed[2] == nil, "\(list)")
        #expect(listed[0]?["max_deliveries"] as? Int == 5 && listed[0]?["held"] == nil)
        let own = listed[1] ?? [:]
        #expect(own["order"] as? String == "none" && own["ack_wait"] as? Int == 60)
        #expect(own["max_deliveries"] != nil && own["max_deliveries"] as? Int == nil)
        #expect(own["backoff"] as? [Int] == [0, 86_400] && own["max_open"] as? Int == 10)
        #expect(own["max_parked"] as? Int == 100)
        // Without a mode, or with that of cursors, there is none.
        for (name, delivery) in [("x", "{}"), ("y", "{\"mode\":\"cursor\"}")] {
            let body = "{\"subscription_id\":\"\(name)\",\"delivery\":\(delivery)}"
            let made = try await api.call("POST", at: "/streams/\(s)/subscriptions", sending: body)
            #expect(made.status == 201 && made.json["delivery"] == nil, "\(made)")
        }
    }

    private static func policyChange(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b"], through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive(limit: 1)
        let changed = try await change(
            s,
            to: "\"ack_wait\":7,\"backoff\":[3],\"exhausted\":\"hold\",\"order\":\"key\"",
            through: api
        )
        let policy = delivery(of: changed)
        #expect(changed.status == 200 && policy["ack_wait"] as? Int == 7, "\(changed)")
        #expect(policy["backoff"] as? [Int] == [3] && policy["exhausted"] as? String == "hold")
        #expect(policy["max_deliveries"] as? Int == 5 && policy["held"] as? Int == 1)
        // Leases go on.
        try await consumer.finish(1)
        #expect(try await consumer.receive().json["ack_wait"] as? Int == 7)
        let endless = try await change(s, to: "\"max_deliveries\":null", through: api)
        #expect(delivery(of: endless)["max_deliveries"] as? Int == nil, "\(endless)")
        #expect(delivery(of: endless)["ack_wait"] as? Int == 7)
        for (wrong, field) in [
            ("", "delivery"), ("\"order\":\"none\"", "delivery.order"),
            ("\"mode\":\"cursor\",\"ack_wait\":7", "delivery"),
        ] {
            let answer = try await change(s, to: wrong, through: api)
            #expect(answer.status == 400, "\(wrong): \(answer)")
            #expect(answer.details["field"] as? String == field, "\(wrong): \(answer)")
        }
        // A filter and a policy can change together.
        let body = "{\"filter\":{\"keys\":[\"b\"]},\"delivery\":{\"max_open\":20}}"
        let both = try await api.call("PATCH", at: "/streams/\(s)\(subscription)", sending: body)
        #expect(both.json["filter"] != nil && delivery(of: both)["max_open"] as? Int == 20)
    }

    private static func policyOfOpenEvents(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a"], settings: ",\"backoff\":[0]", through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        for _ in 0..<3 {
            try await consumer.receive()
            #expect(try await consumer.settle("\"nack\":\(JSONBody.places([0]))").status == 200)
        }
        #expect(try await change(s, to: "\"max_deliveries\":4", through: api).status == 200)
        #expect(try await consumer.receive().deliveries == [4])
        #expect(try await consumer.settle("\"nack\":\(JSONBody.places([0]))").status == 200)
        #expect(try await api.open(of: s) == ["parked": 1])
    }

    private static func wrongMode(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a"], through: api)
        try await api.subscribe(to: s, as: "plain")
        let cursor = try await api.poll(s, as: "plain").cursor
        let ofCursors = [
            ("GET", "/poll", ""), ("GET", "/poll?member=m", ""), ("GET", "/members", ""),
            ("POST", "/commit", "{\"cursor\":\"\(cursor)\"}"),
            ("POST", "/members/m/heartbeat", "{}"), ("DELETE", "/members/m", ""),
        ]
        let ofEvents = [
            ("POST", "/receive", "{}"), ("POST", "/ack", "{\"lease\":\"x\",\"ack\":\"all\"}"),
            ("POST", "/parked/replay", "{\"all\":true}"),
        ]
        for (name, calls) in [("u", ofCursors), ("plain", ofEvents)] {
            for (method, rest, body) in calls {
                let target = "/streams/\(s)/subscriptions/\(name)\(rest)"
                let answer = try await api.call(method, at: target, sending: body)
                #expect(answer.status == 409, "\(target): \(answer)")
                #expect(answer.error == "wrong_delivery_mode", "\(target): \(answer)")
                #expect(answer.details["subscription_id"] as? String == name, "\(answer)")
            }
        }
        // Nothing of it left a trace.
        #expect(try await api.open(of: s).isEmpty)
        #expect(try await api.describe(s, as: "plain")["members"] == nil)
    }

    private static func toCursors(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b", "c", "b", "d"], through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive(limit: 4)
        let done = try await consumer.settle("\"ack\":\(JSONBody.places([0, 2]))")
        #expect(done.acknowledged == 2, "\(done)")
        let changed = try await change(s, to: "\"mode\":\"cursor\"", through: api)
        #expect(changed.status == 200 && changed.json["delivery"] == nil, "\(changed)")
        #expect(changed.json["lag"] as? Int == 4)
        let page = try await api.poll(s, as: "u")
        #expect(page.offsets == [1, 2, 3, 4], "\(page)")
        let late = try await consumer.settle("\"ack\":\"all\"")
        #expect(late.error == "wrong_delivery_mode", "\(late)")
        #expect(try await api.commit(s, as: "u", cursor: page.cursor).status == 200)
        #expect(try await api.describe(s)["lag"] as? Int == 0)
        // Once more there and back: older leases and cursors stay refused.
        #expect(try await change(s, to: "\"mode\":\"events\"", through: api).status == 200)
        #expect(try await consumer.settle("\"ack\":\"all\"").error == "cursor_superseded")
        #expect(try await consumer.receive().events.isEmpty)
        #expect(try await change(s, to: "\"mode\":\"cursor\"", through: api).status == 200)
        let stale = try await api.poll(s, as: "u", query: "cursor=\(page.cursor)")
        #expect(stale.error == "cursor_superseded", "\(stale)")
    }

    private static func toEvents(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        try await api.publish(keys: (0..<20).map { "k\($0)" }, to: s)
        try await api.subscribe(to: s, as: "u")
        var member = SuiteMember("m", of: "u", in: s, through: api)
        try await member.look(limit: 8)
        #expect(try await member.commit().status == 200)
        let settings = "\"mode\":\"events\",\"order\":\"none\",\"max_deliveries\":9"
        let changed = try await change(s, to: settings, through: api)
        let policy = delivery(of: changed)
        #expect(policy["order"] as? String == "none" && policy["ack_wait"] as? Int == 30)
        #expect(policy["max_deliveries"] as? Int == 9 && changed.json["lag"] as? Int == 12)
        #expect(try await member.commit().error == "wrong_delivery_mode")
        var consumer = SuiteConsumer(in: s, through: api)
        let page = try await consumer.receive()
        let before = Set(member.got.map { "\($0.partition)/\($0.offset)" })
        #expect(page.events.count == 12 && before.isDisjoint(with: page.places), "\(page)")
        try await consumer.finish(12)
        #expect(try await api.describe(s)["lag"] as? Int == 0)
    }

    private static func seekDelivery(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b", "c"], through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive(limit: 2)
        #expect(try await consumer.settle("\"reject\":\(JSONBody.places([1]))").status == 200)
        let path = "/streams/\(s)\(subscription)/seek"
        let seek = try await api.call("POST", at: path, sending: "{\"to\":\"earliest\"}")
        #expect(seek.status == 200, "\(seek)")
        let late = try await consumer.settle("\"ack\":\"all\"")
        #expect(late.status == 409 && late.error == "cursor_superseded", "\(late)")
        let along = ",\"ack\":{\"lease\":\"\(consumer.lease)\",\"ack\":\"all\"}"
        let refused = try await api.call(
            "POST",
            at: "/streams/\(s)\(subscription)/receive",
            sending: "{\"limit\":1\(along)}"
        )
        #expect(refused.error == "cursor_superseded", "\(refused)")
        #expect(try await api.open(of: s) == ["parked": 1])
        // All of it again, what is parked too, which stays so.
        let page = try await consumer.receive()
        #expect(page.offsets == [0, 1, 2] && page.deliveries == [1, 1, 1], "\(page)")
        try await consumer.finish(3)
        #expect(try await api.describe(s)["lag"] as? Int == 0)
        #expect(try await api.open(of: s) == ["parked": 1])
        let replay = "/streams/\(s)\(subscription)/parked/replay"
        let again = try await api.call("POST", at: replay, sending: "{\"all\":true}")
        #expect(again.json["replayed"] as? Int == 1, "\(again)")
        // What was on its way again is parked after a seek.
        let latest = try await api.call("POST", at: path, sending: "{\"to\":\"latest\"}")
        #expect(latest.status == 200)
        #expect(try await consumer.receive().events.isEmpty)
        let parked = try await api.call("GET", at: "/streams/\(s)\(subscription)/parked/0/1")
        #expect(parked.json["state"] as? String == "parked", "\(parked)")
    }

    private static func noCompacted(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.publish(to: s, key: "k")
        let body = """
            {"subscription_id":"x","start_from":"compacted","delivery":{"mode":"events"}}
            """
        let made = try await api.call("POST", at: "/streams/\(s)/subscriptions", sending: body)
        #expect(made.status == 400 && made.details["field"] as? String == "start_from", "\(made)")
        try await api.deliver(s)
        let path = "/streams/\(s)\(subscription)"
        let seek = try await api.call("POST", at: path + "/seek", sending: "{\"to\":\"compacted\"}")
        #expect(seek.status == 400 && seek.details["field"] as? String == "to", "\(seek)")
        #expect(try await api.call("POST", at: "/streams/\(s)/compact").status == 200)
        try await api.subscribe(to: s, as: "boot", from: "\"compacted\"")
        let boot = "/streams/\(s)/subscriptions/boot"
        let events = "{\"delivery\":{\"mode\":\"events\"}}"
        let early = try await api.call("PATCH", at: boot, sending: events)
        #expect(early.details["field"] as? String == "delivery.mode", "\(early)")
        let page = try await api.poll(s, as: "boot")
        #expect(try await api.commit(s, as: "boot", cursor: page.cursor).status == 200)
        #expect(try await api.call("PATCH", at: boot, sending: events).status == 200)
    }
}
