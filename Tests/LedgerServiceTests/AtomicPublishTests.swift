import APISuite
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

/// What may happen while an atomic publish holds its partitions.
@Suite("Atomic publish")
struct AtomicPublishTests {
    @Test("A deletion meanwhile leaves nobody waiting", .timeLimit(.minutes(5)))
    func deletion() async throws {
        let (arrived, gate, looked) = (Gate(), Gate(), Gate())
        let isFirst = Atomic(true)
        let table = FaultyTable(MemoryTable()) { call, moment in
            if case .idempotency = call.groups.first { looked.open() }
            guard call.isAtomicPublish, moment == .before,
                isFirst.exchange(false, ordering: .relaxed)
            else { return }
            arrived.open()
            await gate.wait()
        }
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":4")
        async let atomic = publish(atomic: true, api)
        await arrived.wait()
        async let queued = publish(atomic: false, api, [(name: "idempotency-key", value: "1")])
        await looked.wait()
        // From its look at the table to the queue it does not wait for anything.
        for _ in 0..<1000 { await Task.yield() }
        #expect(await api.call("DELETE", at: "/streams/s").status == 200)
        gate.open()
        let statuses = await [atomic.status, queued.status]
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 404 || $0 == 503 }, "\(statuses)")
    }

    @Test("A client that leaves does not cancel it")
    func cancellation() async throws {
        let (arrived, gate) = (Gate(), Gate())
        let wasCancelled = Atomic(false)
        let table = FaultyTable(MemoryTable()) { call, moment in
            guard call.isAtomicPublish, moment == .before else { return }
            arrived.open()
            await gate.wait()
            wasCancelled.store(Task.isCancelled, ordering: .relaxed)
        }
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":4")
        let request = Task { await publish(atomic: true, api) }
        await arrived.wait()
        request.cancel()
        gate.open()
        #expect(await request.value.status == 200)
        let stopped = wasCancelled.load(ordering: .relaxed)
        #expect(!stopped)
    }

    /// Events in all four partitions.
    private func publish(
        atomic: Bool,
        _ api: API,
        _ headers: [(name: String, value: String)] = []
    ) async -> Answer {
        let events = (0..<20).map { JSONBody.event(key: "k\($0)") }
        let body = "{\"atomic\":\(atomic),\"events\":[\(events.joined(separator: ","))]}"
        return await api.call("POST", at: "/streams/s/events", sending: body, headers: headers)
    }
}

extension TableCall {
    /// A transaction that writes to logs.
    fileprivate var isAtomicPublish: Bool {
        kind == .transact
            && groups.contains { group in
                if case .log = group { true } else { false }
            }
    }
}
