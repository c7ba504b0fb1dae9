import CSQLite
import LedgerCore
import Testing

/// The rows of a table's file, past the table.
final class RawRows {
    private let database: OpaquePointer

    init(_ path: String) throws {
        var database: OpaquePointer?
        try #require(sqlite3_open(path, &database) == SQLITE_OK)
        self.database = try #require(database)
        sqlite3_busy_timeout(database, 5000)
    }

    deinit {
        sqlite3_close_v2(database)
    }

    /// What is stored under a key.
    func value(of key: TableKey) throws -> [UInt8] {
        try statement("SELECT v FROM items WHERE pk=?2 AND sk=?3", [], key) { statement in
            try #require(sqlite3_step(statement) == SQLITE_ROW)
            let count = Int(sqlite3_column_bytes(statement, 0))
            return Array(
                UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, 0), count: count)
            )
        }
    }

    /// Stores something else there.
    func replace(_ key: TableKey, by value: [UInt8]) throws {
        try statement("UPDATE items SET v=?1 WHERE pk=?2 AND sk=?3", value, key) { statement in
            try #require(sqlite3_step(statement) == SQLITE_DONE)
            try #require(sqlite3_changes(database) == 1)
        }
    }

    private func statement<Answer>(
        _ sql: String,
        _ value: [UInt8],
        _ key: TableKey,
        _ body: (OpaquePointer) throws -> Answer
    ) throws -> Answer {
        var statement: OpaquePointer?
        try #require(sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK)
        defer { sqlite3_finalize(statement) }
        // SQLITE_TRANSIENT: SQLite makes a copy.
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let group = key.group.partitionKey
        let sort = key.sortKey
        if !value.isEmpty {
            sqlite3_bind_blob64(statement, 1, value, UInt64(value.count), copies)
        }
        sqlite3_bind_text(statement, 2, group, Int32(group.utf8.count), copies)
        sqlite3_bind_blob64(statement, 3, sort, UInt64(sort.count), copies)
        return try body(try #require(statement))
    }
}
