import LedgerCore
import LedgerTesting
import Testing

/// Events that are taken out of their delivery, and what becomes of them.
extension APISuite {
    static let parkingChecks = [
        APICheck("What fails as often as it may is parked with its history", run: exhaustion),
        APICheck("What is on its last delivery travels alone", run: lastAlone),
        APICheck("A rejected event is parked at once, and its key goes on", run: rejection),
        APICheck("Parked events are listed page by page, by partition and offset", run: parkedList),
        APICheck("A replayed event comes once more, and is gone when acknowledged", run: replayOne),
        APICheck("All parked events can be replayed", run: replayAll),
        APICheck("A replayed event that fails again is parked again", run: failingReplay),
        APICheck("A parked event can be discarded, unless it is on its way again", run: discard),
        APICheck("An event can be parked by hand while it is open", run: byHand),
        APICheck("With cursors the next event can be parked by hand", run: byHandWithCursors),
        APICheck("A key waits for its parked event where it is to, and no other key", run: hold),
        APICheck("A key goes on when its parked event is discarded", run: holdAndDiscard),
        APICheck(
            "As many events are parked as the policy permits, and none is lost",
            run: maxParked
        ),
    ]

    private static func path(_ stream: String, _ rest: String = "") -> String {
        "/streams/\(stream)/subscriptions/u/parked\(rest)"
    }

    /// The parked events as `PARTITION/OFFSET state`, in order.
    private static func parked(
        of stream: String,
        query: String = "",
        through api: SuiteClient
    ) async throws -> [String] {
        let answer = try await api.call("GET", at: path(stream, query))
        #expect(answer.status == 200, "\(answer)")
        return (answer.json["parked"] as? [[String: Any]] ?? []).map { event in
            let (partition, offset) = (event["partition"] as? Int, event["offset"] as? Int)
            return "\(partition ?? -1)/\(offset ?? -1) \(event["state"] as? String ?? "")"
        }
    }

    /// A parked event's history, the newest entry last.
    private static func history(
        of offset: Int,
        in stream: String,
        through api: SuiteClient
    ) async throws -> [[String: Any]] {
        let answer = try await api.call("GET", at: path(stream, "/0/\(offset)"))
        #expect(answer.status == 200, "\(answer)")
        return answer.json["history"] as? [[String: Any]] ?? []
    }

    private static func ack(_ offsets: [Int]) -> String { "\"ack\":\(JSONBody.places(offsets))" }

    private static func reject(_ offsets: [Int]) -> String {
        "\"reject\":\(JSONBody.places(offsets))"
    }

    private static func replay(
        _ members: String,
        of stream: String,
        through api: SuiteClient
    ) async throws -> (replayed: Int?, left: Int?, notParked: Int?) {
        let answer = try await api.call("POST", at: path(stream, "/replay"), sending: members)
        #expect(answer.status == 200, "\(answer)")
        return (
            answer.json["replayed"] as? Int, answer.json["left"] as? Int,
            (answer.json["not_parked"] as? [Any])?.count
        )
    }

