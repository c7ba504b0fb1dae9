#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Logging

/// What a function is told by its environment.
public struct LambdaEnvironment: Sendable {
    /// The table's name: `EVENTLEDGER_TABLE`.
    public let table: String
    /// `EVENTLEDGER_LOG_LEVEL`; info by default.
    let logLevel: Logger.Level

    /// Reads variables; throws ``LambdaConfigurationError``.
    init(_ variable: (String) -> String?) throws(LambdaConfigurationError) {
        guard let table = variable("EVENTLEDGER_TABLE"), !table.isEmpty else {
            throw LambdaConfigurationError(description: "EVENTLEDGER_TABLE is not set")
        }
        self.table = table
        let level = variable("EVENTLEDGER_LOG_LEVEL") ?? "info"
        guard let logLevel = Logger.Level(rawValue: level.lowercased()) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw LambdaConfigurationError(
                description: "EVENTLEDGER_LOG_LEVEL is \"\(level)\"; it must be one of \(known)"
            )
        }
        self.logLevel = logLevel
    }

    /// A variable of this process.
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}

/// The function's environment is not as it must be.
public struct LambdaConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
}
