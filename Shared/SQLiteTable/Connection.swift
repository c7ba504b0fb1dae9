import CSQLite
import LedgerCore

/// One connection to the file. Used by one thread at a time.
///
/// Unchecked: each connection is made for, and only touched by, one worker thread.
final class Connection: @unchecked Sendable {
    private let database: OpaquePointer
    private var statements: [String: Statement] = [:]

    /// Opens the file, which exists.
    init(_ path: String, isReadOnly: Bool) throws(SQLiteFailure) {
        var handle: OpaquePointer?
        // Each connection stays on its thread, so SQLite needs no mutex of its own.
        let flags = (isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard let handle else { throw SQLiteFailure(code: code, message: "out of memory") }
        guard code == SQLITE_OK else {
            let failure = SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(handle)))
            sqlite3_close_v2(handle)
            throw failure
        }
        database = handle
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, 5_000)
    }

    /// Runs statements that return nothing of interest.
    func execute(_ sql: String) throws(SQLiteFailure) {
        try check(sqlite3_exec(database, sql, nil, nil, nil))
    }

    /// The first column of a query's first row.
    func integer(_ sql: String) throws(SQLiteFailure) -> Int64 {
        let statement = try Statement(database, sql)
        guard try statement.step() else { return 0 }
        return statement.integer(0)
    }

    /// The statement for `sql`, prepared once; reset after `body` whatever happens.
    func with<Result>(
        _ sql: String,
        _ body: (Statement) throws(SQLiteFailure) -> Result
    ) throws(SQLiteFailure) -> Result {
        let statement: Statement
        if let prepared = statements[sql] {
            statement = prepared
        } else {
            statement = try Statement(database, sql)
            statements[sql] = statement
        }
        defer { statement.reset() }
        return try body(statement)
    }

    /// How many rows the last statement changed.
    var changes: Int { Int(sqlite3_changes(database)) }

    /// Whether a transaction is open: SQLite ends it by itself after some errors.
    var isInTransaction: Bool { sqlite3_get_autocommit(database) == 0 }

    /// Runs a checkpoint.
    ///
    /// - Returns: Frames in the log, and how many of them are in the database now.
    func checkpoint(_ mode: Int32) throws(SQLiteFailure) -> (log: Int, done: Int) {
        var log: Int32 = 0
        var done: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(database, nil, mode, &log, &done)
        guard code & 0xff != SQLITE_BUSY else { return (Int(log), Int(done)) }
        try check(code)
        return (Int(log), Int(done))
    }

    func close() {
        statements = [:]
        sqlite3_close_v2(database)
    }

    private func check(_ code: Int32) throws(SQLiteFailure) {
        guard code == SQLITE_OK else {
            throw SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(database)))
        }
    }
}

/// A call that SQLite refused.
struct SQLiteFailure: Error {
    /// The extended result code.
    let code: Int32
    let message: String

    /// What it means to a caller of the table.
    func tableError(_ effect: TableError.Effect) -> TableError {
        let reason: TableError.Reason =
            switch code & 0xff {
            case SQLITE_FULL: .full
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
            case SQLITE_BUSY, SQLITE_LOCKED: .throttled
            default: .unavailable
            }
        return TableError(effect, reason, "SQLite \(code): \(message)")
    }
}
