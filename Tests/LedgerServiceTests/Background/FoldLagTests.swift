import APISuite
import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

@Suite("Fold lag")
struct FoldLagTests {
    private static let partition = Partition.all(1)[0]

    @Test("What is appended and not folded is counted, and what is folded is forgotten")
    func counts() throws {
        let lags = FoldLags()
        let one = try request(1)
        let two = try request(2)
        lags.found(one, from: offset(5), to: offset(15))
        lags.found(one, from: offset(15), to: offset(20))
        lags.found(two, from: offset(0), to: offset(3))
        #expect(lags.lag.events == 18)
        #expect(lags.lag.worst.map(\.events) == [15, 3])
        lags.folded(one, upTo: offset(18))
        #expect(lags.lag.events == 5)
        lags.folded(one, upTo: offset(20))
        lags.forget(two)
        #expect(lags.lag.events == 0 && lags.lag.worst.isEmpty)
    }

    @Test("Of many streams the worst are named, in the order of their lag and their names")
    func worst() throws {
        let lags = FoldLags()
        for index in 0..<1000 {
            lags.found(try request(index), from: .zero, to: offset(Int64(1 + index / 2)))
        }
        let lag = lags.lag
        // Two streams each with 1, 2, … 500 events.
        #expect(lag.events == 500 * 501)
        #expect(lag.worst.count == Limits.namedStreams)
        #expect(lag.worst.prefix(2).map(\.stream.name) == ["s000998", "s000999"])
    }

    @Test("One partition that can't be folded is shown, and freezes nothing")
    func frozen() async throws {
        let memory = MemoryTable()
        let table = FaultyTable(
            memory,
            plan: FaultPlan { call in
                guard call.kind == .query, case .log(_, let partition)? = call.groups.first,
                    partition.index == 1
                else { return nil }
                return .failBefore(.corrupt)
            }
        )
        var configuration = Ledger.Configuration()
        configuration.foldsInBackground = true
        let clock = ManualClock(isImpatient: false)
        let writer = API(table: memory, clock: clock)
        await writer.create("s", with: ",\"partition_count\":2")
        for index in 0..<20 { await writer.publish(to: "s", key: "k\(index)") }
        let server = API(table: table, seed: 3, clock: clock, configuration: configuration)
        for partition in Partition.all(2) {
            let stream = try #require(try await row(memory))
            let request = FoldRequest(partition, of: stream)
            server.ledger.background.foldLags.found(request, from: .zero, to: offset(5))
            server.ledger.background.foldQueue.enqueue(request)
        }
        let background = Task { await server.ledger.runBackground() }
        try await Patience().wait(for: "the fold of the sound partition") {
            server.ledger.foldLag.events == 5
        }
        // The damaged one is tried again a minute later, and does not disappear from the gauge.
        background.cancel()
        await background.value
        #expect(server.ledger.foldLag.worst.map(\.events) == [5])
    }

    @Test("A fold that failed is tried again by the next run of the sweep")
    func postponed() async throws {
        let foldQueue = FoldQueue()
        let request = try request(1)
        foldQueue.postpone(request)
        foldQueue.enqueuePostponed()
        #expect(await foldQueue.next() == [request])
        foldQueue.enqueuePostponed()
        foldQueue.enqueue(try self.request(2))
        #expect(await foldQueue.next().count == 1)
    }

    private func row(_ table: MemoryTable) async throws -> StreamRow? {
        try await table.query(Query(.streams, limit: 1)).items.first.map(StreamRow.init)
    }

    private func request(_ index: Int) throws -> FoldRequest {
        FoldRequest(
            id: try ManyStreams.name(index),
            stream: ManyStreams.incarnation(index),
            partition: Self.partition
        )
    }

    private func offset(_ value: Int64) -> Offset { Offset(value) ?? .zero }
}
