import LedgerTesting
import Loopback
import Testing

/// One after the other: the local AWS answers one call at a time.
@Suite(.serialized) struct ConformanceTests {
    @Test(arguments: TableConformance.checks)
    func conforms(_ check: TableCheck) async throws {
        let table = try await SharedTable.get()
        try await check.run(on: table, effort: .quick)
    }
}
