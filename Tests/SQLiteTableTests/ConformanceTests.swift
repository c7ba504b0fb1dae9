import LedgerTesting
import SQLiteTable
import Testing

@Suite struct ConformanceTests {
    @Test("The table in SQLite does what every table must", arguments: TableConformance.checks)
    func conforms(_ check: TableCheck) async throws {
        try await withTable { table, _ in try await check.run(on: table) }
    }

    @Test("It does so while its log begins anew all the time", arguments: TableConformance.checks)
    func conformsOnAShortLog(_ check: TableCheck) async throws {
        var options = SQLiteOptions()
        options.checkpointBytes = 1
        options.checkpointInterval = .milliseconds(1)
        options.logBytes = 64 << 10
        options.maximumLogBytes = 128 << 10
        options.commitBytes = 4096
        options.readers = 1
        try await withTable(options) { table, _ in
            try await check.run(on: table, effort: .quick)
        }
    }

    @Test("All checks hold on one table that they share")
    func conformsWhenShared() async throws {
        try await withTable { table, _ in
            try await TableConformance.run(effort: .quick) { table }
        }
    }
}
