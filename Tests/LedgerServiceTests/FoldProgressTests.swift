import APISuite
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerService

/// A fold gets on under faults that do not end, at a bounded cost.
@Suite("A fold's progress")
struct FoldProgressTests {
    /// Keys, each with one event: so many puts and a few watermarks, when nothing goes wrong.
    private static let keys = 10_000

    @Test(
        "A table that refuses one write and one read in twenty costs less than twice as much",
        arguments: RandomSeed.cases(2)
    )
    func constantFaults(_ seed: UInt64) async throws {
        let meter = FoldMeter()
        let table = FaultyTable(MemoryTable())
        let api = await published(table)
        table.follow(meter.counting(.seeded(seed, probability: 0.05)))
        let compactor = api.another()
        // What comes before the fold is a client's to repeat.
        var tries = 1
        while await compactor.call("POST", at: "/streams/s/compact").status == 503 { tries += 1 }
        #expect(tries < 10, "\(replay)")
        #expect(meter.units < 2 * Self.keys && meter.calls < 2 * Self.keys, "\(meter)")
        try await expectAll(table, api)
    }

    @Test("A table of 200 writes a second takes them all, and few twice")
    func throttled() async throws {
        let table = FaultyTable(MemoryTable())
        let api = await published(table)
        let meter = FoldMeter(unitsPerSecond: 200, clock: api.clock)
        table.follow(meter.counting(.none))
        let answer = await api.another().call("POST", at: "/streams/s/compact")
        #expect(answer.status == 200, "\(answer)")
        #expect(meter.units <= Self.keys + 20 && meter.calls < 2 * Self.keys, "\(meter)")
        try await expectAll(table, api)
    }

    @Test("What was stored before a fold failed is not stored again")
    func steps() async throws {
        let table = FaultyTable(MemoryTable())
        let api = await published(table)
        let meter = FoldMeter(failsAfter: 3_500)
        table.follow(meter.counting(.none))
        #expect(await api.another().call("POST", at: "/streams/s/compact").status >= 500)
        let state = await api.call("GET", at: "/streams/s")
        let partitions = state.json["partitions"] as? [[String: Any]] ?? []
        #expect(partitions.first?["compacted_up_to"] as? Int == 3_000)
        let rest = FoldMeter()
        table.follow(rest.counting(.none))
        #expect(await api.another().call("POST", at: "/streams/s/compact").status == 200)
        #expect(rest.units <= Self.keys - 3_000 + 20, "\(rest)")
        try await expectAll(table, api)
    }

    @Test("A process that is being stopped does not wait for a table that refuses everything")
    func stopping() async throws {
        let refused = Gate()
        let table = FaultyTable(MemoryTable()) { call, _ in
            if case .latest = call.groups.first { refused.open() }
        }
        let clock = ManualClock(isImpatient: false)
        let api = API(table: table, clock: clock)
        await api.create("s", with: ",\"partition_count\":1")
        await api.publish(to: "s", key: "k")
        table.follow(FaultPlan { $0.kind == .write ? .throttle : nil })
        let folding = Task { await api.call("POST", at: "/streams/s/compact") }
        await refused.wait()
        folding.cancel()
        #expect(await folding.value.status == 503)
    }

    @Test("A process folds a bounded number of partitions at once, and all of them in the end")
    func foldsAtOnce() async throws {
        let locks = FoldLocks()
        let gate = Gate()
        let inside = Mutex((now: 0, most: 0))
        let full = Gate()
        let stream = StreamIncarnation(high: 1, low: 1)
        let partitions = try (0..<30).map { try #require(Partition($0)) }
        async let folded: [Void] = inParallel(partitions + partitions) { partition in
            await locks.withLock(on: .log(stream, partition)) {
                let now = inside.withLock { inside in
                    inside.now += 1
                    inside.most = max(inside.most, inside.now)
                    return inside.now
                }
                if now == Limits.foldsAtOnce { full.open() }
                await gate.wait()
                inside.withLock { $0.now -= 1 }
            }
        }
        await full.wait()
        gate.open()
        #expect(await folded.count == 60)
        #expect(inside.withLock { $0.most } == Limits.foldsAtOnce)
    }

    // MARK: Support

    /// One partition with an event for each key.
    private func published(_ table: FaultyTable) async -> API {
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1")
        for batch in 0..<Self.keys / 1_000 {
            let events = (0..<1_000).map { index in
                JSONBody.event(key: "k\(batch * 1_000 + index)")
            }
            let body = JSONBody.batch(events)
            let answer = await api.call("POST", at: "/streams/s/events?ack=summary", sending: body)
            #expect(answer.status == 200, "\(answer)")
        }
        return api
    }

    private func expectAll(_ table: FaultyTable, _ api: API) async throws {
        table.follow(.none)
        var keys: Set<String> = []
        var next = ""
        repeat {
            let page = await api.call("GET", at: "/streams/s/compacted?limit=1000\(next)")
            keys.formUnion(page.keys)
            next = (page.json["next"] as? String).map { "&next=\($0)" } ?? ""
        } while !next.isEmpty
        #expect(keys.count == Self.keys)
    }
}

/// Counts what a fold's writes cost, and may grant so many a second only.
private final class FoldMeter: CustomStringConvertible, Sendable {
    private struct State {
        /// Writes that reached the table, each of which is billed.
        var units = 0
        /// Writes that were sent.
        var calls = 0
        var granted = 0.0
        var moment = Duration.zero
    }

    private let state = Mutex(State())
    private let limit: (unitsPerSecond: Int, clock: ManualClock)?
    private let failsAfter: Int

    init() {
        limit = nil
        failsAfter = .max
    }

    /// From the given number of writes on nothing is taken any more.
    init(failsAfter: Int) {
        limit = nil
        self.failsAfter = failsAfter
    }

    init(unitsPerSecond: Int, clock: ManualClock) {
        limit = (unitsPerSecond, clock)
        failsAfter = .max
        state.withLock { state in
            state.granted = Double(unitsPerSecond)
            state.moment = clock.uptime()
        }
    }

    var units: Int { state.withLock { $0.units } }
    var calls: Int { state.withLock { $0.calls } }
    var description: String { "\(units) units in \(calls) calls" }

    /// `plan`, with this meter's eye on writes.
    func counting(_ plan: FaultPlan) -> FaultPlan {
        FaultPlan { [self] call in
            let fault = plan.fault(for: call)
            return call.kind == .write ? take(fault) : fault
        }
    }

    private func take(_ fault: Fault?) -> Fault? {
        state.withLock { state in
            state.calls += 1
            switch fault {
            case nil, .loseAnswer:
                guard state.units < failsAfter else { return .failBefore(.full) }
                guard grants(&state) else { return .throttle }
                state.units += 1
                return fault
            case .failBefore, .loseRequest, .throttle: return fault
            }
        }
    }

    private func grants(_ state: inout State) -> Bool {
        guard let (rate, clock) = limit else { return true }
        let now = clock.uptime()
        let passed = (now - state.moment) / .seconds(1)
        state.granted = min(state.granted + passed * Double(rate), Double(rate))
        state.moment = now
        guard state.granted >= 1 else { return false }
        state.granted -= 1
        return true
    }
}

private let replay = RandomSeed.replay("FoldProgressTests")
