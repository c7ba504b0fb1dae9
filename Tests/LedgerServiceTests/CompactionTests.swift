import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@Suite("Compaction and bootstrap")
struct CompactionTests {
    @Test("The compacted state is the fold of the log", arguments: Engine.allCases)
    func fold(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":3")
        for index in 0..<60 { await api.publish("s", "k\(index % 10)", "\(index)") }
        for index in 0..<3 { await api.publish("s", "k\(index)", "null") }
        let done = await api.call("POST", "/streams/s/compact")
        #expect(done.status == 200)
        let state = await api.call("GET", "/streams/s/compacted?limit=1000")
        #expect(Set(state.keys) == Set((3..<10).map { "k\($0)" }))
        #expect(await api.call("GET", "/streams/s/compacted/k1").error == "key_not_found")
        #expect(await api.call("GET", "/streams/s/compacted/k9").json["data"] as? Int == 59)
        // Again, and by someone else: nothing changes.
        await api.sibling().call("POST", "/streams/s/compact")
        #expect(await api.call("GET", "/streams/s/compacted?limit=1000").body == state.body)
    }

    @Test(
        "A new subscriber ends with the fold, while publishing and folding go on",
        arguments: 0..<30 as Range<UInt64>
    )
    func bootstrap(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let api = try API(seed: seed)
        await api.stream("s", ",\"partition_count\":2")
        var truth: [String: String] = [:]
        func step() async {
            let key = "k\(Int.random(in: 0..<12, using: &random))"
            let value =
                Int.random(in: 0..<4, using: &random) == 0
                ? "null" : "\(Int.random(in: 0..<1000, using: &random))"
            truth[key] = value == "null" ? nil : value
            await api.publish("s", key, value)
            if Int.random(in: 0..<5, using: &random) == 0 {
                await api.call("POST", "/streams/s/compact")
            }
        }
        for _ in 0..<40 { await step() }
        await api.subscribe("s", "u", "\"compacted\"")
        var state: [String: String] = [:]
        var last: [String: Int] = [:]
        var isDone = false
        var steps = 0
        while !isDone {
            steps += 1
            if steps < 30 { await step() }
            let page = await api.poll("s", "u", "limit=\(Int.random(in: 1...4, using: &random))")
            #expect(page.status == 200, "seed \(seed): \(page)")
            for event in page.events {
                let key = event["key"] as? String ?? ""
                let offset = event["offset"] as? Int ?? -1
                #expect(last[key] ?? -1 < offset, "seed \(seed): \(key) went back")
                last[key] = offset
                state[key] = (event["data"] as? Int).map(String.init)
            }
            await api.commit("s", "u", page.cursor)
            isDone = page.caughtUp && steps >= 30
        }
        #expect(state == truth, "seed \(seed)")
    }

    @Test("Events of the snapshot say so, and are complete with headers")
    func snapshotMark() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":1")
        await api.call(
            "POST",
            "/streams/s/events",
            "{\"key\":\"a\",\"type\":\"t\",\"data\":{\"x\":1},\"headers\":{\"h\":\"\\u00e9\"}}"
        )
        await api.call("POST", "/streams/s/compact")
        await api.publish("s", "b")
        await api.subscribe("s", "u", "\"compacted\"")
        let page = await api.poll("s", "u")
        #expect(page.keys == ["a", "b"])
        #expect(page.events[0]["snapshot"] as? Bool == true)
        #expect(page.events[0]["headers"] as? [String: String] == ["h": "é"])
        #expect(page.events[1]["snapshot"] == nil)
        let state = await api.call("GET", "/streams/s/subscriptions/u")
        #expect(state.text.contains("\"bootstrapping\":true"))
    }

    @Test("Without compaction its calls are refused")
    func disabled() async throws {
        let api = try API()
        await api.stream("s", ",\"compaction\":false")
        for (method, path, body) in [
            ("GET", "/streams/s/compacted", ""), ("GET", "/streams/s/compacted/k", ""),
            ("POST", "/streams/s/compact", ""),
            (
                "POST", "/streams/s/subscriptions",
                "{\"subscription_id\":\"u\",\"start_from\":\"compacted\"}"
            ),
        ] {
            let answer = await api.call(method, path, body)
            #expect(answer.status == 409 && answer.error == "compaction_disabled", "\(path)")
        }
        #expect(!(await api.call("GET", "/streams/s").text.contains("compacted_up_to")))
    }

    @Test("Compacted pages skip no key and repeat none")
    func pages() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":4")
        for index in 0..<50 { await api.publish("s", "k\(index)", index % 3 == 0 ? "null" : "1") }
        await api.call("POST", "/streams/s/compact")
        var seen: [String] = []
        var next = ""
        while true {
            let page = await api.call("GET", "/streams/s/compacted?limit=7\(next)")
            seen += page.keys
            guard let token = page.json["next"] as? String else { break }
            next = "&next=\(token)"
        }
        #expect(seen.sorted() == (0..<50).filter { $0 % 3 != 0 }.map { "k\($0)" }.sorted())
    }
}
