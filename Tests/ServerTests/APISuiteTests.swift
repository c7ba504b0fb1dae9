import APISuite
import Testing

/// The API suite over live HTTP and HTTPS: a whole ledger process on loopback, on SQLite.
@Suite("API over HTTP")
struct APISuiteTests {
    @Test(arguments: Way.allCases, APISuite.checks)
    func holds(_ way: Way, _ check: APICheck) async throws {
        try await withLedger(way) { try await check.run(over: $0) }
    }

    @Test(arguments: Way.allCases, APISuite.realTimeChecks)
    func holdsInRealTime(_ way: Way, _ check: RealTimeCheck) async throws {
        try await withLedger(way) { try await check.run(over: $0) }
    }

    @Test(arguments: [Way.keys, .tls], APISuite.keyChecks)
    func keys(_ way: Way, _ check: KeyCheck) async throws {
        try await withLedger(way) { try await check.run(over: $0) }
    }
}
