import APISuite
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerService

/// Calls that decide over a delivery's row while its last write is still under way.
@Suite("Rows that are passed on")
struct PassedRowTests {
    /// A ledger of which one write of a delivery's row waits, and goes wrong if it is to.
    private struct Stage: Sendable {
        let api: API
        /// Opens for the write that waits.
        let gate = Gate()
        private let writes = Writes()
        private let memory = MemoryTable()
        /// Reads that were answered.
        private let reads = Reads()

        final class Reads: Sendable {
            private let groups = Mutex<[RowGroup]>([])

            func add(_ call: TableCall) { groups.withLock { $0 += call.groups } }

            func count(where isMeant: (RowGroup) -> Bool) -> Int {
                groups.withLock { $0.count(where: isMeant) }
            }
        }

        final class Writes: Sendable {
            private let indices = Mutex<[Int]>([])

            /// The place of a write of a delivery's row among all of them, from 0; nil: it is none.
            func place(of call: TableCall) -> Int? {
                guard !call.kind.isRead, case .positions? = call.groups.first else { return nil }
                return indices.withLock { indices in
                    if !indices.contains(call.index) { indices.append(call.index) }
                    return indices.firstIndex(of: call.index)
                }
            }

            var count: Int { indices.withLock { $0.count } }
        }

        init(keys: [String], holding held: Int = 0, fault: Fault? = nil) async {
            let (gate, writes, reads) = (gate, writes, reads)
            let plan = FaultPlan { writes.place(of: $0) == held ? fault : nil }
            let table = FaultyTable(memory, plan: plan) { call, moment in
                if moment == .after, call.kind.isRead { reads.add(call) }
                if moment == .before, writes.place(of: call) == held { await gate.wait() }
            }
            api = API(table: table)
            await api.create("s", with: ",\"partition_count\":1")
            await api.publish(keys: keys, to: "s")
            await api.deliver("s")
        }

        /// The answer to a receive of so many events.
        func receive(_ limit: Int) async -> Answer {
            await api.call(
                "POST",
                at: "/streams/s/subscriptions/u/receive",
                sending: "{\"limit\":\(limit)}"
            )
        }

        /// The answers to two receives of so many events, the second of which has been decided while
        /// the first one's write waits.
        func receiveTwice(_ limit: Int) async throws -> [Answer] {
            async let first = receive(limit)
            try await written(1)
            async let second = receive(limit)
            try await written(2)
            gate.open()
            return await [first, second]
        }

        /// Calls `body`, and returns once it has read a row of such a group, with what it will return.
        func beginning<Success: Sendable>(
            _ body: @escaping @Sendable () async -> Success,
            reading isMeant: @Sendable (RowGroup) -> Bool
        ) async throws -> Task<Success, Never> {
            let before = reads.count(where: isMeant)
            let task = Task { await body() }
            try await Patience().wait(for: "a read") { reads.count(where: isMeant) > before }
            return task
        }

        /// Returns once whoever has the row's lane has passed it on.
        func passed() async throws {
            let streams = try await memory.query(Query(.streams, limit: 1)).items
            let stream = try StreamRow(try #require(streams.first))
            let group = RowGroup.subscriptions(stream.incarnation)
            let rows = try await memory.query(Query(group, limit: 1)).items
            let lane = DeliveryLanes.Lane(
                subscription: try SubscriptionRow(try #require(rows.first)).incarnation,
                partition: stream.partitions[0]
            )
            var hold = await LaneHold(lane, of: api.ledger.subscriptions.lanes)
            hold.passUnchanged()
        }

        /// Returns once so many writes were asked for.
        func written(_ count: Int) async throws {
            try await Patience().wait(for: "\(count) writes") { writes.count >= count }
        }
    }

    @Test("A page is decided while the one before is written, and has other events")
    func pages() async throws {
        let stage = await Stage(keys: ["a", "b", "c", "d"])
        // The second is written before the first, which the table has not taken yet: then it fails.
        let answers = try await stage.receiveTwice(2)
        #expect(answers.map(\.status) == [200, 200])
        #expect(answers.map(\.offsets) == [[0, 1], [2, 3]], "\(answers)")
    }

    @Test(
        "What was decided on a row that is not stored is decided anew",
        arguments: [Fault.failBefore(.unavailable), .failBefore(.full)]
    )
    func lostRow(_ fault: Fault) async throws {
        let stage = await Stage(keys: ["a", "b"], fault: fault)
        let answers = try await stage.receiveTwice(1)
        #expect(answers[0].status >= 500, "\(answers[0])")
        #expect(answers[1].offsets == [0], "\(answers[1])")
    }

    @Test("A call that changes nothing answers only by what is stored")
    func emptyPage() async throws {
        let stage = await Stage(keys: ["a"], fault: .failBefore(.unavailable))
        async let first = stage.receive(1)
        try await stage.written(1)
        // By the row that was passed on nothing is left. While it reads the log it has the lane.
        let second = try await stage.beginning {
            await stage.receive(1)
        } reading: {
            if case .log = $0 { true } else { false }
        }
        try await stage.passed()
        stage.gate.open()
        #expect(await first.status == 503)
        #expect(await second.value.offsets == [0])
    }

    @Test("An event whose parking is being written can be replayed once that is done")
    func parking() async throws {
        let stage = await Stage(keys: ["a"], holding: 1)
        var consumer = SuiteConsumer(in: "s", through: stage.api)
        await consumer.receive()
        async let rejected = consumer.settle("\"reject\":\(JSONBody.places([0]))")
        try await stage.written(2)
        let replayed = try await stage.beginning {
            await stage.api.call(
                "POST",
                at: "/streams/s/subscriptions/u/parked/replay",
                sending: "{\"events\":\(JSONBody.places([0]))}"
            )
        } reading: {
            if case .positions = $0 { true } else { false }
        }
        stage.gate.open()
        #expect(await rejected.status == 200)
        let answer = await replayed.value
        #expect(answer.status == 200 && answer.json["replayed"] as? Int == 1, "\(answer)")
        #expect(await consumer.receive().offsets == [0])
    }
}
