import APISuite
import Foundation
import Testing

/// The API suite against a deployed ledger, one check at a time: others may use it too.
@Suite("Deployed API", .serialized)
struct DeployedTests {
    @Test(arguments: APISuite.checks)
    func holds(_ check: APICheck) async throws {
        try await tellingProgress("\(check)") {
            try await check.run(over: Deployment().transport)
        }
    }

    @Test(arguments: APISuite.realTimeChecks)
    func holdsInRealTime(_ check: RealTimeCheck) async throws {
        try await tellingProgress("\(check)") {
            try await check.run(over: Deployment().transport)
        }
    }

    /// The whole takes minutes: whoever waits sees what it is at.
    private func tellingProgress(_ name: String, _ body: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        try await body()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        FileHandle.standardError.write(Data("integration: \(Int(seconds)) s: \(name)\n".utf8))
    }
}
