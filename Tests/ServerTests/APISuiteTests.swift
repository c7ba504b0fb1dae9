import APISuite
import Testing

/// The API suite over live HTTP and HTTPS: a whole ledger process on loopback, on SQLite.
@Suite("API over HTTP")
struct APISuiteTests {
    @Test(
        "The API does as described over every transport",
        arguments: TransportKind.allCases,
        APISuite.checks
    )
    func holds(over kind: TransportKind, check: APICheck) async throws {
        try await withLedger(over: kind) { try await check.run(over: $0) }
    }

    @Test(
        "The API does as described where time passes",
        arguments: TransportKind.allCases,
        APISuite.realTimeChecks
    )
    func holdsInRealTime(over kind: TransportKind, check: RealTimeCheck) async throws {
        try await withLedger(over: kind) { try await check.run(over: $0) }
    }

    @Test(
        "Keys do as described over HTTP and HTTPS",
        arguments: [TransportKind.keys, .tls],
        APISuite.keyChecks
    )
    func keys(over kind: TransportKind, check: KeyCheck) async throws {
        try await withLedger(over: kind) { try await check.run(over: $0) }
    }
}
