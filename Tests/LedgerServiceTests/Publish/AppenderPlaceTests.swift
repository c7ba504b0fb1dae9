import LedgerCore
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerService

/// Counts the jobs that it passes on.
private final class CountingExecutor: TaskExecutor {
    let count = Atomic<Int>(0)

    func enqueue(_ job: consuming ExecutorJob) {
        count.add(1, ordering: .relaxed)
        globalConcurrentExecutor.enqueue(UnownedJob(job))
    }
}

/// A table in memory that writes on an executor, as SQLite's does.
private struct WritingTable: Table {
    let memory = MemoryTable()
    let executor = CountingExecutor()

    var deletesLogByItself: Bool { memory.deletesLogByItself }
    var writeExecutor: (any TaskExecutor)? { executor }

    func get(_ key: TableKey) async throws(TableError) -> Item? { try await memory.get(key) }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        try await memory.query(query)
    }

    func write(_ write: Write, decided: Instant) async throws(TableError) -> WriteOutcome {
        try await memory.write(write, decided: decided)
    }

    func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        try await memory.transact(writes, token: token, decided: decided)
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await memory.batchDelete(keys)
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await memory.purgeExpired(before: moment, limit: limit)
    }
}

@Suite("The place of an append")
struct AppenderPlaceTests {
    private let table = WritingTable()

    private func ledger() async throws -> TestLedger {
        let ledger = TestLedger(table)
        try await ledger.done("POST", at: "/streams", sending: JSONBody.stream("s", partitions: 1))
        return ledger
    }

    /// The jobs that a publish of so many bytes gives to the table's executor.
    private func jobs(of ledger: TestLedger, publishing bytes: Int) async throws -> Int {
        let before = table.executor.count.load(ordering: .relaxed)
        let data = String(repeating: "x", count: bytes)
        let event = #"{"events": [{"key": "k", "type": "t", "data": "\#(data)"}]}"#
        try await ledger.done("POST", at: "/streams/s/events", sending: event)
        return table.executor.count.load(ordering: .relaxed) - before
    }

    @Test("A small append is made where the table writes, and a large one is not")
    func size() async throws {
        let ledger = try await ledger()
        #expect(try await jobs(of: ledger, publishing: 100) > 0)
        #expect(try await jobs(of: ledger, publishing: 100_000) == 0)
        #expect(try await jobs(of: ledger, publishing: 100) > 0)
    }

    @Test("Where publishes come one by one, their appends are made where they are")
    func lone() async throws {
        let ledger = try await ledger()
        let caller = CountingExecutor()
        var places: [Bool] = []
        for _ in 0..<6 {
            let event = #"{"key": "k", "type": "t", "data": 1}"#
            var request = APIRequest("POST", at: "/streams/s/events", body: Array(event.utf8))
            request.place = PlaceInLine(on: caller)
            let before = table.executor.count.load(ordering: .relaxed)
            #expect(await ledger.send(request).status == 200)
            places.append(table.executor.count.load(ordering: .relaxed) > before)
        }
        #expect(places == [true, true, true, false, false, false])
    }

    @Test("A stream is crowded while more than a few wait for its events")
    func crowd() throws {
        let signals = AppendSignals()
        let (stream, other) = (try #require(StreamID("s")), try #require(StreamID("t")))
        let few = (0..<16).map { _ in signals.join(stream, subscription: nil) }
        #expect(!signals.isCrowded(stream))
        let last = signals.join(stream, subscription: nil)
        #expect(signals.isCrowded(stream) && !signals.isCrowded(other))
        signals.leave(last)
        #expect(!signals.isCrowded(stream))
        for guest in few { signals.leave(guest) }
        #expect(!signals.isCrowded(stream))
    }
}
