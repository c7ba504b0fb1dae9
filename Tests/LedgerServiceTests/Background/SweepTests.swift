import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@Suite("The sweep's rounds")
struct SweepTests {
    @Test("A round that is cut short goes on where it was, in whatever process, and looks once")
    func goesOn() async throws {
        let streams = try await ManyStreams(
            50,
            deletesLogByItself: true,
            callTime: .milliseconds(10)
        )
        var runs = 0
        while runs < 50, try await streams.swept(50).contains(nil) {
            let node = API(table: streams.table, seed: UInt64(runs), clock: streams.clock)
            await node.ledger.sweepDue(within: .milliseconds(200))
            streams.clock.advance(by: .seconds(60))
            runs += 1
        }
        #expect(try await !streams.swept(50).contains(nil))
        #expect(runs > 3, "a fifth of a second was enough for \(50 / max(runs, 1)) streams")
        // Each run: jobs, rings, the row, its lease, its cursor, its end, what expired. Each stream: three calls.
        #expect(streams.callCount <= 50 * 3 + runs * 8, "\(streams.callCount) in \(runs) runs")
        let before = streams.callCount
        let node = API(table: streams.table, seed: 99, clock: streams.clock)
        #expect(await node.ledger.sweepDue(within: .seconds(60)).streams == 0)
        #expect(streams.callCount - before == 4)
    }

    @Test("A stream that can't be read holds up no other")
    func damagedStream() async throws {
        let streams = try await ManyStreams(20, deletesLogByItself: true)
        _ = try await streams.memory.write(.put(Item(.stream(try ManyStreams.name(10)))))
        let api = API(table: streams.table, clock: streams.clock)
        let report = await api.ledger.sweepDue(within: .seconds(60))
        #expect(report.streams == 20 && report.failures == 1)
        let swept = try await streams.swept(20)
        #expect(swept.indices.filter { swept[$0] == nil } == [10])
    }

    @Test("A row that the engine refuses to read is passed by, and no other")
    func unreadableRow() async throws {
        let streams = try await ManyStreams(20, deletesLogByItself: true)
        let bad = TableKey.stream(try ManyStreams.name(7))
        let table = UnreadableTable(streams.memory, row: bad)
        let api = API(table: table, clock: streams.clock)
        #expect(await api.ledger.sweepDue(within: .seconds(60)).failures == 1)
        let swept = try await streams.swept(20)
        #expect(swept.indices.filter { swept[$0] == nil } == [7])
    }

    @Test("A partition that can't be read holds up no other, and is looked at again")
    func failingPartition() async throws {
        let memory = MemoryTable(deletesLogByItself: true)
        let table = FaultyTable(memory)
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":3")
        await api.create("t", with: ",\"partition_count\":1")
        table.follow(
            FaultPlan { call in
                guard case .log(_, let partition)? = call.groups.first, partition.index == 1
                else { return nil }
                return .failBefore(.unavailable)
            }
        )
        let report = await api.ledger.sweepDue(within: .seconds(60))
        #expect(report.streams == 2 && report.failures == 1)
        #expect(progress(memory).count == 3)
        table.follow(.none)
        api.clock.advance(by: Limits.sweepEvery)
        #expect(await api.ledger.sweepDue(within: .seconds(60)).failures == 0)
        #expect(progress(memory).count == 4)
    }

    @Test("A process that begins asks for a round, and gets it once")
    func wantedRound() async throws {
        let streams = try await ManyStreams(5, deletesLogByItself: true)
        let api = API(table: streams.table, clock: streams.clock)
        #expect(await api.ledger.sweepDue(within: .seconds(60)).streams == 5)
        #expect(await api.ledger.sweepDue(within: .seconds(60)).streams == 0)
        #expect(await api.ledger.sweepDue(within: .seconds(60), wantsRound: true).streams == 5)
        #expect(await api.ledger.sweepDue(within: .seconds(60)).streams == 0)
    }

    @Test("A damaged row of the sweep is written anew")
    func damagedRow() async throws {
        let streams = try await ManyStreams(5, deletesLogByItself: true)
        _ = try await streams.memory.write(.put(Item(.sweep)))
        let api = API(table: streams.table, clock: streams.clock)
        let report = await api.ledger.sweepDue(within: .seconds(60))
        #expect(report.streams == 5 && report.failures == 1)
        api.clock.advance(by: Limits.sweepEvery)
        #expect(await api.ledger.sweepDue(within: .seconds(60)).failures == 0)
    }

    @Test("An idle stream costs its three calls in six hours, also with events in its log")
    func idleStream() async throws {
        let counter = CallCounter { _ in true }
        let memory = MemoryTable(deletesLogByItself: true)
        let api = API(table: counter.watching(memory))
        await api.create("s", with: ",\"partition_count\":1")
        await api.publish(to: "s", key: "k")
        await api.ledger.sweepDue(within: .seconds(60))
        let before = counter.count
        for _ in 0..<360 {
            api.clock.advance(by: .seconds(60))
            await api.ledger.sweepDue(within: .seconds(60))
        }
        // Four a run that finds nothing; for the round a page, a lease, its cursor and its end.
        #expect(counter.count - before == 360 * 4 + 4 + 3)
    }

    private func progress(_ table: MemoryTable) -> [Item] {
        table.items.filter { if case .progress = $0.key { true } else { false } }
    }
}

/// A table of which one row is damaged so that the engine can't read it.
private final class UnreadableTable: Table {
    private let table: MemoryTable
    private let row: TableKey

    init(_ table: MemoryTable, row: TableKey) {
        self.table = table
        self.row = row
    }

    var deletesLogByItself: Bool { table.deletesLogByItself }

    func get(_ key: TableKey) async throws(TableError) -> Item? { try await table.get(key) }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        let page = try await table.query(query)
        guard !page.items.contains(where: { $0.key == row }) else {
            throw TableError(.definite, reason: .corrupt, message: "a damaged row", row: row)
        }
        return page
    }

    func write(_ write: Write, decided: Instant) async throws(TableError) -> WriteOutcome {
        try await table.write(write, decided: decided)
    }

    func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        try await table.transact(writes, token: token, decided: decided)
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await table.batchDelete(keys)
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await table.purgeExpired(before: moment, limit: limit)
    }
}
