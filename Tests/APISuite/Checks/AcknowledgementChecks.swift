import LedgerCore
import LedgerTesting
import Testing

/// The ends that consumers give to the events they were handed.
extension APISuite {
    static let acknowledgementChecks = [
        APICheck("A failed event comes again after its delay, and is counted", run: nacks),
        APICheck("An event rests as its policy says, the longer the more it fails", run: backoff),
        APICheck("Behind a failed event its key is given back untried", run: behind),
        APICheck("What is released comes again and does not count", run: releases),
        APICheck("Nothing is finished before what is in front of it in its key", run: outOfOrder),
        APICheck("What an acknowledgement does not reach is named with the reason", run: notHeld),
        APICheck("A lease can be made to last longer", run: extending),
        APICheck("An acknowledgement of one lease leaves others alone", run: otherLease),
        APICheck("Only leases of the subscription count", run: foreignLeases),
        APICheck("An acknowledgement of many partitions is one call", run: manyPartitions),
        APICheck("Deliveries and their acknowledgements at their limits") {
            try await tryAll(LimitCase.deliveries + LimitCase.acknowledgements, through: $0)
        },
        APICheck("A thousand events can be acknowledged at once, and no more", run: thousand),
    ]

    /// The body of a failed event.
    private static func nack(_ offset: Int, delay: String, rest: String = "") -> String {
        "\"nack\":[{\"partition\":0,\"offset\":\(offset),\"delay\":\(delay)\(rest)}]"
    }

    private static func nacks(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b"], through: api)
        var (one, two) = (
            SuiteConsumer(in: s, through: api), SuiteConsumer(in: s, through: api.sibling())
        )
        try await one.receive()
        let reason = ",\"reason\":\"the mail server is down\""
        let members = nack(0, delay: "3600", rest: reason) + ",\"ack\":\"all\""
        let answer = try await one.settle(members)
        #expect(answer.acknowledged == 1 && answer.notHeld.isEmpty, "\(answer)")
        let none = try await two.receive()
        #expect(none.events.isEmpty && none.caughtUp, "\(none)")
        let described = try await api.describe(s)
        #expect(try await api.open(of: s) == ["waiting": 1])
        #expect((described["delivery"] as? [String: Any])?["oldest_open_at"] is String)
        #expect(described["lag"] as? Int == 1)
        // Another one waits for a moment only.
        try await api.publish(to: s, key: "c")
        try await one.receive()
        #expect(try await one.settle(nack(2, delay: "0.2")).status == 200)
        let again = try await two.receive(wait: 20)
        #expect(again.offsets == [2] && again.deliveries == [2], "\(again)")
        // At once, however it is written.
        #expect(try await two.settle(nack(2, delay: "0e5")).status == 200)
        #expect(try await one.receive().deliveries == [3])
    }

    private static func backoff(_ api: SuiteClient) async throws {
        let settings = ",\"backoff\":[0,3600]"
        let s = try await deliveryStream(of: ["a", "b"], settings: settings, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive(limit: 1)
        let failed = "\"nack\":\(JSONBody.places([0]))"
        #expect(try await consumer.settle(failed).acknowledged == 0)
        let again = try await consumer.receive(limit: 1)
        #expect(again.offsets == [0] && again.deliveries == [2], "\(again)")
        #expect(try await consumer.settle(failed).status == 200)
        let next = try await consumer.receive()
        #expect(next.offsets == [1], "\(next)")
        #expect(try await api.open(of: s) == ["held": 1, "waiting": 1])
    }

    private static func behind(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "a", "b", "a"], through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        #expect(try await consumer.receive().offsets == [0, 1, 2, 3])
        // The first a is done, the second fails, and so the third was not to be tried.
        let answer = try await consumer.settle(nack(1, delay: "0") + ",\"ack\":\"all\"")
        #expect(answer.acknowledged == 2 && answer.notHeld == ["0/3 out_of_order"], "\(answer)")
        let again = try await consumer.receive()
        #expect(again.offsets == [1, 3] && again.deliveries == [2, 1], "\(again)")
        // Without it being named, it is given back all the same.
        #expect(try await consumer.settle(nack(1, delay: "3600")).notHeld.isEmpty)
        #expect(try await consumer.receive().events.isEmpty)
        #expect(try await api.open(of: s) == ["waiting": 1, "noted": 1])
    }