    private static func exhaustion(_ api: SuiteClient) async throws {
        let settings = ",\"max_deliveries\":2,\"backoff\":[0]"
        let s = try await deliveryStream(of: ["a", "b", "a"], settings: settings, through: api)
        var consumer = SuiteConsumer("worker-1", in: s, through: api)
        for reason in ["first", "second"] {
            let page = try await consumer.receive()
            #expect(page.offsets.first == 0, "\(page)")
            let entry = "{\"partition\":0,\"offset\":0,\"reason\":\"\(reason)\"}"
            #expect(try await consumer.settle("\"nack\":[\(entry)]").notHeld.isEmpty)
            if reason == "first" { #expect(try await consumer.settle(ack([1])).acknowledged == 1) }
        }
        // The next one of its key goes on.
        let next = try await consumer.receive()
        #expect(next.offsets == [2] && next.deliveries == [1], "\(next)")
        try await consumer.finish(1)
        let described = try await api.describe(s)
        #expect(described["lag"] as? Int == 0)
        #expect(try await api.open(of: s) == ["parked": 1])
        #expect(try await parked(of: s, through: api) == ["0/0 parked"])
        let event = try await api.call("GET", at: path(s, "/0/0"))
        #expect(event.json["key"] as? String == "a" && event.json["type"] as? String == "t")
        #expect(event.json["times"] as? Int == 1)
        let data = event.json["event"] as? [String: Any] ?? [:]
        #expect(data["data"] as? Int == 0 && data["key"] as? String == "a", "\(event)")
        #expect(data["stream_id"] as? String == s && data["timestamp"] is String)
        let entry = try await history(of: 0, in: s, through: api).last ?? [:]
        #expect(entry["cause"] as? String == "max_deliveries")
        #expect(entry["reason"] as? String == "second" && entry["deliveries"] as? Int == 2)
        #expect(entry["consumer"] as? String == "worker-1")
        #expect(entry["first_delivery"] is String && entry["replayed_at"] == nil)
    }

    private static func lastAlone(_ api: SuiteClient) async throws {
        let settings = ",\"max_deliveries\":2,\"backoff\":[0]"
        let s = try await deliveryStream(of: ["a", "b", "c"], settings: settings, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        #expect(try await consumer.receive().offsets == [0, 1, 2])
        #expect(try await consumer.settle("\"nack\":\(JSONBody.places([0, 2]))").status == 200)
        var others = SuiteConsumer(in: s, through: api)
        let alone = try await others.receive()
        #expect(alone.offsets == [0] && alone.deliveries == [2] && !alone.caughtUp, "\(alone)")
        #expect(try await others.receive().offsets == [2])
        try await others.finish(1)
        // Where no delivery may fail, each is the last.
        let strict = try await deliveryStream(
            of: ["a", "b"],
            settings: ",\"max_deliveries\":1",
            through: api
        )
        var careful = SuiteConsumer(in: strict, through: api)
        for offset in 0...1 { #expect(try await careful.receive().offsets == [offset]) }
    }

    private static func rejection(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "a", "b"], through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive()
        let entry = "{\"partition\":0,\"offset\":0,\"reason\":\"no such user\"}"
        let answer = try await consumer.settle("\"reject\":[\(entry)],\"ack\":\"all\"")
        #expect(answer.acknowledged == 2 && answer.notHeld.isEmpty, "\(answer)")
        #expect(try await api.open(of: s) == ["parked": 1])
        let history = try await history(of: 0, in: s, through: api)
        #expect(history.count == 1 && history[0]["cause"] as? String == "rejected")
        #expect(history[0]["reason"] as? String == "no such user")
        #expect(history[0]["deliveries"] as? Int == 1)
        #expect(try await consumer.receive().events.isEmpty)
    }

    private static func parkedList(_ api: SuiteClient) async throws {
        let keys = (0..<14).map { "k\($0)" }
        let s = try await deliveryStream(of: keys, partitions: 2, through: api)
        #expect(try await parked(of: s, through: api).isEmpty)
        var consumer = SuiteConsumer(in: s, through: api)
        let page = try await consumer.receive()
        for place in page.places {
            let parts = place.split(separator: "/").compactMap { Int($0) }
            let places = JSONBody.places([parts[1]], in: parts[0])
            #expect(try await consumer.settle("\"reject\":\(places)").notHeld.isEmpty)
        }
        var (listed, next): ([String], String?) = ([], nil)
        repeat {
            let query = "?limit=3" + (next.map { "&next=\($0)" } ?? "")
            listed += try await parked(of: s, query: query, through: api)
            let answer = try await api.call("GET", at: path(s, query))
            next = answer.json["next"] as? String
        } while next != nil && listed.count < 20
        #expect(listed.count == 14 && Set(listed) == Set(page.places.map { "\($0) parked" }))
        let ofFirst = try await parked(of: s, query: "?partition=0", through: api)
        #expect(ofFirst == listed.filter { $0.hasPrefix("0/") } && !ofFirst.isEmpty)
        #expect(Array(listed.prefix(ofFirst.count)) == ofFirst)
        // A page's token is good for the same list only.
        let first = try await api.call("GET", at: path(s, "?partition=0&limit=1"))
        let token = try #require(first.json["next"] as? String)
        let on = try await parked(of: s, query: "?partition=0&limit=1&next=\(token)", through: api)
        #expect(on == [ofFirst[1]])
        for wrong in ["?partition=1&next=\(token)", "?next=x", "?partition=-1", "?limit=0"] {
            #expect(try await api.call("GET", at: path(s, wrong)).error == "validation_error")
        }
        let beyond = try await api.call("GET", at: path(s, "?partition=2"))
        #expect(beyond.error == "partition_not_found", "\(beyond)")
    }

    private static func replayOne(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b", "a", "a"], through: api)
        var (one, two) = (SuiteConsumer(in: s, through: api), SuiteConsumer(in: s, through: api))
        try await one.receive(limit: 2)
        #expect(try await one.settle(reject([0]) + ",\"ack\":\"all\"").acknowledged == 1)
        let events = "{\"events\":\(JSONBody.places([0, 1, 5]))}"
        #expect(try await replay(events, of: s, through: api) == (1, 0, 2))
        #expect(try await parked(of: s, through: api) == ["0/0 replaying"])
        #expect(try await api.open(of: s) == ["noted": 1])
        // Not twice.
        #expect(try await replay(events, of: s, through: api) == (0, 0, 3))
        let page = try await one.receive(limit: 1)
        #expect(page.offsets == [0] && page.replayed == [true] && page.deliveries == [1], "\(page)")
        #expect(page.keys == ["a"] && page.events[0]["data"] as? Int == 0, "\(page)")
        #expect(page.events[0]["snapshot"] == nil)
        // Its key waits for it.
        #expect(try await two.receive().events.isEmpty)
        try await one.finish(1)
        let gone = try await api.call("GET", at: path(s, "/0/0"))
        #expect(gone.status == 404 && gone.error == "parked_not_found", "\(gone)")
        #expect(try await parked(of: s, through: api).isEmpty)
        let rest = try await two.receive()
        #expect(rest.offsets == [2, 3] && rest.replayed == [false, false], "\(rest)")
        try await two.finish(2)
        #expect(try await replay(events, of: s, through: api) == (0, 0, 3))
        #expect(try await api.describe(s)["lag"] as? Int == 0)
    }

    private static func replayAll(_ api: SuiteClient) async throws {
        let keys = (0..<130).map { "k\($0)" }
        let s = try await deliveryStream(of: keys, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        #expect(try await consumer.receive(limit: 1000).events.count == 130)
        // More than one transaction holds.
        let answer = try await consumer.settle(reject(Array(0..<130)))
        #expect(answer.acknowledged == 0 && answer.notHeld.isEmpty, "\(answer)")
        #expect(try await api.open(of: s) == ["parked": 130])
        var (replayed, left) = (0, 1)
        for _ in 0..<10 where left > 0 {
            let step = try await replay("{\"all\":true}", of: s, through: api)
            replayed += step.replayed ?? 0
            left = step.left ?? 0
        }
        #expect(replayed == 130 && left == 0)
        let page = try await consumer.receive(limit: 1000)
        #expect(page.offsets == Array(0..<130) && page.replayed.allSatisfy { $0 }, "\(page)")
        // Of which one transaction can't do away with all either.
        let all = try await consumer.settle("\"ack\":\"all\"")
        #expect(all.acknowledged == 130 && all.notHeld.isEmpty, "\(all)")
        #expect(try await parked(of: s, through: api).isEmpty)
        #expect(try await replay("{\"all\":true}", of: s, through: api) == (0, 0, 0))
    }

    private static func failingReplay(_ api: SuiteClient) async throws {
        let settings = ",\"max_deliveries\":2,\"backoff\":[0]"
        let s = try await deliveryStream(of: ["a"], settings: settings, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive()
        #expect(try await consumer.settle(reject([0])).status == 200)
        for round in 1...7 {
            let done = try await replay("{\"all\":true}", of: s, through: api)
            #expect(done.replayed == 1, "\(round)")
            for delivery in 1...2 {
                let page = try await consumer.receive()
                #expect(page.deliveries == [delivery] && page.replayed == [true], "\(page)")
                #expect(try await consumer.settle("\"nack\":\(JSONBody.places([0]))").status == 200)
            }
            #expect(try await parked(of: s, through: api) == ["0/0 parked"])
        }
        let event = try await api.call("GET", at: path(s, "/0/0"))
        #expect(event.json["times"] as? Int == 8 && event.json["event"] != nil, "\(event)")
        let entries = event.json["history"] as? [[String: Any]] ?? []
        #expect(entries.count == Limits.parkingEntries)
        #expect(entries.dropLast().allSatisfy { $0["replayed_at"] is String })
        #expect(entries.last?["replayed_at"] == nil)
        #expect(entries.allSatisfy { $0["cause"] as? String == "max_deliveries" })
        #expect(try await api.open(of: s) == ["parked": 1])
    }

    private static func discard(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b"], through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive()
        #expect(try await consumer.settle(reject([0, 1])).status == 200)
        #expect(try await replay("{\"all\":true}", of: s, through: api) == (2, 0, 0))
        let busy = try await api.call("DELETE", at: path(s, "/0/0"))
        #expect(busy.status == 409 && busy.error == "replaying", "\(busy)")
        try await consumer.receive()
        #expect(try await consumer.settle(reject([0]) + ",\"ack\":\"all\"").acknowledged == 1)
        #expect(try await api.call("DELETE", at: path(s, "/0/0")).json["success"] as? Bool == true)
        for target in ["/0/0", "/0/1", "/0/2"] {
            for method in ["GET", "DELETE"] {
                let answer = try await api.call(method, at: path(s, target))
                #expect(answer.error == "parked_not_found", "\(method) \(target): \(answer)")
            }
        }
        let beyond = try await api.call("DELETE", at: path(s, "/1/0"))
        #expect(beyond.error == "partition_not_found", "\(beyond)")
        #expect(try await api.open(of: s).isEmpty)
    }

    private static func park(
        _ offset: Int,
        of stream: String,
        partition: Int = 0,
        through api: SuiteClient
    ) async throws -> Answer {
        let place = "\"partition\":\(partition),\"offset\":\(offset)"
        let body = "{\(place),\"reason\":\"by me\"}"
        return try await api.call("POST", at: path(stream), sending: body)
    }

    private static func byHand(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b", "a", "c"], through: api)
        var consumer = SuiteConsumer("worker-1", in: s, through: api)
        try await consumer.receive(limit: 1)
        var other = SuiteConsumer(in: s, through: api)
        // The second a is passed over, and so it is open.
        #expect(try await other.receive(limit: 2).offsets == [1, 3])
        for offset in [0, 2] {
            let parked = try await park(offset, of: s, through: api)
            #expect(
                parked.status == 201 && parked.json["state"] as? String == "parked",
                "\(parked)"
            )
            #expect(parked.json["key"] as? String == "a" && parked.json["times"] as? Int == 1)
        }
        let entries = try await history(of: 0, in: s, through: api)
        #expect(entries[0]["cause"] as? String == "by_hand")
        #expect(entries[0]["reason"] as? String == "by me")
        #expect(entries[0]["consumer"] as? String == "worker-1")
        let untried = try await history(of: 2, in: s, through: api)
        #expect(untried[0]["deliveries"] as? Int == 0 && untried[0]["first_delivery"] == nil)
        // Who had it is told that there is nothing left to do.
        let late = try await consumer.settle("\"ack\":\(JSONBody.places([0]))")
        #expect(late.notHeld == ["0/0 finished"], "\(late)")
        try await other.finish(2)
        for offset in [0, 1, 4, 99] {
            let refused = try await park(offset, of: s, through: api)
            #expect(refused.status == 409 && refused.error == "not_open", "\(refused)")
            #expect(refused.details["offset"] as? Int == offset)
        }
        #expect(try await park(0, of: s, partition: 1, through: api).error == "partition_not_found")
        #expect(try await api.open(of: s) == ["parked": 2])
    }

    private static func byHandWithCursors(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.publish(keys: ["a", "b"], to: s)
        try await api.subscribe(to: s, as: "u")
        let page = try await api.poll(s, as: "u", query: "limit=1")
        for offset in [1, 2] {
            let refused = try await park(offset, of: s, through: api)
            #expect(refused.status == 400, "\(refused)")
            #expect(refused.details["field"] as? String == "offset", "\(refused)")
        }
        let parked = try await park(0, of: s, through: api)
        #expect(parked.status == 201 && parked.json["key"] as? String == "a", "\(parked)")
        // The consumer then goes past it.
        #expect(try await api.commit(s, as: "u", cursor: page.cursor).status == 200)
        #expect(try await api.poll(s, as: "u").offsets == [1])
        let event = try await api.call("GET", at: path(s, "/0/0"))
        #expect((event.json["event"] as? [String: Any])?["data"] as? Int == 0, "\(event)")
        let replay = try await api.call("POST", at: path(s, "/replay"), sending: "{\"all\":true}")
        #expect(replay.status == 409 && replay.error == "wrong_delivery_mode", "\(replay)")
        #expect(try await api.call("DELETE", at: path(s, "/0/0")).status == 200)
        #expect(try await api.call("DELETE", at: path(s, "/0/0")).error == "parked_not_found")
        let cursor = try await api.poll(s, as: "u").cursor
        #expect(try await api.commit(s, as: "u", cursor: cursor).status == 200)
        // There is no next event.
        #expect(try await park(2, of: s, through: api).error == "not_open")
        #expect(try await park(0, of: s, partition: 1, through: api).error == "partition_not_found")
    }

    private static func hold(_ api: SuiteClient) async throws {
        let settings = ",\"exhausted\":\"hold\""
        let s = try await deliveryStream(of: ["a", "b", "a"], settings: settings, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive()
        let answer = try await consumer.settle(reject([0]) + ",\"ack\":\"all\"")
        #expect(answer.acknowledged == 1 && answer.notHeld == ["0/2 out_of_order"], "\(answer)")
        try await api.publish(keys: ["a", "c"], to: s)
        let others = try await consumer.receive()
        #expect(others.keys == ["c"] && others.blocked == ["0 key"], "\(others)")
        try await consumer.finish(1)
        let delivery = try await api.describe(s)["delivery"] as? [String: Any] ?? [:]
        #expect(Answer.blocked(of: delivery) == ["0 key"])
        let blocked = delivery["blocked"] as? [[String: Any]] ?? []
        #expect(blocked.first?["offset"] as? Int == 0)
        #expect(try await api.open(of: s) == ["noted": 2, "parked": 1])
        #expect(
            try await replay("{\"events\":\(JSONBody.places([0]))}", of: s, through: api).replayed
                == 1
        )
        let freed = try await consumer.receive()
        #expect(freed.offsets == [0, 2, 3] && freed.blocked.isEmpty, "\(freed)")
        #expect(freed.replayed == [true, false, false])
        try await consumer.finish(3)
        #expect(try await api.open(of: s).isEmpty)
        #expect(try await api.describe(s)["lag"] as? Int == 0)
    }

    private static func holdAndDiscard(_ api: SuiteClient) async throws {
        let settings = ",\"exhausted\":\"hold\",\"max_deliveries\":1"
        let s = try await deliveryStream(of: ["a", "a"], settings: settings, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        #expect(try await consumer.receive().offsets == [0])
        #expect(try await consumer.settle("\"nack\":\(JSONBody.places([0]))").status == 200)
        #expect(try await consumer.receive().events.isEmpty)
        // What is on its way again holds its key, too.
        #expect(try await replay("{\"all\":true}", of: s, through: api).replayed == 1)
        #expect(try await consumer.receive().offsets == [0])
        #expect(try await consumer.settle("\"nack\":\(JSONBody.places([0]))").status == 200)
        #expect(try await consumer.receive().blocked == ["0 key"])
        #expect(try await api.call("DELETE", at: path(s, "/0/0")).status == 200)
        let next = try await consumer.receive()
        #expect(next.offsets == [1] && next.blocked.isEmpty, "\(next)")
        try await consumer.finish(1)
        #expect(try await api.open(of: s).isEmpty)
    }

    private static func maxParked(_ api: SuiteClient) async throws {
        let keys = (0..<102).map { "k\($0)" }
        let s = try await deliveryStream(of: keys, settings: ",\"max_parked\":100", through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        #expect(try await consumer.receive(limit: 100).events.count == 100)
        #expect(try await consumer.settle(reject(Array(0..<100))).notHeld.isEmpty)
        let none = try await consumer.receive()
        #expect(
            none.events.isEmpty && !none.caughtUp && none.blocked == ["0 max_parked"],
            "\(none)"
        )
        let delivery = try await api.describe(s)["delivery"] as? [String: Any] ?? [:]
        #expect(Answer.blocked(of: delivery) == ["0 max_parked"])
        #expect(try await api.call("DELETE", at: path(s, "/0/7")).status == 200)
        let page = try await consumer.receive()
        #expect(page.offsets == [100, 101], "\(page)")
        // What was handed out before may be parked beyond it.
        #expect(try await consumer.settle(reject([100, 101])).notHeld.isEmpty)
        #expect(try await api.open(of: s) == ["parked": 101])
        #expect(
            try await replay("{\"events\":\(JSONBody.places([3]))}", of: s, through: api).replayed
                == 1
        )
        #expect(try await consumer.receive().offsets == [3])
    }
}
