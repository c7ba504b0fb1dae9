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

    /// Whether there was such a call.
    private static func survives(_ fault: Fault, at call: Int) async throws -> Bool {
        let table = MemoryTable()
        let clock = ManualClock()
        let dying = FaultyTable(
            table,
            plan: FaultPlan { $0.index < call ? nil : $0.index == call ? fault : .gone }
        )
        var clients = Clients(Node(dying, seed: 1, clock: clock)) { 0 }
        await clients.act()
        guard dying.calls > call else { return false }
        let next = Node(table, seed: 2, clock: clock)
        let broken = try await Promises(clients, 0, next, table).broken()
        #expect(broken.isEmpty, "\(fault) at call \(call)")
        let left = await remains(table, next)
        #expect(left.isEmpty, "\(fault) at call \(call): rows of a deleted stream")
        return true
    }

    /// Rows that are left when every stream is deleted and the deletions had time enough.
    private static func remains(_ table: MemoryTable, _ node: Node) async -> [TableKey] {
        for stream in ["orders", "short"] {
            let answer = await node.call("DELETE", "/streams/\(stream)")
            #expect(answer.status == 200 || answer.status == 404, "\(answer)")
        }
        for _ in 0..<3 {
            node.clock.advance(hours: 100)
            await node.ledger.sweep()
        }
        return table.items.map(\.key)
    }
}

extension Fault {
    /// What a process meets that is no more.
    fileprivate static let gone = Fault.failBefore(.closed)
}
