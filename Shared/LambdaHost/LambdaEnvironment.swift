import LedgerCore
import Logging

/// The settings of a function, from its environment.
package struct LambdaEnvironment: Sendable {
    /// The table's name: `EVENTLEDGER_TABLE`.
    package let table: String
    /// The hash of the operator's API key: `EVENTLEDGER_ROOT_KEY_HASH`.
    ///
    /// A function is on the internet, so keys are always needed.
    let rootKeyHash: APIKeyHash
    /// The name or ARN of the function that sends webhooks; nil where webhooks are off;
    /// `EVENTLEDGER_PUSH_FUNCTION`.
    package let pushFunction: String?
    /// Requests a second that one API key may make of one instance: 0 for any number;
    /// `EVENTLEDGER_REQUESTS_PER_SECOND`, else ``Limits/functionRequestsPerSecond``.
    let requestsPerSecond: Int
    /// `EVENTLEDGER_LOG_LEVEL`; info by default.
    let logLevel: Logger.Level

    /// Reads the settings.
    ///
    /// - Parameter variable: looks a variable up.
    /// - Throws: ``LambdaError`` naming the first variable that is missing or wrong.
    init(reading variable: (String) -> String?) throws(LambdaError) {
        guard let table = variable("EVENTLEDGER_TABLE"), !table.isEmpty else {
            throw LambdaError(description: "EVENTLEDGER_TABLE is not set")
        }
        self.table = table
        guard let hash = variable("EVENTLEDGER_ROOT_KEY_HASH").flatMap({ APIKeyHash(hex: $0) })
        else {
            throw LambdaError(
                description: "EVENTLEDGER_ROOT_KEY_HASH is not set, or is not the 64 hexadecimal "
                    + "digits that `eventledger key new` prints as the key's hash"
            )
        }
        rootKeyHash = hash
        pushFunction = variable("EVENTLEDGER_PUSH_FUNCTION").flatMap { $0.isEmpty ? nil : $0 }
        requestsPerSecond = try Self.rate(variable("EVENTLEDGER_REQUESTS_PER_SECOND"))
        let level = variable("EVENTLEDGER_LOG_LEVEL") ?? "info"
        guard let logLevel = Logger.Level(rawValue: level.lowercased()) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw LambdaError(
                description: "EVENTLEDGER_LOG_LEVEL is \"\(level)\"; it must be one of \(known)"
            )
        }
        self.logLevel = logLevel
    }

    private static func rate(_ text: String?) throws(LambdaError) -> Int {
        guard let text else { return Limits.functionRequestsPerSecond }
        guard let rate = Int(text), (0...Limits.largestRequestRate).contains(rate) else {
            throw LambdaError(
                description: "EVENTLEDGER_REQUESTS_PER_SECOND is \"\(text)\"; it must be a number "
                    + "from 0, for no limit, to \(Limits.largestRequestRate)"
            )
        }
        return rate
    }
}
