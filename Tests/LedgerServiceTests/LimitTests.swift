import APISuite
import LedgerTesting
import Testing

@Suite("Malformed requests")
struct LimitTests {
    @Test("An answer that a function could not give is refused before anything is stored")
    func receipt() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1")
        let key = String(repeating: "k", count: 380)
        let event = JSONBody.event(key: key)
        let body = JSONBody.batch(Array(repeating: event, count: 10_000))
        let refused = await api.call("POST", at: "/streams/s/events", sending: body)
        #expect(refused.status == 400 && refused.details["field"] as? String == "ack", "\(refused)")
        #expect(await api.call("GET", at: "/streams/s/events").events.isEmpty)
        let taken = await api.call("POST", at: "/streams/s/events?ack=summary", sending: body)
        #expect(taken.status == 200, "\(taken)")
    }

    @Test("One call of the largest size is one transaction a partition, however it compresses")
    func largest() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1")
        var random = SeededGenerator(seed: RandomSeed.base)
        let events = (0..<10_000).map { index in
            let noise = (0..<5).map { _ in String(random.next(), radix: 36) }.joined()
            return JSONBody.event(key: "k\(index)", data: "\"\(noise)\"")
        }
        let body = JSONBody.batch(events)
        let answer = await api.call(
            "POST",
            at: "/streams/s/events?ack=summary",
            sending: body,
            headers: [("idempotency-key", "\(body.utf8.count)")]
        )
        let range = (answer.json["partitions"] as? [[String: Int]])?.first
        #expect(range?["first_offset"] == 0 && range?["last_offset"] == 9_999, "\(replay)")
    }

    @Test("A request is taken apart by its bytes: no mark joins a separator, none looks like one")
    func separators() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1")
        await api.publish(to: "s", key: "\u{301}x")
        await api.call("POST", at: "/streams/s/compact")
        #expect(await api.call("GET", at: "/streams/s/compacted/\u{301}x").status == 200)
        let query = await api.call("GET", at: "/streams/s/events?limit=5&\u{301}=1")
        #expect(query.status == 400 && query.details["field"] as? String == "\u{301}")
        // U+037E is a semicolon to who compares characters.
        let type = [(name: "content-type", value: "application/json\u{37e}")]
        let event = JSONBody.event()
        let answer = await api.call("POST", at: "/streams/s/events", sending: event, headers: type)
        #expect(answer.status == 415)
    }

    @Test("What an error repeats of a request is short, however few characters it has")
    func excerpts() async throws {
        let api = try API()
        let name = "a" + String(repeating: "\u{301}", count: 100_000)
        let answer = await api.call("POST", at: "/streams", sending: JSONBody.stream(name))
        #expect(answer.error == "invalid_stream_id" && answer.body.count < 1000)
        let unknown = await api.call("POST", at: "/streams", sending: "{\"\(name)\":1}")
        #expect(unknown.status == 400 && unknown.body.count < 1000)
    }
}

private let replay = RandomSeed.replay("LimitTests")
