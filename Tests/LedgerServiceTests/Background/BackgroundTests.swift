import APISuite
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerService

@Suite("Background work")
struct BackgroundTests {
    @Test("Folds rest in proportion to what they took, within bounds")
    func rest() {
        func rest(after took: Duration) -> Duration {
            var pace = FoldPace(from: .seconds(1))
            return pace.restAtEnd(at: .seconds(1) + took)
        }
        #expect(rest(after: .zero) == .milliseconds(200))
        #expect(rest(after: .milliseconds(100)) == .milliseconds(400))
        // A machine that was suspended for a night.
        #expect(rest(after: .hours(8)) == .seconds(10))
    }

    @Test("A round of many folds rests between them, and no longer than one of a few")
    func stretches() {
        var (pace, now, rests) = (FoldPace(from: .zero), Duration.zero, [Duration]())
        for _ in 0..<1000 {
            now += .milliseconds(100)
            guard let rest = pace.rest(at: now) else { continue }
            rests.append(rest)
            now += rest
            pace.goOn(at: now)
        }
        #expect(rests.first == .milliseconds(1_200))
        #expect(rests.reduce(.zero, +) == .seconds(10))
        #expect(pace.restAtEnd(at: now) == .zero)
    }

    @Test("A sweep that is stopped reports no failure, and the next one goes on")
    func stopped() async throws {
        let memory = MemoryTable()
        let sweeping = Mutex<Task<SweepReport, Never>?>(nil)
        let started = Gate()
        let table = FaultyTable(memory) { call, moment in
            guard call.kind == .batchDelete, moment == .after else { return }
            await started.wait()
            sweeping.withLock { $0?.cancel() }
        }
        let api = API(table: table)
        await deletedStream("s", api)
        let task = Task { await api.ledger.sweep() }
        sweeping.withLock { $0 = task }
        started.open()
        #expect(await task.value.failures == 0)
        #expect(!memory.items.isEmpty)
        sweeping.withLock { $0 = nil }
        #expect(await api.ledger.sweep().failures == 0)
        #expect(memory.items.isEmpty)
    }

    @Test("A deletion job that can't be read holds up no other")
    func damagedJob() async throws {
        let table = MemoryTable()
        let api = API(table: table)
        let damaged = TableKey.deletion(
            stream: StreamIncarnation(high: 0, low: 0),
            subscription: nil
        )
        _ = try await table.write(.put(Item(damaged)))
        await deletedStream("s", api)
        #expect(await api.ledger.sweep().failures == 1)
        #expect(table.items.map(\.key) == [damaged])
    }

    /// A stream with rows of every kind that was deleted, and its rows are due to go.
    private func deletedStream(_ name: String, _ api: API) async {
        await api.create(name)
        for index in 0..<5 { await api.publish(to: name, key: "k\(index)") }
        await api.call("POST", at: "/streams/\(name)/compact")
        await api.subscribe(to: name, as: "u")
        await api.commit(name, as: "u", cursor: await api.poll(name, as: "u").cursor)
        await api.call("DELETE", at: "/streams/\(name)")
        api.clock.advance(by: Limits.deletionGrace)
    }
}
