import APISuite
import Foundation
import LedgerTesting
import Testing

/// The API suite against a deployed ledger, one check at a time: others may use it too.
@Suite("Deployed API", .serialized)
struct DeployedTests {
    @Test("The API holds", arguments: APISuite.checks(offered: [.keys, .realTime]))
    func holds(_ check: APICheck) async throws {
        try await tellingProgress("\(check)") {
            try await check.run(over: Deployment().transport)
        }
    }

    /// The whole takes minutes: whoever waits sees what it is at.
    private func tellingProgress(_ name: String, body: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        try await body()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        FileHandle.standardError.write(Data("integration: \(Int(seconds)) s: \(name)\n".utf8))
    }
}

/// The ledger that is tested: deployed somewhere, or to the local cloud.
struct Deployment: Sendable {
    /// The API's base URL.
    let url: String
    private let key: String?

    /// The deployment that `EVENTLEDGER_API_URL` and `EVENTLEDGER_API_KEY` name.
    init() throws {
        url = try Self.variable("EVENTLEDGER_API_URL")
        key = ProcessInfo.processInfo.environment["EVENTLEDGER_API_KEY"]
    }

    var transport: GatewayTransport { GatewayTransport(url: url, key: key) }

    static func variable(_ name: String) throws -> String {
        let value = ProcessInfo.processInfo.environment[name] ?? ""
        guard !value.isEmpty else {
            throw TestFailure("\(name) is not set; `./justw integration-test` sets it")
        }
        return value
    }
}
