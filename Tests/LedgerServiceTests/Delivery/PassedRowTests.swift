import APISuite
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

/// Calls that decide over a delivery's row while its last write is still under way.
@Suite("Rows that are passed on")
struct PassedRowTests {
    /// A ledger of which one write of a delivery's row waits, and goes wrong if it is to.
    private struct Stage: Sendable {
        let api: API
        /// Opens for the write that waits.
        let gate = Gate()
        private let writes = Writes()

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
            let (gate, writes) = (gate, writes)
            let plan = FaultPlan { writes.place(of: $0) == held ? fault : nil }
            let table = FaultyTable(MemoryTable(), plan: plan) { call, moment in
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
        // By the row that was passed on nothing is left.
        async let second = stage.receive(1)
        async let third = stage.receive(1)
        stage.gate.open()
        let answers = await [first, second, third]
        #expect(answers[0].status == 503, "\(answers[0])")
        let events = answers[1...].flatMap(\.offsets)
        #expect(events == [0], "\(answers)")
    }

    @Test("An event whose parking is being written can be replayed once that is done")
    func parking() async throws {
        let stage = await Stage(keys: ["a"], holding: 1)
        var consumer = SuiteConsumer(in: "s", through: stage.api)
        await consumer.receive()
        async let rejected = consumer.settle("\"reject\":\(JSONBody.places([0]))")
        try await stage.written(2)
        async let replayed = stage.api.call(
            "POST",
            at: "/streams/s/subscriptions/u/parked/replay",
            sending: "{\"events\":\(JSONBody.places([0]))}"
        )
        stage.gate.open()
        let answers = await [rejected, replayed]
        #expect(answers.map(\.status) == [200, 200], "\(answers)")
        #expect(answers[1].json["replayed"] as? Int == 1, "\(answers)")
        #expect(await consumer.receive().offsets == [0])
    }
}
