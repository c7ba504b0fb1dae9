import APISuite
import LedgerTesting
import Testing

@Suite("Malformed requests")
struct LimitTests {
    @Test("An answer that a function could not give is refused before anything is stored")
    func receipt() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":1")
        let key = String(repeating: "k", count: 380)
        let event = "{\"key\":\"\(key)\",\"type\":\"t\",\"data\":1}"
        let body = "[\(Array(repeating: event, count: 10_000).joined(separator: ","))]"
        let refused = await api.call("POST", "/streams/s/events", body)
        #expect(refused.status == 400 && refused.details["field"] as? String == "ack", "\(refused)")
        #expect(await api.call("GET", "/streams/s/events").events.isEmpty)
        let taken = await api.call("POST", "/streams/s/events?ack=summary", body)
        #expect(taken.status == 200, "\(taken)")
    }

    @Test("One call of the largest size is one transaction a partition, however it compresses")
    func largest() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":1")
        var random = SeededGenerator(seed: RandomSeed.base)
        let events = (0..<10_000).map { index in
            let noise = (0..<5).map { _ in String(random.next(), radix: 36) }.joined()
            return "{\"key\":\"k\(index)\",\"type\":\"t\",\"data\":\"\(noise)\"}"
        }
        let body = "[\(events.joined(separator: ","))]"
        let answer = await api.call(
            "POST",
            "/streams/s/events?ack=summary",
            body,
            headers: [("idempotency-key", "\(body.utf8.count)")]
        )
        let range = (answer.json["partitions"] as? [[String: Int]])?.first
        #expect(range?["first_offset"] == 0 && range?["last_offset"] == 9_999, "\(replay)")
    }

    @Test("No bytes crash it")
    func garbage() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":1")
        let event = "{\"key\":\"\\u00e9\",\"type\":\"t\",\"data\":[1],\"headers\":{\"a\":\"b\"}}"
        let body = Array("{\"events\":[\(event),\(event)]}".utf8)
        var random = SeededGenerator(seed: RandomSeed.base)
        for _ in 0..<3000 {
            var mutated = body
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<mutated.count, using: &random)
                mutated[index] = UInt8.random(in: 0...255, using: &random)
            }
            let answer = await api.call("POST", "/streams/s/events", bytes: mutated)
            #expect([200, 400, 413].contains(answer.status), "\(replay)")
        }
    }
}

private let replay = RandomSeed.replay("LimitTests")
