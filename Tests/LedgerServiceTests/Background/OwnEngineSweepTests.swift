import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// An engine that leaves its log to the sweep belongs to one process, which knows what can expire.
@Suite("The sweep on an engine of one process")
struct OwnEngineSweepTests {
    @Test("A stream is not looked at before something in it can go, and then it goes")
    func rests() async throws {
        let logReads = CallCounter.ofLogReads()
        let memory = MemoryTable()
        let api = API(table: logReads.watching(memory))
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        await api.create("kept", with: ",\"partition_count\":1,\"retention_hours\":null")
        await api.publish(to: "s", key: "k")
        await api.publish(to: "kept", key: "k")
        await api.ledger.sweep()
        await api.ledger.sweepDue(within: .seconds(60))
        let before = logReads.count
        for _ in 0..<48 {
            api.clock.advance(by: .hours(1))
            await api.ledger.sweepDue(within: .seconds(60))
        }
        // After two days each is looked at, by two reads, whatever was known of it.
        #expect(logReads.count - before <= 4)
        api.clock.advance(by: .hours(6))
        #expect(await api.ledger.sweepDue(within: .seconds(60)).removedRows == 1)
        #expect(chunks(memory).count == 1)
    }

    @Test("A retention that was shortened is looked at in the next round")
    func shortened() async throws {
        let memory = MemoryTable()
        let api = API(table: memory)
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":null")
        await api.publish(to: "s", key: "k")
        await api.ledger.sweep()
        api.clock.advance(by: .hours(10))
        await api.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":5}")
        #expect(await api.ledger.sweepDue(within: .seconds(60)).removedRows == 1)
        #expect(chunks(memory).isEmpty)
    }

    @Test("Nobody needs to know when its tails were seen: that is not written")
    func noMarks() async throws {
        let memory = MemoryTable()
        let api = API(table: memory)
        await api.create("s", with: ",\"partition_count\":1")
        await api.publish(to: "s", key: "k")
        await api.ledger.sweep()
        let rows = memory.items.filter { if case .progress = $0.key { true } else { false } }
        #expect(rows.count == 1 && rows[0].number(.swept) == nil)
    }

    @Test("More expired chunks than one look removes are removed in the same run")
    func manyExpired() async throws {
        let memory = MemoryTable()
        let api = API(table: memory)
        await api.create(
            "s",
            with: ",\"partition_count\":1,\"retention_hours\":1,\"compaction\":false"
        )
        await api.publish(to: "s", key: "k")
        let count = Limits.sweepPages * Limits.sweepPageRows + 10
        try await repeatChunk(until: count, in: memory)
        await api.ledger.sweep()
        api.clock.advance(by: .hours(50))
        #expect(await api.ledger.sweepDue(within: .seconds(60)).removedRows == count)
        #expect(chunks(memory).isEmpty)
    }

    /// A log of so many chunks that differ only in their offset.
    private func repeatChunk(until end: Int, in table: MemoryTable) async throws {
        let first = try #require(chunks(table).first)
        guard case .chunk(let stream, let partition, let zero) = first.key else { return }
        for offset in 1..<end {
            var item = Item(.chunk(stream, partition, zero.advanced(by: offset)))
            for name in Attribute.allCases { item[name] = first[name] }
            _ = try await table.write(.put(item))
        }
    }

    private func chunks(_ table: MemoryTable) -> [Item] {
        table.items.filter { if case .chunk = $0.key { true } else { false } }
    }
}
