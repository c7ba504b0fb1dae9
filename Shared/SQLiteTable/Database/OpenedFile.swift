import CSQLite
import Glibc

/// One of the files that a connection has open, past SQLite's cache and below its rules.
struct OpenedFile {
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let methods: sqlite3_io_methods

    /// The database's own file; nil only while SQLite has not opened it.
    static func database(of connection: Connection) throws(SQLiteFailure) -> OpenedFile? {
        try OpenedFile(of: connection, pointer: SQLITE_FCNTL_FILE_POINTER)
    }

    /// The log's file; nil when there is none yet.
    static func log(of connection: Connection) throws(SQLiteFailure) -> OpenedFile? {
        try OpenedFile(of: connection, pointer: SQLITE_FCNTL_JOURNAL_POINTER)
    }

    private init?(of connection: Connection, pointer which: Int32) throws(SQLiteFailure) {
        var found: UnsafeMutablePointer<sqlite3_file>?
        try connection.check(sqlite3_file_control(connection.handle, nil, which, &found))
        guard let found, let methods = found.pointee.pMethods?.pointee else { return nil }
        file = found
        self.methods = methods
    }

    /// The file's size in bytes, as its file system has it at present.
    func size() throws(SQLiteFailure) -> Int64 {
        var size: Int64 = 0
        try Self.check(methods.xFileSize(file, &size))
        return size
    }

    /// Fills `buffer` from `offset` on; all of it must be there.
    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SQLiteFailure) {
        let count = Int32(buffer.count)
        try Self.check(methods.xRead(file, buffer.baseAddress, count, offset))
    }

    /// Writes all of `buffer`.
    func write(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SQLiteFailure) {
        let count = Int32(buffer.count)
        try Self.check(methods.xWrite(file, buffer.baseAddress, count, offset))
    }

    /// Makes durable what was written.
    func sync() throws(SQLiteFailure) {
        try Self.check(methods.xSync(file, SQLITE_SYNC_NORMAL))
    }

    /// The connection knows nothing of calls past it.
    private static func check(_ code: Int32) throws(SQLiteFailure) {
        guard code != SQLITE_OK else { return }
        throw SQLiteFailure(
            code: code,
            systemError: errno,
            message: String(cString: sqlite3_errstr(code))
        )
    }
}
