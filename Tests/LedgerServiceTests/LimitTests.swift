import APISuite
import LedgerTesting
import Testing

@Suite("Malformed requests")
struct LimitTests {
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
