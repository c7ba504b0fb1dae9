import LedgerTesting

/// The checks that every ledger must pass, wherever it runs and however it is reached.
///
/// A test target runs the checks one by one over a transport of its own:
///
/// ```swift
/// @Test("The API does as described", arguments: APISuite.checks(offered: .realTime))
/// func api(_ check: APICheck) async throws { try await check.run(over: transport) }
/// ```
package enum APISuite {
    /// All checks, whatever they need.
    package static let checks: [APICheck] =
        everyCallChecks + publishChecks + idempotencyChecks + subscriptionChecks + cursorChecks
        + compactionChecks
        + lifecycleChecks + limitChecks + historyChecks + headChecks + readChecks
        + filterChecks + groupChecks + groupCommitChecks + allDeliveryChecks
        + quietCompactionChecks + apiKeyChecks + timeChecks

    private static let allDeliveryChecks =
        deliveryChecks + acknowledgementChecks + parkingChecks + deliveryModeChecks

    /// The checks that need nothing of a ledger but what is offered.
    package static func checks(offered: APICheck.Needs) -> [APICheck] {
        checks.filter { $0.needs.isSubset(of: offered) }
    }

    /// The command that repeats a run's random choices, for a failure's message.
    static let replay = RandomSeed.replay("APISuiteTests")
}

/// One named check, and what it needs of a ledger.
package struct APICheck: Sendable, CustomStringConvertible {
    /// The properties that some ledgers have and others do not.
    package struct Needs: OptionSet, Sendable {
        package let rawValue: Int

        /// The ledger takes API keys, and the transport comes with one that may do everything.
        package static let keys = Needs(rawValue: 1)
        /// The ledger does nothing by itself: it folds and sweeps only when asked, so a check may
        /// look at what stands before a fold.
        package static let quiet = Needs(rawValue: 2)
        /// The ledger's clock goes by itself, so that a wait is one.
        package static let realTime = Needs(rawValue: 4)

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }
    }

    /// A sentence that says what is checked.
    package let name: String
    /// The properties without which the check can't hold; empty: any ledger will do.
    package let needs: Needs
    private let body: @Sendable (SuiteClient) async throws -> Void

    init(
        _ name: String,
        needs: Needs = [],
        run body: @escaping @Sendable (SuiteClient) async throws -> Void
    ) {
        self.name = name
        self.needs = needs
        self.body = body
    }

    /// Runs the check and removes what it created.
    package func run(over transport: any APITransport) async throws {
        try await SuiteClient.run(over: transport, body: body)
    }

    package var description: String { name }
}
