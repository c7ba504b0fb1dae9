import CSQLite
import Glibc
import LedgerBytes
import LedgerCore

/// One connection to the file.
///
/// Used by one thread at a time; SQLite's own locks are off.
final class Connection {
    let handle: OpaquePointer
    private let patience: Int32

    /// The rights of a connection over the file.
    enum Access {
        case readWrite
        /// Reading, beside others that write.
        case readOnly
        /// Reading a file that nobody changes, without a log: also where there is one.
        case fileAlone
    }

    /// Opens a file that exists.
    ///
    /// - Parameters:
    ///   - path: The database's file.
    ///   - options: Of these, the patience with other programs' locks and the file system count.
    ///   - access: What the connection may do with the file.
    /// - Throws: SQLite's reason for which it cannot be opened.
    init(
        path: String,
        options: SQLiteOptions,
        access: Access = .readWrite
    ) throws(SQLiteFailure) {
        let (name, way) = Self.opening(path, for: access)
        var handle: OpaquePointer?
        let flags = way | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(name, &handle, flags, options.fileSystem)
        guard let handle else {
            throw SQLiteFailure(code: SQLITE_NOMEM, systemError: 0, message: "out of memory")
        }
        self.handle = handle
        patience = Int32(clamping: options.lockPatience.wholeMilliseconds)
        sqlite3_extended_result_codes(handle, 1)
        waitPatiently()
        guard code == SQLITE_OK else {
            let failure = failure(code)
            sqlite3_close_v2(handle)
            throw failure
        }
    }

    private static func opening(_ path: String, for access: Access) -> (name: String, way: Int32) {
        // A name such as ":memory:" means something else to SQLite unless it looks like a path.
        let name = path.utf8.first == UInt8(ascii: "/") ? path : "./" + path
        switch access {
        case .readWrite: return (name, SQLITE_OPEN_READWRITE)
        case .readOnly: return (name, SQLITE_OPEN_READONLY)
        case .fileAlone:
            let uri = "file:" + PercentCoding.encode(name, keepsSlashes: true) + "?immutable=1"
            return (uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
        }
    }

    /// Closes, and frees the statements; they must not be used again.
    ///
    /// The last connection to the file copies the log into the database and removes it, unless it
    /// keeps the log.
    func close() {
        while let statement = sqlite3_next_stmt(handle, nil) { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// From now on waits only shortly for locks: for readers, which take milliseconds.
    func waitBriefly() {
        sqlite3_busy_handler(handle, waitForReaders, nil)
    }

    /// From now on waits for other programs' locks as long as the options say.
    func waitPatiently() {
        sqlite3_busy_timeout(handle, patience)
    }

    /// True after a BEGIN until its COMMIT, its ROLLBACK or an error that rolled back.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows that the last statement changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// Runs statements that return nothing of interest.
    func execute(_ sql: String) throws(SQLiteFailure) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// The one number that `sql` returns.
    func number(_ sql: String) throws(SQLiteFailure) -> Int64 {
        let statement = try prepare(sql)
        defer { statement.finalize() }
        try check(statement.step(), is: SQLITE_ROW)
        return statement.number(at: 0)
    }

    /// Compiles a statement that will be used again and again.
    func prepare(_ sql: String) throws(SQLiteFailure) -> Statement {
        var statement: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        try check(sqlite3_prepare_v3(handle, sql, -1, flags, &statement, nil))
        guard let statement else {
            preconditionFailure("SQL that is compiled holds a statement: \(sql)")
        }
        return Statement(statement)
    }

    /// Makes `target`'s file a copy of this one, page by page, as this connection sees it.
    func copy(into target: Connection) throws(SQLiteFailure) {
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw target.failure(sqlite3_errcode(target.handle))
        }
        let code = sqlite3_backup_step(backup, -1)
        let end = sqlite3_backup_finish(backup)
        try target.check(code, is: SQLITE_DONE)
        try target.check(end)
    }

    /// Throws SQLite's failure unless the last call answered with the expected code.
    func check(_ code: Int32, is expected: Int32 = SQLITE_OK) throws(SQLiteFailure) {
        guard code == expected else { throw failure(code) }
    }

    /// The failure that `code`, the last call's answer, stands for.
    func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(
            code: code,
            systemError: sqlite3_system_errno(handle),
            message: String(cString: sqlite3_errmsg(handle))
        )
    }
}

/// Reads take a few milliseconds at most, so looks often: 40 ms in steps of 0.2 ms.
private func waitForReaders(context: UnsafeMutableRawPointer?, count: Int32) -> Int32 {
    guard count < 200 else { return 0 }
    usleep(200)
    return 1
}

/// A compiled statement.
///
/// It belongs to its connection's thread. Bound bytes are not copied: they must stay in place until
/// the statement is reset.
final class Statement {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// Frees the statement; it must not be used again.
    func finalize() {
        sqlite3_finalize(handle)
    }

    /// Binds a number; columns and parameters count as in SQLite, from 0 and from 1.
    func bind(_ number: Int64, at index: Int32) {
        sqlite3_bind_int64(handle, index, number)
    }

    /// Binds a number or NULL.
    func bind(_ number: Int64?, at index: Int32) {
        if let number { bind(number, at: index) } else { sqlite3_bind_null(handle, index) }
    }

    /// Binds bytes without copying them.
    func bind(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int32) {
        // An empty buffer may have no address, and no address means NULL.
        guard let address = bytes.baseAddress, !bytes.isEmpty else {
            sqlite3_bind_zeroblob(handle, index, 0)
            return
        }
        sqlite3_bind_blob64(handle, index, address, UInt64(bytes.count), nil)
    }

    /// Binds ASCII text without copying it.
    func bind(ascii text: UnsafeBufferPointer<UInt8>, at index: Int32) {
        text.withMemoryRebound(to: CChar.self) { characters in
            let count = UInt64(characters.count)
            let encoding = UInt8(SQLITE_UTF8)
            sqlite3_bind_text64(handle, index, characters.baseAddress, count, nil, encoding)
        }
    }

    /// Runs up to the next row or the end and returns SQLite's code.
    func step() -> Int32 {
        sqlite3_step(handle)
    }

    /// Ends the run: its snapshot and what it had bound are let go.
    func reset() {
        sqlite3_reset(handle)
    }

    /// Runs to the end and resets.
    func run() -> Int32 {
        defer { reset() }
        return step()
    }

    /// A column of the present row as a number.
    func number(at column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    /// A column's bytes, valid until the next step or reset.
    func bytes(at column: Int32) -> UnsafeRawBufferPointer {
        let address = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(
            start: address,
            count: Int(sqlite3_column_bytes(handle, column))
        )
    }
}
