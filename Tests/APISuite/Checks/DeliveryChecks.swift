import LedgerTesting
import Testing

/// Events that are handed out to be acknowledged one by one.
extension APISuite {
    static let deliveryChecks = [
        APICheck("An event is one consumer's until it is done", run: receiving),
        APICheck("A key keeps its order between consumers, and others go on", run: keyOrder),
        APICheck("Without an order events go out as they come", run: noOrder),
        APICheck("Every partition is asked, however few events a page takes", run: smallPages),
        APICheck("An attempt that is repeated gets the same events", run: attempts),
        APICheck("An acknowledgement can be sent along", run: sentAlong),
        APICheck("An acknowledgement that is refused lets nothing out", run: refusedAlong),
        APICheck("As many events are open as the policy permits, and it says so", run: maxOpen),
        APICheck("Behind a key that waits there is no end of other keys", run: longRest),
        APICheck("A delivery passes over what does not fit the filter", run: deliveryFilter),
        APICheck(
            "A waiting receive gets what is published meanwhile",
            needs: .realTime,
            run: waitingReceive
        ),
        APICheck(
            "A waiting receive gets what another consumer gives back",
            needs: .realTime,
            run: waitingForRelease
        ),
    ]

    /// A stream with events of these keys, and the subscription `u` that delivers them.
    static func deliveryStream(
        of keys: [String],
        partitions: Int = 1,
        settings: String = "",
        through api: SuiteClient
    ) async throws -> String {
        let s = try await api.stream(",\"partition_count\":\(partitions)")
        if !keys.isEmpty { try await api.publish(keys: keys, to: s) }
        try await api.deliver(s, settings: settings)
        return s
    }

    private static func receiving(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b", "c", "d", "e"], through: api)
        var (one, two) = (
            SuiteConsumer("one", in: s, through: api),
            SuiteConsumer("two", in: s, through: api.sibling())
        )
        let first = try await one.receive(limit: 3)
        #expect(first.offsets == [0, 1, 2] && first.deliveries == [1, 1, 1], "\(first)")
        #expect(first.events[1]["data"] as? Int == 1 && first.keys == ["a", "b", "c"])
        #expect(!first.caughtUp && first.json["ack_wait"] as? Int == 30)
        let second = try await two.receive()
        #expect(second.offsets == [3, 4] && second.caughtUp, "\(second)")
        #expect(second.json["remaining"] as? Int == 0 && second.blocked.isEmpty)
        let none = try await two.receive()
        #expect(none.events.isEmpty && none.caughtUp && none.json["lease"] != nil, "\(none)")
        #expect(none.json["acknowledged"] == nil)
        #expect(try await api.open(of: s) == ["held": 5])
        try await one.finish(3)
        let partly = try await two.settle("\"ack\":\(JSONBody.places([4]))")
        #expect(partly.acknowledged == 1 && partly.notHeld.isEmpty, "\(partly)")
        #expect(try await api.describe(s)["lag"] as? Int == 1)
        try await two.finish(1)
        let end = try await api.describe(s)
        #expect(end["lag"] as? Int == 0)
        #expect(try await api.open(of: s).isEmpty)
        #expect((end["delivery"] as? [String: Any])?["oldest_open_at"] == nil)
    }

    private static func keyOrder(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b", "a", "c", "a", "b"], through: api)
        var (one, two) = (
            SuiteConsumer("one", in: s, through: api),
            SuiteConsumer("two", in: s, through: api.sibling())
        )
        #expect(try await one.receive(limit: 2).offsets == [0, 1])
        let others = try await two.receive()
        #expect(others.offsets == [3] && others.caughtUp, "\(others)")
        #expect(try await api.open(of: s) == ["held": 3, "noted": 3])
        try await two.finish(1)
        #expect(try await one.settle("\"ack\":\(JSONBody.places([0]))").acknowledged == 1)
        // Several events of a key go out together, in their order.
        #expect(try await two.receive().offsets == [2, 4])
        try await one.finish(1)
        try await two.finish(2)
        let last = try await one.receive()
        #expect(last.offsets == [5] && last.deliveries == [1])
        try await one.finish(1)
        #expect(try await api.describe(s)["lag"] as? Int == 0)
    }

