import LedgerCore
import LedgerTesting
import Testing

/// Reads without a subscription.
extension APISuite {
    static let readChecks = [
        APICheck("A read of all partitions gives each event once, in order", run: wholeStream),
        APICheck(
            "A read of one partition goes on by offset and by cursor alike",
            run: onePartition
        ),
        APICheck("A read begins so many events before each end", run: lastEvents),
        APICheck("A filtered read passes over what does not fit", run: filters),
        APICheck("A read's cursor is refused in any but its own place", run: foreignCursors),
        APICheck("A cursor beyond the end is refused, not passed over", run: beyondTail),
        APICheck("What does not go together in a read is refused", run: combinations),
    ]

    private static func path(_ stream: String, query: String) -> String {
        "/streams/\(stream)/events?\(query)"
    }

    private static func wholeStream(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":3")
        let keys = (0..<20).map { "k\($0)" }
        for key in keys { try await api.publish(to: s, key: key) }
        var seen: [[String: Any]] = []
        var page = try await api.call("GET", at: path(s, query: "limit=3"))
        for _ in 0..<20 where !(page.caughtUp && page.events.isEmpty) {
            #expect(page.status == 200 && page.json["next_offset"] == nil, "\(page)")
            seen += page.events
            page = try await api.call("GET", at: path(s, query: "limit=3&cursor=\(page.cursor)"))
        }
        #expect(Set(seen.map { $0["key"] as? String ?? "" }) == Set(keys) && seen.count == 20)
        for partition in 0..<3 {
            let offsets = seen.filter { $0["partition"] as? Int == partition }
                .map { $0["offset"] as? Int ?? -1 }
            #expect(offsets == Array(0..<offsets.count))
        }
        try await api.publish(to: s, key: "later")
        let more = try await api.call("GET", at: path(s, query: "wait=1&cursor=\(page.cursor)"))
        #expect(more.keys == ["later"])
        #expect(try await api.call("GET", at: path(s, query: "from=latest")).events.isEmpty)
    }

    private static func onePartition(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        for index in 0..<5 { try await api.publish(to: s, key: "k\(index)") }
        let first = try await api.call("GET", at: path(s, query: "partition=0&limit=2"))
        #expect(first.offsets == [0, 1] && first.json["next_offset"] as? Int == 2)
        let byOffset = try await api.call("GET", at: path(s, query: "from=2&limit=2"))
        let byCursor = try await api.call(
            "GET",
            at: path(s, query: "cursor=\(first.cursor)&limit=2")
        )
        #expect(byOffset.offsets == [2, 3] && byOffset.text == byCursor.text)
    }

    private static func lastEvents(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        for index in 0..<5 { try await api.publish(to: s, key: "k\(index)") }
        #expect(try await api.call("GET", at: path(s, query: "last=2")).offsets == [3, 4])
        #expect(
            try await api.call("GET", at: path(s, query: "last=1000")).offsets == [0, 1, 2, 3, 4]
        )
        let two = try await api.stream(",\"partition_count\":2")
        for index in 0..<20 { try await api.publish(to: two, key: "k\(index)") }
        let page = try await api.call("GET", at: path(two, query: "last=1"))
        #expect(Set(page.events.map { $0["partition"] as? Int ?? -1 }) == [0, 1])
        #expect(page.events.count == 2 && page.caughtUp)
    }

    private static func filters(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":3")
        let events = (0..<12).map { index in
            let type = ["order.created", "order.paid", "refund"][index % 3]
            return "{\"key\":\"k\(index % 4)\",\"type\":\"\(type)\",\"data\":\(index)}"
        }
        let body = JSONBody.batch(events)
        #expect(try await api.call("POST", at: path(s, query: ""), sending: body).status == 200)
        let data = { (answer: Answer) in answer.events.map { $0["data"] as? Int ?? -1 }.sorted() }
        let key = try await api.call("GET", at: path(s, query: "key=k1"))
        #expect(data(key) == [1, 5, 9] && key.json["next_offset"] != nil && key.caughtUp)
        let type = try await api.call("GET", at: path(s, query: "type=order.paid"))
        #expect(data(type) == [1, 4, 7, 10] && type.json["scanned"] as? Int == 12)
        let prefix = try await api.call("GET", at: path(s, query: "type=order.*"))
        #expect(data(prefix) == [0, 1, 3, 4, 6, 7, 9, 10])
        let both = try await api.call("GET", at: path(s, query: "key=k1&type=order.*"))
        #expect(data(both) == [1, 9])
        let none = try await api.call("GET", at: path(s, query: "type=none"))
        #expect(none.events.isEmpty && none.caughtUp && none.json["scanned"] as? Int == 12)
        let after = try await api.call("GET", at: path(s, query: "type=none&cursor=\(none.cursor)"))
        #expect(after.json["scanned"] as? Int == 0)
        #expect(try await api.call("GET", at: path(s, query: "limit=1")).json["scanned"] == nil)
    }

    private static func foreignCursors(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        let other = try await api.stream(",\"partition_count\":2")
        try await api.subscribe(to: s, as: "u")
        let cursor = try await api.call("GET", at: path(s, query: "")).cursor
        let one = try await api.call("GET", at: path(s, query: "partition=1")).cursor
        let polled = try await api.poll(s, as: "u").cursor
        for text in ["", "x", cursor + "A", cursor + "=", String(cursor.dropLast()), polled] {
            let answer = try await api.call("GET", at: path(s, query: "cursor=\(text)"))
            #expect(answer.status == 400 && answer.error == "invalid_cursor", "\(text): \(answer)")
        }
        #expect(
            try await api.call("GET", at: path(other, query: "cursor=\(cursor)")).error
                == "invalid_cursor"
        )
        #expect(try await api.poll(s, as: "u", query: "cursor=\(cursor)").error == "invalid_cursor")
        for query in ["partition=0&cursor=\(one)", "partition=0&cursor=\(cursor)"] {
            #expect(
                try await api.call("GET", at: path(s, query: query)).error == "validation_error"
            )
        }
        #expect(
            try await api.call("GET", at: path(s, query: "cursor=\(one)")).json["next_offset"]
                != nil
        )
        #expect(
            try await api.call("GET", at: path(s, query: "partition=1&cursor=\(one)")).status == 200
        )
        #expect(try await api.call("DELETE", at: "/streams/\(s)").status == 200)
        try await api.create(s, with: ",\"partition_count\":2")
        #expect(
            try await api.call("GET", at: path(s, query: "cursor=\(cursor)")).error
                == "invalid_cursor"
        )
    }

    private static func beyondTail(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.publish(to: s, key: "k")
        let text = try await api.call("GET", at: path(s, query: "")).cursor
        let cursor = try #require(ReadCursor.decode(text))
        let offset = try #require(Offset(50))
        let beyond = ReadCursor(stream: cursor.stream, first: cursor.first, offsets: [offset])
        let answer = try await api.call("GET", at: path(s, query: "cursor=\(beyond.encoded)"))
        #expect(answer.status == 409 && answer.error == "position_beyond_tail", "\(answer)")
        #expect(answer.details["partition"] as? Int == 0)
        #expect(answer.details["position"] as? Int == 50)
        #expect(answer.details["next_offset"] as? Int == 1)
        #expect(
            try await api.call("GET", at: path(s, query: "from=50")).error == "offset_out_of_range"
        )
    }

    private static func combinations(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        let cursor = try await api.call("GET", at: path(s, query: "")).cursor
        let own = Partitioner.partition(forKey: Array("k".utf8), count: 2).index
        for (query, field) in [
            ("from=earliest&last=1", "last"), ("from=earliest&cursor=\(cursor)", "cursor"),
            ("last=1&cursor=\(cursor)", "cursor"), ("from=0", "from"), ("last=0", "last"),
            ("last=1001", "last"), ("key=k&partition=\(1 - own)", "key"), ("type=", "type"),
            ("wait=21", "wait"),
        ] {
            let answer = try await api.call("GET", at: path(s, query: query))
            #expect(answer.status == 400 && answer.details["field"] as? String == field, "\(query)")
        }
        #expect(try await api.call("GET", at: path(s, query: "key=")).error == "invalid_event_key")
        #expect(
            try await api.call("GET", at: path(s, query: "key=k&partition=\(own)")).status == 200
        )
        #expect(try await api.call("GET", at: path(s, query: "key=k&from=0")).status == 200)
    }
}
