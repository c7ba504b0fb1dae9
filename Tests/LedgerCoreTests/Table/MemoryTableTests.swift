import LedgerService
import LedgerTesting
import Testing

@Suite("The table in memory")
struct MemoryTableTests {
    @Test("The table in memory does what every table must", arguments: TableConformance.checks)
    func conforms(_ check: TableCheck) async throws {
        try await check.run(on: MemoryTable(clock: SystemClock().instant))
    }
}