    private static func noOrder(_ api: SuiteClient) async throws {
        let settings = ",\"order\":\"none\""
        let s = try await deliveryStream(of: ["a", "a", "a"], settings: settings, through: api)
        var (one, two) = (SuiteConsumer(in: s, through: api), SuiteConsumer(in: s, through: api))
        #expect(try await one.receive(limit: 1).offsets == [0])
        #expect(try await two.receive().offsets == [1, 2])
        let nack = "\"nack\":[{\"partition\":0,\"offset\":1,\"delay\":0}],\"ack\":\"all\""
        let answer = try await two.settle(nack)
        #expect(answer.acknowledged == 1 && answer.notHeld.isEmpty, "\(answer)")
        let again = try await two.receive()
        #expect(again.offsets == [1] && again.deliveries == [2], "\(again)")
    }

    private static func smallPages(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: [], partitions: 5, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        for number in 0..<6 {
            try await api.publish(to: s, key: "k\(number)")
            let page = try await consumer.receive(limit: 1)
            #expect(page.keys == ["k\(number)"], "\(page)")
            try await consumer.finish(1)
        }
        let end = try await consumer.receive(limit: 1)
        #expect(end.events.isEmpty && end.caughtUp, "\(end)")
    }

    private static func attempts(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: (0..<8).map { "k\($0)" }, partitions: 2, through: api)
        var (one, two) = (
            SuiteConsumer(in: s, through: api), SuiteConsumer(in: s, through: api.sibling())
        )
        let first = try await one.receive(limit: 3, with: ",\"attempt\":\"x y\"")
        let again = try await two.receive(limit: 3, with: ",\"attempt\":\"x y\"")
        #expect(first.events.count == 3 && one.lease == two.lease)
        // Partitions take turns at being first.
        #expect(again.places.sorted() == first.places.sorted(), "\(again)")
        #expect(again.deliveries == [1, 1, 1])
        let other = try await two.receive(with: ",\"attempt\":\"y\"")
        #expect(other.events.count == 5 && Set(other.places).isDisjoint(with: first.places))
        try await one.finish(3)
        // The events are done, so the attempt's name gets others, of which there are none.
        #expect(try await one.receive(with: ",\"attempt\":\"x y\"").events.isEmpty)
        try await two.finish(5)
    }

    private static func sentAlong(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b", "c"], through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive(limit: 2)
        let nack = "{\"partition\":0,\"offset\":1,\"delay\":3600}"
        let along = ",\"ack\":{\"lease\":\"\(consumer.lease)\",\"ack\":\"all\",\"nack\":[\(nack)]}"
        let next = try await consumer.receive(with: along)
        #expect(next.offsets == [2] && next.acknowledged == 1 && next.notHeld.isEmpty, "\(next)")
        #expect(try await api.open(of: s) == ["held": 1, "waiting": 1])
        // The lease is over: what it names was finished, or is no longer its own.
        let stale = JSONBody.places([0, 1])
        let former = along.replacing("\"all\",\"nack\":[\(nack)]", with: stale)
        let late = try await consumer.receive(with: former)
        #expect(late.events.isEmpty && late.acknowledged == 0, "\(late)")
        #expect(late.notHeld == ["0/0 finished", "0/1 lease_over"], "\(late)")
    }

    private static func refusedAlong(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a"], through: api)
        let path = "/streams/\(s)/subscriptions/u/receive"
        for (lease, extra) in [("x", "\"ack\":\"all\""), ("", "\"extend\":5")] {
            let body = "{\"ack\":{\"lease\":\"\(lease)\",\(extra)}}"
            let answer = try await api.call("POST", at: path, sending: body)
            #expect(answer.status == 400 && answer.error == "invalid_lease", "\(answer)")
        }
        #expect(try await api.open(of: s).isEmpty)
    }

    private static func maxOpen(_ api: SuiteClient) async throws {
        let keys = (0..<12).map { "k\($0)" }
        let s = try await deliveryStream(of: keys, settings: ",\"max_open\":10", through: api)
        var (one, two) = (SuiteConsumer(in: s, through: api), SuiteConsumer(in: s, through: api))
        let first = try await one.receive()
        #expect(first.offsets == Array(0..<10) && !first.caughtUp, "\(first)")
        #expect(first.blocked == ["0 max_open"])
        let none = try await two.receive()
        #expect(none.events.isEmpty && !none.caughtUp && none.blocked == ["0 max_open"], "\(none)")
        #expect((none.json["remaining"] as? Int ?? 0) > 0)
        let delivery = try await api.describe(s)["delivery"] as? [String: Any] ?? [:]
        #expect(Answer.blocked(of: delivery) == ["0 max_open"])
        #expect(delivery["oldest_open_at"] is String)
        #expect(try await one.settle("\"ack\":\(JSONBody.places([3, 7]))").acknowledged == 2)
        let rest = try await two.receive()
        #expect(rest.offsets == [10, 11], "\(rest)")
        try await one.finish(8)
        try await two.finish(2)
        let end = try await one.receive()
        #expect(end.caughtUp && end.blocked.isEmpty)
    }

    /// More events of a key than are noted one by one.
    private static func longRest(_ api: SuiteClient) async throws {
        let keys = (0..<60).map { $0.isMultiple(of: 2) ? "a" : "k\($0)" }
        let s = try await deliveryStream(of: keys, through: api)
        var (one, two) = (
            SuiteConsumer(in: s, through: api), SuiteConsumer(in: s, through: api.sibling())
        )
        #expect(try await one.receive(limit: 1).offsets == [0])
        let others = try await two.receive()
        #expect(others.offsets == (0..<30).map { $0 * 2 + 1 } && others.caughtUp, "\(others)")
        let open = try await api.open(of: s)
        #expect((open["noted"] ?? 0) + (open["resting"] ?? 0) == 29, "\(open)")
        #expect(try await api.describe(s)["lag"] as? Int == 60)
        try await two.finish(30)
        try await one.finish(1)
        var got: [Int] = []
        for _ in 0..<30 where got.count < 29 {
            let page = try await two.receive(limit: 7)
            got += page.offsets
            try await two.finish(page.events.count)
        }
        #expect(got == (1..<30).map { $0 * 2 })
        #expect(try await api.describe(s)["lag"] as? Int == 0)
        #expect(try await api.open(of: s).isEmpty)
    }

    private static func deliveryFilter(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        try await api.publish(keys: (0..<20).map { "k\($0)" }, to: s)
        try await api.deliver(s, with: ",\"filter\":{\"keys\":[\"k1*\"]}")
        var consumer = SuiteConsumer(in: s, through: api)
        let page = try await consumer.receive()
        #expect(Set(page.keys) == Set(["k1"] + (10..<20).map { "k\($0)" }) && page.caughtUp)
        try await consumer.finish(11)
        #expect(try await api.describe(s)["lag"] as? Int == 0)
        let changed = try await api.call(
            "PATCH",
            at: "/streams/\(s)/subscriptions/u",
            sending: "{\"filter\":{\"keys\":[\"k2\"]}}"
        )
        #expect(changed.status == 200 && changed.json["delivery"] != nil, "\(changed)")
        try await api.publish(keys: ["k1", "k2"], to: s)
        #expect(try await consumer.receive().keys == ["k2"])
    }

    private static func waitingReceive(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: [], through: api)
        async let waiting = wait(through: api, on: s)
        try await api.publish(to: s, key: "k")
        #expect(try await waiting.keys == ["k"])
    }

    private static func waitingForRelease(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["k"], through: api)
        var holder = SuiteConsumer(in: s, through: api)
        try await holder.receive()
        async let waiting = wait(through: api.sibling(), on: s)
        let answer = try await holder.settle("\"release\":\(JSONBody.places([0]))")
        #expect(answer.status == 200 && answer.acknowledged == 0, "\(answer)")
        #expect(try await waiting.deliveries == [1])
    }

    /// Receives until there is anything but an empty page: a busy machine may need more than one.
    private static func wait(through api: SuiteClient, on stream: String) async throws -> Answer {
        var consumer = SuiteConsumer(in: stream, through: api)
        let patience = Patience()
        while true {
            let start = ContinuousClock.now
            let answer = try await consumer.receive(wait: 20)
            guard answer.events.isEmpty else { return answer }
            #expect(ContinuousClock.now - start > .seconds(19), "it did not wait")
            try patience.check("something for a receive to answer")
        }
    }
}
