import APISuite
import Testing

/// The API suite over live HTTP and HTTPS: a whole ledger process on loopback, on SQLite.
@Suite("API over HTTP")
struct APISuiteTests {
    @Test("The API holds", arguments: TransportKind.checks)
    func holds(over kind: TransportKind, check: APICheck) async throws {
        try await withLedger(over: kind) { try await check.run(over: $0) }
    }
}

extension TransportKind {
    /// Each kind with each of the checks that it has all for.
    fileprivate static let checks = allCases.flatMap { kind in
        APISuite.checks(offered: kind.hasKeys ? [.realTime, .keys] : .realTime).map { (kind, $0) }
    }
}
