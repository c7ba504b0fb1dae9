import LedgerCore
import LedgerTesting
import Testing

/// Compacted state and bootstrap.
extension APISuite {
    static let compactionChecks = [
        APICheck("The compacted state is the fold of the log", run: fold),
        APICheck(
            "A new subscriber ends with the fold, while publishing and folding go on",
            run: bootstrap
        ),
        APICheck("Without compaction its calls are refused", run: disabled),
        APICheck("Compacted pages skip no key and repeat none", run: pages),
    ]

    static let quietCompactionChecks = [
        APICheck(
            "Events of the snapshot say so, and are complete with headers",
            needs: .quiet,
            run: snapshotMark
        )
    ]

    private static func fold(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":3")
        for index in 0..<60 {
            try await api.publish(to: s, key: "k\(index % 10)", data: "\(index)")
        }
        for index in 0..<3 { try await api.publish(to: s, key: "k\(index)", data: "null") }
        let done = try await api.call("POST", at: "/streams/\(s)/compact")
        #expect(done.status == 200)
        let state = try await api.call("GET", at: "/streams/\(s)/compacted?limit=1000")
        #expect(Set(state.keys) == Set((3..<10).map { "k\($0)" }))
        #expect(
            try await api.call("GET", at: "/streams/\(s)/compacted/k1").error == "key_not_found"
        )
        #expect(
            try await api.call("GET", at: "/streams/\(s)/compacted/k9").json["data"] as? Int == 59
        )
        // Again, and by someone else: nothing changes.
        try await api.sibling().call("POST", at: "/streams/\(s)/compact")
        #expect(
            try await api.call("GET", at: "/streams/\(s)/compacted?limit=1000").body == state.body
        )
    }

    private static func bootstrap(_ api: SuiteClient) async throws {
        let seed = RandomSeed.base
        var random = SeededGenerator(seed: seed)
        let s = try await api.stream(",\"partition_count\":2")
        var truth: [String: String] = [:]
        func step() async throws {
            let key = "k\(Int.random(in: 0..<12, using: &random))"
            let value =
                Int.random(in: 0..<4, using: &random) == 0
                ? "null" : "\(Int.random(in: 0..<1000, using: &random))"
            truth[key] = value == "null" ? nil : value
            try await api.publish(to: s, key: key, data: value)
            if Int.random(in: 0..<5, using: &random) == 0 {
                try await api.call("POST", at: "/streams/\(s)/compact")
            }
        }
        for _ in 0..<40 { try await step() }
        try await api.subscribe(to: s, as: "u", from: "\"compacted\"")
        var state: [String: String] = [:]
        var last: [String: Int] = [:]
        var isDone = false
        var steps = 0
        while !isDone {
            steps += 1
            if steps < 30 { try await step() }
            let page = try await api.poll(
                s,
                as: "u",
                query: "limit=\(Int.random(in: 1...4, using: &random))"
            )
            #expect(page.status == 200, "\(replay): \(page)")
            for event in page.events {
                let key = event["key"] as? String ?? ""
                let offset = event["offset"] as? Int ?? -1
                #expect(last[key] ?? -1 < offset, "\(replay): \(key) went back")
                last[key] = offset
                state[key] = (event["data"] as? Int).map(String.init)
            }
            try await api.commit(s, as: "u", cursor: page.cursor)
            isDone = page.caughtUp && steps >= 30
        }
        #expect(state == truth, "\(replay)")
    }

    private static func disabled(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"compaction\":false")
        for (method, path, body) in [
            ("GET", "/streams/\(s)/compacted", ""), ("GET", "/streams/\(s)/compacted/k", ""),
            ("POST", "/streams/\(s)/compact", ""),
            (
                "POST", "/streams/\(s)/subscriptions",
                JSONBody.subscription("u", from: "\"compacted\"")
            ),
        ] {
            let answer = try await api.call(method, at: path, sending: body)
            #expect(answer.status == 409 && answer.error == "compaction_disabled", "\(path)")
        }
        #expect(!(try await api.call("GET", at: "/streams/\(s)").text.contains("compacted_up_to")))
    }

    private static func pages(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":4")
        for index in 0..<50 {
            try await api.publish(to: s, key: "k\(index)", data: index % 3 == 0 ? "null" : "1")
        }
        try await api.call("POST", at: "/streams/\(s)/compact")
        var seen: [String] = []
        var next = ""
        while true {
            let page = try await api.call("GET", at: "/streams/\(s)/compacted?limit=7\(next)")
            seen += page.keys
            guard let token = page.json["next"] as? String else { break }
            next = "&next=\(token)"
        }
        #expect(seen.sorted() == (0..<50).filter { $0 % 3 != 0 }.map { "k\($0)" }.sorted())
    }

    private static func snapshotMark(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.call(
            "POST",
            at: "/streams/\(s)/events",
            sending:
                "{\"key\":\"a\",\"type\":\"t\",\"data\":{\"x\":1},\"headers\":{\"h\":\"\\u00e9\"}}"
        )
        try await api.call("POST", at: "/streams/\(s)/compact")
        try await api.publish(to: s, key: "b")
        try await api.subscribe(to: s, as: "u", from: "\"compacted\"")
        let page = try await api.poll(s, as: "u")
        try #require(page.keys == ["a", "b"])
        #expect(page.events[0]["snapshot"] as? Bool == true)
        #expect(page.events[0]["headers"] as? [String: String] == ["h": "é"])
        #expect(page.events[1]["snapshot"] == nil)
        let state = try await api.call("GET", at: "/streams/\(s)/subscriptions/u")
        #expect(state.text.contains("\"bootstrapping\":true"))
    }
}
