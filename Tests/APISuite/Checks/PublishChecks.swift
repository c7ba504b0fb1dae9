import LedgerCore
import LedgerTesting
import Testing

/// Publishing, and reading what was published.
extension APISuite {
    static let publishChecks = [
        APICheck(
            "Every form of the body is taken, and the answer keeps the request's order",
            run: forms
        ),
        APICheck("A fault in a line names the line, and one of size the size", run: faults),
        APICheck("Headers that differ by their bytes are two", run: headers),
        APICheck("Offsets of a partition are contiguous from 0", run: contiguous),
        APICheck("Data comes back byte for byte", run: bytes),
        APICheck("Keys of any Unicode are keys of their own", run: keys),
        APICheck("An atomic publish stores all partitions or none", run: atomic),
        APICheck("A batch larger than a chunk is cut and comes back whole", run: largeBatch),
    ]

    private static func forms(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":3")
        let event = JSONBody.event(key: "a", data: "{}")
        let other = "{\"data\":[1],\"type\":\"t\",\"key\":\"b\"}"
        let json = try await api.call(
            "POST",
            at: "/streams/\(s)/events",
            sending: "[\(event),\(other)]"
        )
        #expect(json.keys == ["a", "b"])
        let batch = try await api.call(
            "POST",
            at: "/streams/\(s)/events",
            sending: "{\"events\":[\(other),\(event)]}"
        )
        #expect(batch.keys == ["b", "a"])
        let lines = try await api.call(
            "POST",
            at: "/streams/\(s)/events",
            sending: "\(event)\n\n\(other)\r\n",
            headers: [("content-type", "application/x-ndjson")]
        )
        #expect(lines.keys == ["a", "b"])
        let summary = try await api.call(
            "POST",
            at: "/streams/\(s)/events?ack=summary",
            sending: event
        )
        #expect((summary.json["partitions"] as? [[String: Any]])?.count == 1)
    }

    private static func faults(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        let good = LimitCase.event()
        let large = LimitCase.event(data: "\"\(LimitCase.text(300_000))\"")
        for (line, error, field) in [
            ("[]", "validation_error", "events[1]"),
            ("{\"key\":1}", "invalid_event_key", "events[1].key"),
            ("{\"key\"", "validation_error", "events[1]"),
            (good + "x", "validation_error", "events[1]"),
            (large, "payload_too_large", "events[1]"),
        ] {
            let answer = try await api.call(
                "POST",
                at: "/streams/\(s)/events",
                sending: "\(good)\n\n\(line)\n\(good)\n",
                headers: [("content-type", "application/x-ndjson")]
            )
            #expect(
                answer.error == error && answer.details["field"] as? String == field,
                "\(answer)"
            )
            #expect(answer.details["line"] as? Int == 3, "\(answer)")
            #expect((answer.json["message"] as? String)?.hasPrefix("line 3: ") == true, "\(answer)")
        }
        let answer = try await api.call("POST", at: "/streams/\(s)/events", sending: large)
        #expect(answer.details["size"] as? Int == 300_004, "\(answer)")
        #expect(try await api.call("GET", at: "/streams/\(s)/events").events.isEmpty)
    }

    private static func headers(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        let names = "\"e\u{301}\":\"1\",\"\u{e9}\":\"2\""
        let body = LimitCase.event(rest: ",\"headers\":{\(names)}")
        let answer = try await api.call("POST", at: "/streams/\(s)/events", sending: body)
        #expect(answer.status == 200, "\(answer)")
        #expect(try await api.call("GET", at: "/streams/\(s)/events").text.contains(names))
        let twice = LimitCase.event(rest: ",\"headers\":{\"a\":\"1\",\"\\u0061\":\"2\"}")
        #expect(
            try await api.call("POST", at: "/streams/\(s)/events", sending: twice).status == 400
        )
    }

    private static func contiguous(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        for round in 0..<5 { #expect(try await api.publish(to: s, key: "k").offsets == [round]) }
        let read = try await api.call("GET", at: "/streams/\(s)/events")
        #expect(read.offsets == [0, 1, 2, 3, 4])
        #expect(read.json["next_offset"] as? Int == 5)
        #expect(read.caughtUp)
    }

    private static func bytes(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        let values = [
            "1", "-0", "1.0", "1e400", "0.1000000000000000055511151231257827",
            "123456789012345678901",
            "\"\\u0041\\ud83d\\ude00\\/\\b\"", "\"\\ud800\"", "\"é𝄞\"", "true", "false", "[]", "{}",
            "{ \"b\" : 1,\t\"a\":2 , \"b\":3 }", "[1, [2,{\"x\":[null]}]]", "\"\"",
        ]
        for value in values { try await api.publish(to: s, key: "k", data: value) }
        let text = try await api.call("GET", at: "/streams/\(s)/events").text
        for value in values { #expect(text.contains("\"data\":\(value),"), "\(value)") }
    }

    private static func keys(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        let long = String(repeating: "k", count: 512)
        let keys = [
            "e\u{301}", "\u{e9}", "a/b", "a%2Fb", "#", " ", "\\n", "\\u0000", long, "a", "aa",
        ]
        for key in keys { try await api.publish(to: s, key: key) }
        try await api.call("POST", at: "/streams/\(s)/compact")
        let entries = try await api.call("GET", at: "/streams/\(s)/compacted?limit=1000")
        #expect(entries.events.count == keys.count)
        let one = try await api.call("GET", at: "/streams/\(s)/compacted/a%2Fb")
        #expect(one.json["key"] as? String == "a/b")
        #expect(try await api.call("GET", at: "/streams/\(s)/compacted/a/b").body == one.body)
        #expect(try await api.call("GET", at: "/streams/\(s)/compacted?key=a%2Fb").body == one.body)
        #expect(
            try await api.call("GET", at: "/streams/\(s)/compacted/a%252Fb").json["key"] as? String
                == "a%2Fb"
        )
    }

    private static func atomic(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":8")
        let events = (0..<40).map { JSONBody.event(key: "k\($0)", data: "\($0)") }
        let body = "{\"atomic\":true,\"events\":[\(events.joined(separator: ","))]}"
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<6 {
                let api = worker < 3 ? api : api.sibling()
                group.addTask {
                    for round in 0..<3 {
                        let key = [(name: "idempotency-key", value: "\(worker) \(round)")]
                        // On a slow table other writers can be faster for long.
                        let answer = try await api.persist(Patience(.seconds(300))) {
                            try await api.call(
                                "POST",
                                at: "/streams/\(s)/events",
                                sending: body,
                                headers: key
                            )
                        }
                        #expect(answer.status == 200, "\(answer)")
                    }
                }
            }
            try await group.waitForAll()
        }
        try await api.subscribe(to: s, as: "all")
        #expect(try await api.poll(s, as: "all", query: "limit=1000").events.count == 40 * 18)
    }

    private static func largeBatch(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        var generator = SeededGenerator(seed: 7)
        let events = (0..<300).map { index in
            let noise = (0..<300).map { _ in String(generator.next(), radix: 36) }.joined()
            return JSONBody.event(key: "k\(index)", data: "\"\(noise.prefix(3000))\"")
        }
        let answer = try await api.call(
            "POST",
            at: "/streams/\(s)/events",
            sending: JSONBody.batch(events)
        )
        #expect(answer.offsets == Array(0..<300))
        var seen: [Int] = []
        try await api.subscribe(to: s, as: "all")
        var cursor = ""
        repeat {
            let page = try await api.poll(s, as: "all", query: "limit=70\(cursor)")
            seen += page.offsets
            cursor = "&cursor=\(page.cursor)"
            if page.caughtUp { break }
        } while seen.count < 400
        #expect(seen == Array(0..<300))
    }
}
