package import LedgerCore

/// The checks that every table engine must pass.
///
/// A test target runs the checks one by one, so that a report names the one that failed:
///
/// ```swift
/// @Test("The table does what every table must", arguments: TableConformance.checks)
/// func conforms(_ check: TableCheck) async throws {
///     try await check.run(on: MemoryTable())
/// }
/// ```
///
/// The rows of a check are under random ids, so checks may share a table, and so may runs.
package enum TableConformance {
    /// All checks, in the order in which a person would look for a fault.
    package static let checks: [TableCheck] =
        singleRowChecks + conditionChecks + keyChecks + valueChecks + queryChecks
        + transactionChecks + ageChecks + removalChecks + concurrencyChecks

    /// Runs every check, each on a table of its own, and throws a ``TestFailure`` that
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
            throw TestFailure(failures.joined(separator: "\n"))
        }
    }
}

/// The number of times that a check which depends on chance is repeated.
package struct ConformanceEffort: Hashable, Sendable {
    /// The number of rounds of each race.
    package let rounds: Int
    /// The number of tasks in each race.
    package let tasks: Int

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
    /// A sentence that says what is checked.
    package let name: String
    private let body: @Sendable (Trial) async throws -> Void

    init(_ name: String, body: @escaping @Sendable (Trial) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// Runs the check; throws a ``TestFailure`` or the table's own error.
    package func run(
        on table: any Table,
        effort: ConformanceEffort = .thorough
    ) async throws {
        try await body(Trial(table, effort: effort))
    }

    package var description: String { name }
}
