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
        await api.create("s", with: ",\"partition_count\":20,\"retention_hours\":1")
        for round in 0..<20 {
            let events = (0..<100).map { JSONBody.event(key: "k\($0)", data: "\(round)") }
            let body = JSONBody.batch(events)
            #expect(await api.call("POST", at: "/streams/s/events", sending: body).status == 200)
            api.clock.advance(by: .seconds(300))
        }
        let first = await reads(api, logReads)
        let second = await reads(api, logReads)
        // The oldest chunk of each partition expires.
        api.clock.advance(by: .seconds(300))
        let third = await reads(api, logReads)
        print("reads of the log to describe 20 partitions: \(first), then \(second), \(third)")
        // One look at each partition's end.
        #expect(second == 20)
        #expect(third <= 20 * 6 && first > third)
    }

    @Test("A longer retention brings back what is still there; a shorter one holds at once")
    func retention() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":2")
        for index in 0..<5 {
            await api.publish(to: "s", key: "k\(index)")
            api.clock.advance(by: .hours(1))
        }
        #expect(await earliest(api) == 4)
        await api.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":4}")
        #expect(await earliest(api) == 2)
        await api.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":1}")
        #expect(await earliest(api) == 5)
        await api.publish(to: "s", key: "k5")
        #expect(await earliest(api) == 5)
        await api.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":null}")
        #expect(await earliest(api) == 0)
    }

    @Test("What was removed under a retention that this process never saw is not found again")
    func retentionElsewhere() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":null")
        for index in 0..<2 { await api.publish(to: "s", key: "k\(index)") }
        #expect(await earliest(api) == 0)
        let other = api.another()
        await other.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":1}")
        api.clock.advance(by: .hours(2))
        await other.ledger.sweep()
        await other.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":null}")
        await other.publish(to: "s", key: "k2")
        #expect(await earliest(api) == 2)
        let body = JSONBody.subscription("c")
        #expect(await api.call("POST", at: "/streams/s/subscriptions", sending: body).status == 201)
        #expect(await api.poll("s", as: "c").offsets == [2])
    }

    @Test("A row that a removal left behind is no beginning, neither by time nor the earliest")
    func leftBehind() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":null")
        for index in 0..<2 { await api.publish(to: "s", key: "k\(index)") }
        let id = try #require(StreamID("s"))
        let stream = try StreamRow(try #require(await api.table.get(.stream(id))))
        let key = TableKey.chunk(stream.incarnation, stream.partitions[0], .zero)
        let row = try #require(await api.table.get(key))
        await api.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":1}")
        api.clock.advance(by: .hours(2))
        await api.ledger.sweep()
        _ = try await api.table.write(.put(row))
        await api.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":null}")
        await api.publish(to: "s", key: "k2")
        await api.subscribe(to: "s", as: "t", from: "{\"timestamp\":\"2025-01-01T00:00:00Z\"}")
        #expect(await api.poll("s", as: "t").offsets == [2])
        await api.subscribe(to: "s", as: "e")
        #expect(await api.poll("s", as: "e").offsets == [2])
    }

    @Test("A clock that was ahead and is set back leaves nothing behind")
    func clock() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":24")
        await api.publish(to: "s", key: "k")
        api.clock.jump(by: .hours(216))
        // In doubt for an hour, in which nothing expires by it.
        #expect(await earliest(api) == 0)
        api.clock.advance(by: .hours(2))
        #expect(await earliest(api) == 1)
        api.clock.jump(by: .hours(-216))
        #expect(await earliest(api) == 0)
    }

    @Test("A stream that was deleted and made again begins at zero")
    func recreated() async throws {
        let api = try API()
        for _ in 0..<2 {
            await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
            await api.publish(to: "s", key: "k")
            #expect(await earliest(api) == 0)
            api.clock.advance(by: .hours(2))
            #expect(await earliest(api) == 1)
            await api.call("DELETE", at: "/streams/s")
        }
    }

    @Test("What is not visible for longer than a search waits is found by the next")
    func lateBeginning() async throws {
        let table = MemoryTable()
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1")
        for index in 0..<3 { await api.publish(to: "s", key: "k\(index)") }
        let id = try #require(StreamID("s"))
        let stream = try StreamRow(try #require(await table.get(.stream(id))))
        let key = TableKey.chunk(stream.incarnation, stream.partitions[0], .zero)
        let row = try #require(await table.get(key))
        try await table.batchDelete([key])
        #expect(await earliest(api) == 1)
        _ = try await table.write(.put(row))
        #expect(await earliest(api) == 0)
    }

    private func reads(_ api: API, _ counter: CallCounter) async -> Int {
        let before = counter.count
        #expect(await api.call("GET", at: "/streams/s").status == 200)
        return counter.count - before
    }

    private func earliest(_ api: API) async -> Int? {
        let partitions =
            await api.call("GET", at: "/streams/s").json["partitions"] as? [[String: Any]]
        return partitions?.first?["earliest_offset"] as? Int
    }
}
