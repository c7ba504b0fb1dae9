import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@Suite("Deletion jobs")
struct DeletionJobTests {
    @Test("A large one holds up no small one, and both get to their end")
    func fairness() async throws {
        let memory = MemoryTable(deletesLogByItself: true)
        let clock = ManualClock()
        let large = StreamIncarnation(high: 0, low: 1)
        let small = StreamIncarnation(high: 9, low: 1)
        try await leave(12_000, of: large, in: memory, clock)
        try await leave(10, of: small, in: memory, clock)
        clock.advance(by: Limits.deletionGrace)
        let slow = FaultyTable(memory) { call, moment in
            if moment == .before, call.kind == .batchDelete { clock.advance(by: .seconds(1)) }
        }
        let api = API(table: slow, clock: clock)
        // Time for a turn of ten pages each, and for less than the rest of the large one.
        await api.ledger.sweepDue(within: .milliseconds(11_500))
        let left = Set(memory.items.compactMap(\.key.group.stream))
        #expect(left == [large])
        var runs = 1
        while !memory.items.isEmpty(besides: .sweep), runs < 10 {
            await api.ledger.sweepDue(within: .seconds(6))
            runs += 1
        }
        #expect((2..<10).contains(runs), "\(runs) runs")
    }

    @Test("It goes on while the table takes few writes")
    func throttled() async throws {
        let memory = MemoryTable(deletesLogByItself: true)
        let clock = ManualClock()
        try await leave(5_000, of: StreamIncarnation(high: 0, low: 1), in: memory, clock)
        clock.advance(by: Limits.deletionGrace)
        let table = FaultyTable(
            memory,
            plan: FaultPlan { call in
                guard call.kind == .batchDelete, call.index % 4 != 0 else { return nil }
                return .throttle
            }
        )
        let api = API(table: table, clock: clock)
        let report = await api.ledger.sweepDue(within: .seconds(600))
        #expect(report.failures == 0 && report.removedRows == 5_000, "\(report)")
        #expect(memory.items.isEmpty(besides: .sweep))
    }

    @Test("A subscription's row goes after its positions, however many subscriptions there are")
    func subscriptions() async throws {
        let memory = MemoryTable(deletesLogByItself: true)
        let api = API(table: memory)
        await api.create("s", with: ",\"partition_count\":2")
        for index in 0..<20 { await api.publish(to: "s", key: "k\(index)") }
        for index in 0..<30 {
            await api.subscribe(to: "s", as: "u\(index)")
            await api.commit(
                "s",
                as: "u\(index)",
                cursor: await api.poll("s", as: "u\(index)").cursor
            )
        }
        await api.call("DELETE", at: "/streams/s")
        api.clock.advance(by: Limits.deletionGrace)
        #expect(await api.ledger.sweepDue(within: .seconds(60)).failures == 0)
        #expect(memory.items.isEmpty(besides: .sweep))
    }

    /// A job, due after its grace, and rows of its stream's compacted state.
    private func leave(
        _ rows: Int,
        of stream: StreamIncarnation,
        in table: MemoryTable,
        _ clock: ManualClock
    ) async throws {
        let partition = try #require(Partition(0))
        for index in 0..<rows {
            let key = try #require(EventKey(utf8: Array("k\(index)".utf8)))
            _ = try await table.write(.put(Item(.latest(stream, partition, key))))
        }
        let job = DeletionJob(
            stream: stream,
            subscription: nil,
            partitionCount: 1,
            deletedAt: clock.now()
        )
        _ = try await table.write(.put(job.item))
    }
}

extension [Item] {
    /// Whether there are no rows but those of one group.
    fileprivate func isEmpty(besides group: RowGroup) -> Bool {
        allSatisfy { $0.key.group == group }
    }
}
