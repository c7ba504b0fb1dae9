import APISuite
import Testing

/// The API suite against a deployed ledger, one check at a time: others may use it too.
@Suite("Deployed API", .serialized)
struct DeployedTests {
    @Test(arguments: APISuite.checks)
    func holds(_ check: APICheck) async throws {
        try await check.run(over: Deployment().transport)
    }

    @Test(arguments: APISuite.realTimeChecks)
    func holdsInRealTime(_ check: RealTimeCheck) async throws {
        try await check.run(over: Deployment().transport)
    }
}
