import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@Suite("Earliest offsets")
struct EarliestTests {
    @Test("They are searched for once, and again only where they may have moved")
    func remembered() async throws {
        let logReads = CallCounter.ofLogReads()
        let api = API(table: logReads.watching(MemoryTable()))
        await api.stream("s", ",\"partition_count\":20,\"retention_hours\":1")
        for round in 0..<20 {
            let events = (0..<100).map { "{\"key\":\"k\($0)\",\"type\":\"t\",\"data\":\(round)}" }
            let body = "[\(events.joined(separator: ","))]"
            #expect(await api.call("POST", "/streams/s/events", body).status == 200)
            api.clock.advance(milliseconds: 300_000)
        }
        let first = await reads(api, logReads)
        let second = await reads(api, logReads)
        // The oldest chunk of each partition expires.
        api.clock.advance(milliseconds: 300_000)
        let third = await reads(api, logReads)
        print("reads of the log to describe 20 partitions: \(first), then \(second), \(third)")
        // One look at each partition's end.
        #expect(second == 20)
        #expect(third <= 20 * 6 && first > third)
    }

    @Test("A longer retention brings back what is still there; a shorter one holds at once")
    func retention() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":1,\"retention_hours\":2")
        for index in 0..<5 {
            await api.publish("s", "k\(index)")
            api.clock.advance(hours: 1)
        }
        #expect(await earliest(api) == 4)
        await api.call("PATCH", "/streams/s", "{\"retention_hours\":4}")
        #expect(await earliest(api) == 2)
        await api.call("PATCH", "/streams/s", "{\"retention_hours\":1}")
        #expect(await earliest(api) == 5)
        await api.publish("s", "k5")
        #expect(await earliest(api) == 5)
        await api.call("PATCH", "/streams/s", "{\"retention_hours\":null}")
        #expect(await earliest(api) == 0)
    }

    @Test("A clock that was ahead and is set back leaves nothing behind")
    func clock() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":1,\"retention_hours\":24")
        await api.publish("s", "k")
        api.clock.jump(milliseconds: 9 * 86_400_000)
        // In doubt for an hour, in which nothing expires by it.
        #expect(await earliest(api) == 0)
        api.clock.advance(hours: 2)
        #expect(await earliest(api) == 1)
        api.clock.jump(milliseconds: -9 * 86_400_000)
        #expect(await earliest(api) == 0)
    }

    @Test("A stream that was deleted and made again begins at zero")
    func recreated() async throws {
        let api = try API()
        for _ in 0..<2 {
            await api.stream("s", ",\"partition_count\":1,\"retention_hours\":1")
            await api.publish("s", "k")
            #expect(await earliest(api) == 0)
            api.clock.advance(hours: 2)
            #expect(await earliest(api) == 1)
            await api.call("DELETE", "/streams/s")
        }
    }

    private func reads(_ api: API, _ counter: CallCounter) async -> Int {
        let before = counter.count
        #expect(await api.call("GET", "/streams/s").status == 200)
        return counter.count - before
    }

    private func earliest(_ api: API) async -> Int? {
        let partitions = await api.call("GET", "/streams/s").json["partitions"] as? [[String: Any]]
        return partitions?.first?["earliest_offset"] as? Int
    }
}
