import LedgerCore
import LedgerTesting
import Testing

/// Subscriptions that are for some events only, and commits of a part of a page.
extension APISuite {
    static let filterChecks = [
        APICheck(
            "A subscription with a filter gets what fits, and passes over the rest",
            run: filter
        ),
        APICheck("Another filter holds from the next poll on, and moves nothing", run: otherFilter),
        APICheck(
            "A filter looks at the latest event of a key while state is read",
            run: stateFilter
        ),
        APICheck("Part of a page can be committed, but nothing outside of it", run: partOfPage),
    ]

    /// Publishes one event of a type, which must succeed.
    private static func publish(
        _ type: String,
        key: String,
        to stream: String,
        through api: SuiteClient
    ) async throws {
        let body = "{\"key\":\"\(key)\",\"type\":\"\(type)\",\"data\":1}"
        let answer = try await api.call("POST", at: "/streams/\(stream)/events", sending: body)
        #expect(answer.status == 200, "\(answer)")
    }

    private static func subscribe(
        to stream: String,
        as name: String,
        from start: String = "earliest",
        filter: String,
        through api: SuiteClient
    ) async throws {
        let answer = try await api.call(
            "POST",
            at: "/streams/\(stream)/subscriptions",
            sending: """
                {"subscription_id":"\(name)","start_from":"\(start)","filter":\(filter)}
                """
        )
        #expect(answer.status == 201, "\(answer)")
    }

    private static func filter(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        for index in 0..<12 {
            let type = ["order.created", "order.paid", "refund", "order"][index % 4]
            try await publish(
                type,
                key: index < 6 ? "eu-\(index)" : "us-\(index)",
                to: s,
                through: api
            )
        }
        let cases: [(filter: String, count: Int)] = [
            (#"{"types":["order.*"]}"#, 6), (#"{"types":["order"]}"#, 3),
            (#"{"types":["refund","order.p*"]}"#, 6), (#"{"keys":["eu-*"]}"#, 6),
            (#"{"types":["order.*"],"keys":["eu-1","us-*"]}"#, 3), (#"{"types":["*"]}"#, 12),
            (#"{"types":["none"]}"#, 0), ("null", 12),
        ]
        for (index, (filter, count)) in cases.enumerated() {
            let name = "u\(index)"
            try await subscribe(to: s, as: name, filter: filter, through: api)
            let page = try await api.poll(s, as: name)
            #expect(page.events.count == count && page.caughtUp, "\(filter): \(page)")
            try await api.commit(s, as: name, cursor: page.cursor)
            // What was passed over is behind the subscription too.
            let state = try await api.call("GET", at: "/streams/\(s)/subscriptions/\(name)")
            #expect(state.json["lag"] as? Int == 0)
            #expect((state.json["filter"] == nil) == (filter == "null"))
        }
    }

    private static func otherFilter(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        for type in ["a", "b", "a", "b"] { try await publish(type, key: "k", to: s, through: api) }
        try await subscribe(to: s, as: "u", filter: #"{"types":["a"]}"#, through: api)
        let first = try await api.poll(s, as: "u", query: "limit=1")
        #expect(first.offsets == [0])
        let path = "/streams/\(s)/subscriptions/u"
        let changed = try await api.call("PATCH", at: path, sending: #"{"filter":{"types":["b"]}}"#)
        #expect(changed.status == 200 && changed.json["filter"] != nil)
        // The cursor is as good as before, and goes beyond the b that its page passed over.
        #expect(try await api.commit(s, as: "u", cursor: first.cursor).status == 200)
        #expect(try await api.poll(s, as: "u").offsets == [3])
        let all = try await api.call("PATCH", at: path, sending: #"{"filter":null}"#)
        #expect(all.status == 200 && all.json["filter"] == nil)
        #expect(try await api.poll(s, as: "u").offsets == [2, 3])
        try await api.call(
            "POST",
            at: path + "/seek",
            sending: #"{"to":"earliest"}"#
        )
        #expect(try await api.poll(s, as: "u").events.count == 4)
    }

    private static func stateFilter(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        // The latest event of k is no longer of type a, and that of l is.
        try await publish("a", key: "k", to: s, through: api)
        try await publish("b", key: "k", to: s, through: api)
        try await publish("b", key: "l", to: s, through: api)
        try await publish("a", key: "l", to: s, through: api)
        let folded = try await api.call("POST", at: "/streams/\(s)/compact")
        #expect(folded.status == 200)
        try await subscribe(
            to: s,
            as: "u",
            from: "compacted",
            filter: #"{"types":["a"]}"#,
            through: api
        )
        let page = try await api.poll(s, as: "u")
        #expect(page.keys == ["l"] && page.caughtUp)
    }

    private static func partOfPage(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        for index in 0..<40 { try await api.publish(to: s, key: "k\(index)") }
        try await api.subscribe(to: s, as: "u")
        let page = try await api.poll(s, as: "u", query: "limit=20")
        let mine = page.events.filter { $0["partition"] as? Int == 0 }.compactMap {
            $0["offset"] as? Int
        }
        let (first, last) = (mine[0], mine[mine.count - 1])
        func commit(_ offsets: String) async throws -> Answer {
            try await api.call(
                "POST",
                at: "/streams/\(s)/subscriptions/u/commit",
                sending: #"{"cursor":"\#(page.cursor)","offsets":\#(offsets)}"#
            )
        }
        for wrong in [#"{"0":\#(last + 2)}"#, #"{"0":-1}"#, #"{"x":1}"#] {
            #expect(try await commit(wrong).status == 400, "\(wrong)")
        }
        #expect(try await commit(#"{"2":0}"#).status == 404)
        #expect(try await commit(#"{"0":\#(first + 3)}"#).status == 200)
        // A repetition is as good, and what is behind the commit can't be gone back to.
        #expect(try await commit(#"{"0":\#(first + 3)}"#).status == 200)
        #expect(try await commit(#"{"0":\#(first + 2)}"#).status == 400)
        let rest = try await api.poll(s, as: "u", query: "limit=100")
        let again = rest.events.filter { $0["partition"] as? Int == 0 }
        #expect(again.first?["offset"] as? Int == first + 3)
        let seen = Set(page.keys.prefix(page.keys.count) + rest.keys)
        #expect(seen.count == 40)
        // The other partition is where the cursor is.
        let others = page.events.filter { $0["partition"] as? Int == 1 }.count
        #expect(
            rest.events.filter { $0["partition"] as? Int == 1 }.first?["offset"] as? Int == others
        )
        #expect(try await commit("{}").status == 200)
    }
}
