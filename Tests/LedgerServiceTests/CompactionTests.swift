import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@Suite("Compaction and bootstrap")
struct CompactionTests {
    @Test(
        "A new subscriber ends with the fold, while publishing and folding go on",
        arguments: RandomSeed.cases(30)
    )
    func bootstrap(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let api = try API(seed: seed)
        await api.create("s", with: ",\"partition_count\":2")
        var truth: [String: String] = [:]
        func step() async {
            let key = "k\(Int.random(in: 0..<12, using: &random))"
            let value =
                Int.random(in: 0..<4, using: &random) == 0
                ? "null" : "\(Int.random(in: 0..<1000, using: &random))"
            truth[key] = value == "null" ? nil : value
            await api.publish(to: "s", key: key, data: value)
            if Int.random(in: 0..<5, using: &random) == 0 {
                await api.call("POST", at: "/streams/s/compact")
            }
        }
        for _ in 0..<40 { await step() }
        await api.subscribe(to: "s", as: "u", from: "\"compacted\"")
        var state: [String: String] = [:]
        var last: [String: Int] = [:]
        var isDone = false
        var steps = 0
        while !isDone {
            steps += 1
            if steps < 30 { await step() }
            let page = await api.poll(
                "s",
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
            await api.commit("s", as: "u", cursor: page.cursor)
            isDone = page.caughtUp && steps >= 30
        }
        #expect(state == truth, "\(replay)")
    }
}

private let replay = RandomSeed.replay("CompactionTests")
