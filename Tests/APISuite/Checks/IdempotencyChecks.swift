import LedgerCore
import LedgerTesting
import Testing

/// Publishes that depend on what was stored before.
extension APISuite {
    static let idempotencyChecks = [
        APICheck("A repeated idempotent publish is stored once", run: idempotent),
        APICheck("An expected offset that differs stores nothing", run: expectedOffset),
    ]

    private static func idempotent(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":4")
        let events = (0..<20).map { JSONBody.event(key: "k\($0)", data: "\($0)") }
        let body = JSONBody.batch(events)
        let key = [(name: "idempotency-key", value: "order 1")]
        let first = try await api.call(
            "POST",
            at: "/streams/\(s)/events",
            sending: body,
            headers: key
        )
        #expect(first.status == 200)
        let again = try await api.sibling().call(
            "POST",
            at: "/streams/\(s)/events",
            sending: body,
            headers: key
        )
        #expect(again.body == first.body)
        let twins = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await api.call(
                        "POST",
                        at: "/streams/\(s)/events",
                        sending: body,
                        headers: key
                    ).body
                }
            }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(twins == [first.body])
        let other = try await api.call(
            "POST",
            at: "/streams/\(s)/events",
            sending: events[0],
            headers: key
        )
        #expect(other.status == 422)
        #expect(other.error == "idempotency_key_reused")
        try await api.subscribe(to: s, as: "all")
        #expect(try await api.poll(s, as: "all", query: "limit=1000").events.count == 20)
    }

    private static func expectedOffset(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        func publish(
            at offset: Int,
            through api: SuiteClient,
            headers: [(name: String, value: String)] = []
        ) async throws -> Answer {
            let body =
                "{\"expected_offset\":\(offset),\"events\":"
                + "[{\"key\":\"k\",\"type\":\"t\",\"data\":1}]}"
            return try await api.call(
                "POST",
                at: "/streams/\(s)/events",
                sending: body,
                headers: headers
            )
        }
        #expect(try await publish(at: 0, through: api).status == 200)
        let late = try await publish(at: 0, through: api)
        #expect(late.status == 409 && late.error == "offset_conflict")
        #expect(late.details["next_offset"] as? Int == 1)
        #expect(try await publish(at: 2, through: api).status == 409)
        let sibling = api.sibling()
        #expect(try await publish(at: 1, through: sibling).status == 200)
        // This process still believes that the tail is 1.
        #expect(try await publish(at: 2, through: api).status == 200)
        let key = [(name: "idempotency-key", value: "once")]
        let stored = try await publish(at: 3, through: api, headers: key)
        #expect(try await publish(at: 3, through: sibling, headers: key).body == stored.body)
        #expect(try await api.call("GET", at: "/streams/\(s)/events").events.count == 4)
    }
}
