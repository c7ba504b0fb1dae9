import APISuite
import Foundation

/// The ledger that is tested: deployed somewhere, or to the local cloud.
struct Deployment: Sendable {
    /// What is missing to test anything.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// The API's base URL.
    let url: String
    private let key: String?

    /// As `EVENTLEDGER_API_URL` and `EVENTLEDGER_API_KEY` say.
    init() throws {
        url = try Self.variable("EVENTLEDGER_API_URL")
        key = ProcessInfo.processInfo.environment["EVENTLEDGER_API_KEY"]
    }

    var transport: GatewayTransport { GatewayTransport(url: url, key: key) }

    static func variable(_ name: String) throws -> String {
        let value = ProcessInfo.processInfo.environment[name] ?? ""
        guard !value.isEmpty else {
            throw Missing(description: "\(name) is not set; `./justw integration-test` sets it")
        }
        return value
    }
}
