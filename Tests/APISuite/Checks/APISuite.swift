import LedgerTesting

/// The checks that every ledger must pass, wherever it runs and however it is reached.
///
/// A test target runs the checks one by one over a transport of its own:
///
/// ```swift
/// @Test("The API does as described", arguments: APISuite.checks)
/// func api(_ check: APICheck) async throws { try await check.run(over: transport) }
/// ```
package enum APISuite {
    /// The checks for any transport.
    package static let checks: [APICheck] =
        everyCallChecks + publishChecks + idempotencyChecks + subscriptionChecks + cursorChecks
        + compactionChecks
        + lifecycleChecks + limitChecks + historyChecks + headChecks + readChecks

    /// The command that repeats a run's random choices, for a failure's message.
    static let replay = RandomSeed.replay("APISuiteTests")

    /// Further checks: they look at what stands before a fold, so nobody else may fold.
    package static let quietChecks: [QuietCheck] = quietCompactionChecks

    /// Further checks: they need a ledger with API keys.
    package static let keyChecks: [KeyCheck] = apiKeyChecks

    /// Further checks: time must pass by itself.
    package static let realTimeChecks: [RealTimeCheck] = timeChecks
}

/// One named check, for any transport.
package struct APICheck: Sendable, CustomStringConvertible {
    /// A sentence that says what is checked.
    package let name: String
    private let body: @Sendable (SuiteClient) async throws -> Void

    init(_ name: String, run body: @escaping @Sendable (SuiteClient) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// Runs the check and removes what it created.
    package func run(over transport: any APITransport) async throws {
        try await SuiteClient.run(over: transport, body: body)
    }

    package var description: String { name }
}

/// One named check that needs a ledger which does nothing by itself.
package struct QuietCheck: Sendable, CustomStringConvertible {
    private let check: APICheck

    init(_ name: String, run body: @escaping @Sendable (SuiteClient) async throws -> Void) {
        check = APICheck(name, run: body)
    }

    /// Runs the check and removes what it created.
    package func run(over transport: any QuietTransport) async throws {
        try await check.run(over: transport)
    }

    /// A sentence that says what is checked.
    package var description: String { check.name }
}

/// One named check that needs a ledger with API keys.
package struct KeyCheck: Sendable, CustomStringConvertible {
    typealias Body =
        @Sendable (SuiteClient, _ with: (String?) -> SuiteClient) async throws -> Void

    /// A sentence that says what is checked.
    package let description: String
    private let body: Body

    init(_ name: String, run body: @escaping Body) {
        description = name
        self.body = body
    }

    /// Runs the check and removes what it created.
    package func run(over transport: any KeyedTransport) async throws {
        try await SuiteClient.run(over: transport, body: body)
    }
}

/// One named check that needs a ledger whose clock goes by itself.
package struct RealTimeCheck: Sendable, CustomStringConvertible {
    private let check: APICheck

    init(_ name: String, run body: @escaping @Sendable (SuiteClient) async throws -> Void) {
        check = APICheck(name, run: body)
    }

    /// Runs the check and removes what it created.
    package func run(over transport: any RealTimeTransport) async throws {
        try await check.run(over: transport)
    }

    /// A sentence that says what is checked.
    package var description: String { check.name }
}
