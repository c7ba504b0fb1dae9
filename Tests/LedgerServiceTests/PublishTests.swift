import LedgerCore
import LedgerTesting
import Testing

@Suite("Publish")
struct PublishTests {
    @Test(
        "Every form of the body is taken, and the answer keeps the request's order",
        arguments: Engine.allCases
    )
    func forms(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":3")
        let event = "{\"key\":\"a\",\"type\":\"t\",\"data\":{}}"
        let other = "{\"data\":[1],\"type\":\"t\",\"key\":\"b\"}"
        let json = await api.call("POST", "/streams/s/events", "[\(event),\(other)]")
        #expect(json.keys == ["a", "b"])
        let batch = await api.call("POST", "/streams/s/events", "{\"events\":[\(other),\(event)]}")
        #expect(batch.keys == ["b", "a"])
        let lines = await api.call(
            "POST",
            "/streams/s/events",
            "\(event)\n\n\(other)\r\n",
            headers: [("content-type", "application/x-ndjson")]
        )
        #expect(lines.keys == ["a", "b"])
        let summary = await api.call("POST", "/streams/s/events?ack=summary", event)
        #expect((summary.json["partitions"] as? [[String: Any]])?.count == 1)
    }

    @Test("Offsets of a partition are contiguous from 0", arguments: Engine.allCases)
    func contiguous(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":1")
        for round in 0..<5 { #expect(await api.publish("s", "k").offsets == [round]) }
        let read = await api.call("GET", "/streams/s/events")
        #expect(read.offsets == [0, 1, 2, 3, 4])
        #expect(read.json["next_offset"] as? Int == 5)
        #expect(read.caughtUp)
    }

    @Test("Data comes back byte for byte", arguments: Engine.allCases)
    func bytes(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":1")
        let values = [
            "1", "-0", "1.0", "1e400", "0.1000000000000000055511151231257827",
            "123456789012345678901",
            "\"\\u0041\\ud83d\\ude00\\/\\b\"", "\"\\ud800\"", "\"é𝄞\"", "true", "false", "[]", "{}",
            "{ \"b\" : 1,\t\"a\":2 , \"b\":3 }", "[1, [2,{\"x\":[null]}]]", "\"\"",
        ]
        for value in values { await api.publish("s", "k", value) }
        let text = await api.call("GET", "/streams/s/events").text
        for value in values { #expect(text.contains("\"data\":\(value),"), "\(value)") }
    }

    @Test("Keys of any Unicode are keys of their own", arguments: Engine.allCases)
    func keys(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":2")
        let long = String(repeating: "k", count: 512)
        let keys = [
            "e\u{301}", "\u{e9}", "a/b", "a%2Fb", "#", " ", "\\n", "\\u0000", long, "a", "aa",
        ]
        for key in keys { await api.publish("s", key) }
        await api.call("POST", "/streams/s/compact")
        let entries = await api.call("GET", "/streams/s/compacted?limit=1000")
        #expect(entries.events.count == keys.count)
        let one = await api.call("GET", "/streams/s/compacted/a%2Fb")
        #expect(one.json["key"] as? String == "a/b")
        #expect(await api.call("GET", "/streams/s/compacted/a/b").body == one.body)
        #expect(await api.call("GET", "/streams/s/compacted?key=a%2Fb").body == one.body)
        #expect(
            await api.call("GET", "/streams/s/compacted/a%252Fb").json["key"] as? String == "a%2Fb"
        )
    }

    @Test("A repeated idempotent publish is stored once", arguments: Engine.allCases)
    func idempotent(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":4")
        let events = (0..<20).map { "{\"key\":\"k\($0)\",\"type\":\"t\",\"data\":\($0)}" }
        let body = "[\(events.joined(separator: ","))]"
        let key = [(name: "idempotency-key", value: "order 1")]
        let first = await api.call("POST", "/streams/s/events", body, headers: key)
        #expect(first.status == 200)
        let again = await api.sibling().call("POST", "/streams/s/events", body, headers: key)
        #expect(again.body == first.body)
        let twins = await withTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<16 {
                group.addTask {
                    await api.call("POST", "/streams/s/events", body, headers: key).body
                }
            }
            return await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(twins == [first.body])
        let other = await api.call("POST", "/streams/s/events", events[0], headers: key)
        #expect(other.status == 422)
        #expect(other.error == "idempotency_key_reused")
        await api.subscribe("s", "all")
        #expect(await api.poll("s", "all", "limit=1000").events.count == 20)
        api.clock.advance(hours: 25)
        #expect(await api.call("POST", "/streams/s/events", events[0], headers: key).status == 200)
    }

    @Test("An expected offset that differs stores nothing", arguments: Engine.allCases)
    func expectedOffset(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":1")
        func publish(
            _ offset: Int,
            _ api: API,
            _ headers: [(name: String, value: String)] = []
        )
            async -> Answer
        {
            let body =
                "{\"expected_offset\":\(offset),\"events\":"
                + "[{\"key\":\"k\",\"type\":\"t\",\"data\":1}]}"
            return await api.call("POST", "/streams/s/events", body, headers: headers)
        }
        #expect(await publish(0, api).status == 200)
        let late = await publish(0, api)
        #expect(late.status == 409 && late.error == "offset_conflict")
        #expect(late.details["next_offset"] as? Int == 1)
        #expect(await publish(2, api).status == 409)
        let sibling = api.sibling()
        #expect(await publish(1, sibling).status == 200)
        // This process still believes that the tail is 1.
        #expect(await publish(2, api).status == 200)
        let key = [(name: "idempotency-key", value: "once")]
        let stored = await publish(3, api, key)
        #expect(await publish(3, sibling, key).body == stored.body)
        #expect(await api.call("GET", "/streams/s/events").events.count == 4)
    }

    @Test("An atomic publish stores all partitions or none", arguments: Engine.allCases)
    func atomic(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":8")
        let events = (0..<40).map { "{\"key\":\"k\($0)\",\"type\":\"t\",\"data\":\($0)}" }
        let body = "{\"atomic\":true,\"events\":[\(events.joined(separator: ","))]}"
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<6 {
                let api = worker < 3 ? api : api.sibling(seed: UInt64(worker))
                group.addTask {
                    for round in 0..<3 {
                        let key = [(name: "idempotency-key", value: "\(worker) \(round)")]
                        let answer = await api.call(
                            "POST",
                            "/streams/s/events",
                            body,
                            headers: key
                        )
                        #expect(answer.status == 200, "\(answer)")
                    }
                }
            }
        }
        await api.subscribe("s", "all")
        #expect(await api.poll("s", "all", "limit=1000").events.count == 40 * 18)
    }

    @Test("A batch larger than a chunk is cut and comes back whole", arguments: Engine.allCases)
    func largeBatch(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":1")
        var generator = SeededGenerator(seed: 7)
        let events = (0..<300).map { index in
            let noise = (0..<300).map { _ in String(generator.next(), radix: 36) }.joined()
            return "{\"key\":\"k\(index)\",\"type\":\"t\",\"data\":\"\(noise.prefix(3000))\"}"
        }
        let answer = await api.call(
            "POST",
            "/streams/s/events",
            "[\(events.joined(separator: ","))]"
        )
        #expect(answer.offsets == Array(0..<300))
        var seen: [Int] = []
        await api.subscribe("s", "all")
        var cursor = ""
        repeat {
            let page = await api.poll("s", "all", "limit=70\(cursor)")
            seen += page.offsets
            cursor = "&cursor=\(page.cursor)"
            if page.caughtUp { break }
        } while seen.count < 400
        #expect(seen == Array(0..<300))
    }
}
