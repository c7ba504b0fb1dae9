package import LedgerCore

/// What every table engine must pass.
///
/// A test target runs the checks one by one, so that a report names the one that failed:
///
/// ```swift
/// @Test(arguments: TableConformance.checks)
/// func conforms(_ check: TableCheck) async throws {
///     try await check.run(on: MemoryTable())
/// }
/// ```
///
/// The rows of a check are under random ids, so checks may share a table, and so may runs.
package enum TableConformance {
    /// All checks.
    package static let checks: [TableCheck] =
        singleRowChecks + conditionChecks + keyChecks + valueChecks + queryChecks
        + transactionChecks + ageChecks + removalChecks + concurrencyChecks

    /// Runs every check, each on a table of its own, and throws a ``ConformanceFailure`` that
    /// names all that failed.
    package static func run(
        effort: ConformanceEffort = .thorough,
        makeTable: @Sendable () async throws -> any Table
    ) async throws {
        var failures: [String] = []
        for check in checks {
            do {
                try await check.run(on: try await makeTable(), effort: effort)
            } catch {
                failures.append("\(check.name): \(error)")
            }
        }
        guard failures.isEmpty else {
            throw ConformanceFailure(message: failures.joined(separator: "\n"))
        }
    }
}

/// How often a check that depends on chance is repeated.
package struct ConformanceEffort: Hashable, Sendable {
    /// Rounds of each race.
    package let rounds: Int
    /// Tasks that race.
    package let tasks: Int

    /// An effort of one's own.
    package init(rounds: Int, tasks: Int) {
        self.rounds = rounds
        self.tasks = tasks
    }

    /// For engines that answer in microseconds.
    package static let thorough = ConformanceEffort(rounds: 40, tasks: 64)
    /// For engines behind a network.
    package static let quick = ConformanceEffort(rounds: 3, tasks: 16)
}

/// One named check of a table.
package struct TableCheck: Sendable, CustomStringConvertible {
    /// What is checked, as a sentence.
    package let name: String
    private let body: @Sendable (Trial) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (Trial) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// Runs the check; throws a ``ConformanceFailure`` or the table's own error.
    package func run(
        on table: any Table,
        effort: ConformanceEffort = .thorough
    ) async throws {
        try await body(Trial(table, effort))
    }

    /// The name.
    package var description: String { name }
}

/// A table does not do what it must.
package struct ConformanceFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected, what was found, and where.
    package let message: String

    /// A failure with this message.
    package init(message: String) {
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
