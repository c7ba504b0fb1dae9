import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// A process killed after each table call of each use case, that call carried out or not; another
/// one goes on.
@Suite("Killed processes")
struct KilledProcessTests {
    @Test(
        "Wherever a process is killed, the next one keeps its promises",
        arguments: [Fault.loseRequest, .loseAnswer]
    )
    func everyCall(_ fault: Fault) async throws {
        var call = 0
        while try await Self.survives(fault, at: call) { call += 1 }
        #expect(call > 100, "hardly any call")
    }

    /// Kills a process at a call and checks the next one; false when there was no such call.
    private static func survives(_ fault: Fault, at call: Int) async throws -> Bool {
        let table = MemoryTable()
        let clock = ManualClock()
        let dying = FaultyTable(
            table,
            plan: FaultPlan { $0.index < call ? nil : $0.index == call ? fault : .gone }
        )
        var clients = Clients(
            TestLedger(onFaulty: dying, seed: 1, clock: clock),
            clock: clock
        ) { 0 }
        await clients.act()
        guard dying.calls > call else { return false }
        let next = TestLedger(onFaulty: table, seed: 2, clock: clock)
        let broken = try await Promises(to: clients, at: 0, node: next, table: table).broken()
        #expect(broken.isEmpty, "\(fault) at call \(call)")
        let left = await remains(in: table, of: next, clock: clock)
        #expect(left.isEmpty, "\(fault) at call \(call): rows of a deleted stream")
        return true
    }

    /// Rows that are left when every stream is deleted and the deletions had time enough.
    private static func remains(
        in table: MemoryTable,
        of node: TestLedger,
        clock: ManualClock
    ) async -> [TableKey] {
        for stream in ["orders", "short"] {
            let answer = await node.call("DELETE", at: "/streams/\(stream)")
            #expect(answer.status == 200 || answer.status == 404, "\(answer)")
        }
        for _ in 0..<3 {
            clock.advance(by: .hours(100))
            await node.ledger.sweep()
        }
        return table.items.map(\.key)
    }
}

extension Fault {
    /// Every call of a process that was killed.
    fileprivate static let gone = Fault.failBefore(.closed)
}
