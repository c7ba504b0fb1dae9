import CSQLite
import LedgerCore
import LedgerTesting

/// Counts rows behind the table's back, whatever group they are in.
enum StoredRows {
    /// How many rows of a ledger's file belong to a stream's incarnation.
    static func count(of stream: StreamIncarnation, in path: String) throws -> Int {
        var database: OpaquePointer?
        defer { sqlite3_close_v2(database) }
        try check(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil), is: SQLITE_OK)
        let sql = """
            SELECT count(*) FROM items
            WHERE instr(pk, '\(stream.hex)') OR instr(CAST(sk AS TEXT), '\(stream.hex)')
            """
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        try check(sqlite3_prepare_v2(database, sql, -1, &statement, nil), is: SQLITE_OK)
        try check(sqlite3_step(statement), is: SQLITE_ROW)
        return Int(sqlite3_column_int64(statement, 0))
    }

    private static func check(_ code: Int32, is expected: Int32) throws {
        guard code == expected else { throw TestFailure("SQLite error \(code)") }
    }
}