    private static func releases(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "a", "b"], through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        for _ in 0..<7 {
            let page = try await consumer.receive()
            #expect(page.offsets == [0, 1, 2] && page.deliveries == [1, 1, 1], "\(page)")
            let answer = try await consumer.settle("\"release\":\(JSONBody.places([0, 1, 2]))")
            #expect(answer.acknowledged == 0 && answer.notHeld.isEmpty, "\(answer)")
        }
        try await consumer.receive()
        // What was not tried is in the way of what comes after it.
        let members = "\"release\":\(JSONBody.places([0])),\"ack\":\"all\""
        let answer = try await consumer.settle(members)
        #expect(answer.acknowledged == 1 && answer.notHeld == ["0/1 out_of_order"], "\(answer)")
        #expect(try await consumer.receive().deliveries == [1, 1])
    }

    private static func outOfOrder(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "a", "b"], through: api)
        var (one, two) = (SuiteConsumer(in: s, through: api), SuiteConsumer(in: s, through: api))
        try await one.receive()
        let early = try await one.settle("\"ack\":\(JSONBody.places([1, 2]))")
        #expect(early.acknowledged == 1 && early.notHeld == ["0/1 out_of_order"], "\(early)")
        #expect(try await api.open(of: s) == ["held": 1, "noted": 1])
        #expect(try await two.receive().events.isEmpty)
        try await one.finish(1)
        let again = try await two.receive()
        #expect(again.offsets == [1] && again.deliveries == [1], "\(again)")
        try await two.finish(1)
    }

    private static func notHeld(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b", "c"], through: api)
        var (one, two) = (SuiteConsumer(in: s, through: api), SuiteConsumer(in: s, through: api))
        try await one.receive(limit: 1)
        try await two.receive(limit: 1)
        try await one.finish(1)
        let places = JSONBody.places([0, 1, 2, 9])
        let other = JSONBody.places([0], in: 7)
        for name in ["ack", "nack", "reject", "release"] {
            let answer = try await one.settle("\"\(name)\":\(places)")
            #expect(answer.status == 200 && answer.acknowledged == 0, "\(answer)")
            let expected = [
                "0/0 finished", "0/1 lease_over", "0/2 lease_over", "0/9 lease_over",
            ]
            #expect(answer.notHeld == expected, "\(name): \(answer)")
            let elsewhere = try await one.settle("\"\(name)\":\(other)")
            #expect(elsewhere.notHeld == ["7/0 lease_over"], "\(name): \(elsewhere)")
        }
        // Nobody else lost anything by it.
        try await two.finish(1)
        #expect(try await one.receive().offsets == [2])
        #expect(try await one.settle("\"ack\":\"all\"").acknowledged == 1)
        #expect(try await one.settle("\"ack\":\"all\"").acknowledged == 0)
    }

    private static func extending(_ api: SuiteClient) async throws {
        let settings = ",\"ack_wait\":5"
        let s = try await deliveryStream(of: ["a", "b"], settings: settings, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        #expect(try await consumer.receive().json["ack_wait"] as? Int == 5)
        let answer = try await consumer.settle("\"extend\":3600")
        #expect(answer.acknowledged == 0 && answer.notHeld.isEmpty, "\(answer)")
        #expect(answer.held == 2)
        let both = "\"ack\":\(JSONBody.places([1])),\"extend\":9223372036854775807"
        #expect(try await consumer.settle(both).acknowledged == 1)
        try await consumer.finish(1)
        // What holds nothing any more can't last.
        let late = try await consumer.settle("\"extend\":5")
        #expect(late.status == 200 && late.held == 0, "\(late)")
        #expect(try await api.open(of: s).isEmpty)
    }

    private static func otherLease(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a", "b", "c", "d"], through: api)
        var (one, two) = (SuiteConsumer(in: s, through: api), SuiteConsumer(in: s, through: api))
        try await one.receive(limit: 2)
        try await two.receive(limit: 2)
        #expect(try await one.settle("\"ack\":\"all\"").acknowledged == 2)
        #expect(try await api.open(of: s) == ["held": 2])
        try await two.finish(2)
    }

    private static func foreignLeases(_ api: SuiteClient) async throws {
        let s = try await deliveryStream(of: ["a"], through: api)
        try await api.deliver(s, as: "other")
        try await api.subscribe(to: s, as: "plain")
        var consumer = SuiteConsumer(in: s, through: api)
        try await consumer.receive()
        let cursor = try await api.poll(s, as: "plain").cursor
        let lease = Array(consumer.lease)
        var wrong = ["", "x", cursor, consumer.lease + "A", String(lease.dropLast())]
        for index in lease.indices {
            var forged = lease
            forged[index] = forged[index] == "A" ? "B" : "A"
            wrong.append(String(forged))
        }
        for text in wrong {
            let answer = try await api.call(
                "POST",
                at: "/streams/\(s)/subscriptions/u/ack",
                sending: "{\"lease\":\"\(text)\",\"ack\":\"all\"}"
            )
            #expect(answer.status == 400 && answer.error == "invalid_lease", "\(text): \(answer)")
        }
        let elsewhere = try await api.call(
            "POST",
            at: "/streams/\(s)/subscriptions/other/ack",
            sending: "{\"lease\":\"\(consumer.lease)\",\"ack\":\"all\"}"
        )
        #expect(elsewhere.error == "invalid_lease", "\(elsewhere)")
        try await consumer.finish(1)
    }

    private static func manyPartitions(_ api: SuiteClient) async throws {
        let keys = (0..<60).map { "k\($0)" }
        let s = try await deliveryStream(of: keys, partitions: 4, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        let page = try await consumer.receive()
        #expect(page.events.count == 60 && Set(page.keys) == Set(keys) && page.caughtUp)
        let failed = page.events.prefix(30).map {
            "{\"partition\":\($0["partition"] as? Int ?? -1),\"offset\":\($0["offset"] as? Int ?? -1)}"
        }
        let list = "[\(failed.joined(separator: ","))]"
        let answer = try await consumer.settle("\"release\":\(list),\"ack\":\"all\"")
        #expect(answer.acknowledged == 30 && answer.notHeld.isEmpty, "\(answer)")
        #expect(try await api.open(of: s) == ["noted": 30])
        let rest = try await consumer.receive()
        #expect(Set(rest.places) == Set(page.places.prefix(30)), "\(rest)")
        try await consumer.finish(30)
        #expect(try await api.describe(s)["lag"] as? Int == 0)
    }

    private static func thousand(_ api: SuiteClient) async throws {
        let most = Limits.acknowledgedEvents
        let keys = (0..<most + 1).map { "k\($0)" }
        let settings = ",\"max_open\":4000"
        let s = try await deliveryStream(of: keys, settings: settings, through: api)
        var consumer = SuiteConsumer(in: s, through: api)
        #expect(try await consumer.receive(limit: most).events.count == most)
        let all = Array(0..<most)
        let beyond = "\"ack\":\(JSONBody.places(Array(all.dropLast()))),"
        let refused = try await consumer.settle(
            beyond + "\"release\":\(JSONBody.places([999, 1000]))"
        )
        #expect(refused.status == 400 && refused.details["field"] as? String == "release")
        #expect(refused.details["limit"] as? Int == most, "\(refused)")
        #expect(try await api.open(of: s) == ["held": most])
        let answer = try await consumer.settle("\"ack\":\(JSONBody.places(all))")
        #expect(answer.acknowledged == most && answer.notHeld.isEmpty, "\(answer)")
        #expect(try await consumer.receive().offsets == [most])
    }
}
