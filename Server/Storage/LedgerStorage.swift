import AWSClient
import DynamoDBTable
import LedgerBytes
import LedgerCore
import LedgerService
import SQLiteTable

/// The place of a server's table.
package enum LedgerStorage: Hashable, Sendable {
    /// A SQLite file in this folder, for one process alone.
    case sqlite(folder: String)
    /// A DynamoDB table by its name, for any number of processes; region and credentials as AWS's
    /// own tools find them.
    case dynamoDB(table: String)

    /// Reads what `--table` says: `sqlite`, or `dynamodb:NAME`; nil for anything else.
    ///
    /// - Parameters:
    ///   - text: the option's value.
    ///   - folder: the place of the file of `sqlite`.
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

    /// True for a name that DynamoDB allows: 3 to 255 of `A-Z a-z 0-9 _ - .`.
    private static func isTableName(_ name: Substring) -> Bool {
        (3...255).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                ASCII.isAlphanumeric(byte) || "_-.".utf8.contains(byte)
            }
    }

    /// Connections to the table that may be open at once.
    var connections: Int {
        switch self {
        case .sqlite: 0
        // `CurlPool`'s default.
        case .dynamoDB: 128
        }
    }

    /// The data's place in words, for a person.
    package var place: String {
        switch self {
        case .sqlite(let folder): "\(folder)/\(DataFolder.fileName)"
        case .dynamoDB(let table): "DynamoDB table \(table)"
        }
    }
}

/// An open table, and its close.
struct OpenStorage: Sendable {
    let table: any Table
    /// True when no other process appends to the table.
    let isOwn: Bool
    private let closing: @Sendable () async -> Void

    /// Opens a table and checks that it can be read.
    ///
    /// - Parameters:
    ///   - storage: the table's place.
    ///   - clock: for the table's decisions about expired rows.
    ///   - metrics: shows the table's own figures.
    /// - Returns: the open table, which was read once.
    /// - Throws: ``StartError/storage(_:)``.
    static func open(
        _ storage: LedgerStorage,
        clock: any LedgerClock,
        metrics: PrometheusMetrics
    ) async throws(StartError) -> OpenStorage {
        switch storage {
        case .sqlite(let folder): try openSQLite(in: folder, clock: clock, metrics: metrics)
        case .dynamoDB(let name): try await openDynamoDB(table: name)
        }
    }

    func close() async { await closing() }

    private static func openSQLite(
        in folder: String,
        clock: any LedgerClock,
        metrics: PrometheusMetrics
    ) throws(StartError) -> OpenStorage {
        try DataFolder.make(folder)
        let table: SQLiteTable
        do throws(SQLiteOpenError) {
            table = try SQLiteTable.open(
                path: folder + "/" + DataFolder.fileName,
                clock: clock.instant
            )
        } catch {
            throw .storage("\(error)")
        }
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

    private static func openDynamoDB(
        table name: String
    ) async throws(StartError) -> OpenStorage {
        let table: DynamoDBTable
        do throws(AWSError) {
            table = try DynamoDBTable(name: name, environment: .fromProcess())
        } catch {
            throw .storage(error.message)
        }
        do throws(TableError) {
            _ = try await table.query(Query(.streams, limit: 1))
        } catch {
            throw .storage("the DynamoDB table \(name): \(error.message)")
        }
        return OpenStorage(table: table, isOwn: false) {}
    }
}
