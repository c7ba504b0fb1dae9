import LedgerCore
import LedgerTesting
import Testing

/// Polling, waiting and listing.
extension APISuite {
    static let subscriptionChecks = [
        APICheck("Poll, commit and poll again", run: pollAndCommit),
        APICheck("No partition starves, whatever the limit", run: fairness),
        APICheck("A waiting poll ends when its time is over", run: longPollEnds),
        APICheck("Lists go page by page", run: lists),
    ]

    private static func pollAndCommit(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        for index in 0..<10 { try await api.publish(to: s, key: "k\(index)") }
        try await api.subscribe(to: s, as: "u")
        let begun = try await api.call("GET", at: "/streams/\(s)/subscriptions/u")
        #expect(begun.json["lag"] as? Int == 10)
        #expect(try #require(begun.json["lag_seconds"] as? Int) >= 0)
        let first = try await api.poll(s, as: "u", query: "limit=4")
        #expect(first.events.count == 4 && !first.caughtUp)
        #expect(try await api.poll(s, as: "u", query: "limit=4").body == first.body)
        #expect(try await api.commit(s, as: "u", cursor: first.cursor).status == 200)
        let second = try await api.poll(s, as: "u")
        #expect(second.events.count == 6 && second.caughtUp)
        #expect(Set(first.keys + second.keys).count == 10)
        try await api.commit(s, as: "u", cursor: second.cursor)
        // An older cursor moves nothing.
        #expect(try await api.commit(s, as: "u", cursor: first.cursor).status == 200)
        #expect(try await api.poll(s, as: "u").events.isEmpty)
        let state = try await api.call("GET", at: "/streams/\(s)/subscriptions/u")
        #expect(state.json["lag"] as? Int == 0 && state.json["lag_seconds"] as? Int == 0)
    }

    private static func fairness(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":3")
        for index in 0..<300 { try await api.publish(to: s, key: "k\(index % 90)") }
        for limit in [1, 2, 3, 7] {
            try await api.subscribe(to: s, as: "u\(limit)")
            var seen: [Int: Int] = [:]
            for _ in 0..<60 / limit {
                let page = try await api.poll(s, as: "u\(limit)", query: "limit=\(limit)")
                for event in page.events {
                    seen[event["partition"] as? Int ?? -1, default: 0] += 1
                }
                try await api.commit(s, as: "u\(limit)", cursor: page.cursor)
            }
            let counts = seen.values.sorted()
            #expect(counts.count == 3 && counts[2] - counts[0] <= limit + 1, "\(limit): \(seen)")
        }
    }

    private static func longPollEnds(_ api: SuiteClient) async throws {
        let s = try await api.stream()
        try await api.subscribe(to: s, as: "u", from: "\"latest\"")
        let page = try await api.poll(s, as: "u", query: "wait=0.2")
        #expect(page.status == 200 && page.events.isEmpty && page.caughtUp)
    }

    private static func lists(_ api: SuiteClient) async throws {
        var names: Set<String> = []
        for _ in 0..<7 { names.insert(try await api.stream(",\"partition_count\":1")) }
        let s = names.sorted()[0]
        for index in 0..<5 { try await api.subscribe(to: s, as: "u\(index)") }
        let streams = try await list("stream_id", of: "streams", at: "/streams", through: api)
        // Others may have streams here too.
        #expect(Set(streams).isSuperset(of: names))
        #expect(Set(streams).count == streams.count)
        let path = "/streams/\(s)/subscriptions"
        let found = try await list("subscription_id", of: "subscriptions", at: path, through: api)
        #expect(found.sorted() == (0..<5).map { "u\($0)" })
        #expect(try await api.call("GET", at: "/streams?next=zzz").status == 400)
    }

    /// The values of one member of all entries of a list, read page by page.
    private static func list(
        _ name: String,
        of member: String,
        at path: String,
        through api: SuiteClient
    ) async throws -> [String] {
        var found: [String] = []
        var next = ""
        while found.count < 10_000 {
            let page = try await api.call("GET", at: "\(path)?limit=2\(next)")
            let entries = page.json[member] as? [[String: Any]] ?? []
            #expect(entries.count <= 2)
            found += entries.compactMap { $0[name] as? String }
            guard let token = page.json["next"] as? String else { return found }
            next = "&next=\(token)"
        }
        return found
    }
}
