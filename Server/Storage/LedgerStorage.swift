import AWSClient
import DynamoDBTable
import LedgerCore
import LedgerService
import SQLiteTable

/// Where a server keeps its table.
package enum LedgerStorage: Hashable, Sendable {
    /// A SQLite file in this folder, for one process alone.
    case sqlite(folder: String)
    /// A DynamoDB table by its name, for any number of processes; region and credentials as AWS's
    /// own tools find them.
    case dynamoDB(table: String)

    /// Reads what `--table` says: `sqlite`, or `dynamodb:NAME`; nil for anything else.
    ///
    /// `folder`: Where the file of `sqlite` is.
    package init?(_ text: String, folder: String) {
        let prefix = "dynamodb:"
        if text == "sqlite" {
            self = .sqlite(folder: folder)
        } else if text.hasPrefix(prefix), Self.isTableName(text.dropFirst(prefix.count)) {
            self = .dynamoDB(table: String(text.dropFirst(prefix.count)))
        } else {
            return nil
        }
    }

    /// What DynamoDB takes as a name.
    private static func isTableName(_ name: Substring) -> Bool {
        (3...255).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// Connections it may have open at once.
    var connections: Int {
        switch self {
        case .sqlite: 0
        // `CurlPool`'s default.
        case .dynamoDB: 128
        }
    }

    /// Where the data is, for a person.
    package var place: String {
        switch self {
        case .sqlite(let folder): "\(folder)/\(DataFolder.fileName)"
        case .dynamoDB(let table): "DynamoDB table \(table)"
        }
    }
}

/// A table that was opened, and what the process must do with it.
struct OpenStorage: Sendable {
    let table: any Table
    /// No other process appends to it.
    let isOwn: Bool
    private let closing: @Sendable () async -> Void

    /// Opens it, and checks that it can be read.
    ///
    /// Throws ``DataFolderError``, `SQLiteOpenError` or ``StorageError``.
    static func open(
        _ storage: LedgerStorage,
        _ clock: any LedgerClock,
        _ metrics: PrometheusMetrics
    ) async throws -> OpenStorage {
        switch storage {
        case .sqlite(let folder): try openSQLite(folder, clock, metrics)
        case .dynamoDB(let name): try await openDynamoDB(name)
        }
    }

    func close() async { await closing() }

    private static func openSQLite(
        _ folder: String,
        _ clock: any LedgerClock,
        _ metrics: PrometheusMetrics
    ) throws -> OpenStorage {
        try DataFolder.make(folder)
        let table = try SQLiteTable.open(
            path: folder + "/" + DataFolder.fileName,
            clock: clock.instant
        )
        metrics.onCollect(
            "eventledger_wal_bytes",
            help: "Size of SQLite's write-ahead log, bytes."
        ) { [weak table] in
            (table?.statistics.walBytes).map { [GaugeSample(Double($0))] } ?? []
        }
        metrics.onCollect(
            "eventledger_commits_total",
            as: .counter,
            help: "Commits since the start, each one fsync."
        ) { [weak table] in
            (table?.statistics.commits).map { [GaugeSample(Double($0))] } ?? []
        }
        return OpenStorage(table: table, isOwn: true) { await table.close() }
    }

    private static func openDynamoDB(_ name: String) async throws -> OpenStorage {
        let table: DynamoDBTable
        do throws(AWSEnvironmentError) {
            table = try DynamoDBTable(name: name, environment: .fromProcess())
        } catch {
            throw StorageError(description: error.message)
        }
        do throws(TableError) {
            _ = try await table.query(Query(.streams, limit: 1))
        } catch {
            throw StorageError(description: "the DynamoDB table \(name): \(error.message)")
        }
        return OpenStorage(table: table, isOwn: false) {}
    }
}

/// The table can't be used.
package struct StorageError: Error, Equatable, CustomStringConvertible {
    /// Why, for a person.
    package let description: String
}
