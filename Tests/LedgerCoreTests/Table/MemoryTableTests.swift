import LedgerService
import LedgerTesting
import Testing

@Suite("The table in memory")
struct MemoryTableTests {
    @Test(arguments: TableConformance.checks)
    func conforms(_ check: TableCheck) async throws {
        try await check.run(on: MemoryTable(clock: SystemClock().instant))
    }
}
