import CSQLite
import Glibc

/// Opens the file and makes sure that it is ours.
enum LedgerFile {
    /// The writing connection.
    static func open(_ path: String, _ options: SQLiteTable.Options) throws(SQLiteOpenError)
        -> Connection
    {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .inaccessible(path: path, message: String(cString: strerror(errno)))
        }
        close(descriptor)
        let connection = try connect(path, isReadOnly: false)
        do throws(SQLiteFailure) {
            try prepare(connection, path, options)
        } catch {
            connection.close()
            throw refusal(error, path)
        }
        if let refusal = try verdict(connection, path) {
            connection.close()
            throw refusal
        }
        return connection
    }

    /// Another connection to a file that was opened before.
    static func connect(_ path: String, isReadOnly: Bool) throws(SQLiteOpenError) -> Connection {
        do throws(SQLiteFailure) {
            let connection = try Connection(path, isReadOnly: isReadOnly)
            // Until it has read something a connection does not know that there is a log, and its
            // checkpoints do nothing.
            _ = try connection.integer("SELECT count(*) FROM sqlite_master")
            if isReadOnly {
                try connection.execute("PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -8000")
            }
            return connection
        } catch {
            throw refusal(error, path)
        }
    }

    private static func prepare(
        _ connection: Connection,
        _ path: String,
        _ options: SQLiteTable.Options
    ) throws(SQLiteFailure) {
        let tables = try connection.integer("SELECT count(*) FROM sqlite_master")
        let application = try connection.integer("PRAGMA application_id")
        // Not ours: not a byte of it is changed.
        guard application == Int64(Connection.applicationID) || (tables == 0 && application == 0)
        else { return }
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32000")
        if let pages = options.maximumPages {
            try connection.execute("PRAGMA max_page_count = \(pages)")
        }
        if tables == 0 {
            try connection.execute("BEGIN IMMEDIATE; \(Connection.schema) COMMIT")
        }
    }

    private static func verdict(_ connection: Connection, _ path: String) throws(SQLiteOpenError)
        -> SQLiteOpenError?
    {
        do throws(SQLiteFailure) {
            let application = try connection.integer("PRAGMA application_id")
            guard application == Int64(Connection.applicationID) else {
                return .notALedger(path: path)
            }
            let format = Int(try connection.integer("PRAGMA user_version"))
            guard format <= Connection.format else {
                return .newerVersion(path: path, found: format, supported: Connection.format)
            }
            return nil
        } catch {
            throw refusal(error, path)
        }
    }

    private static func refusal(_ failure: SQLiteFailure, _ path: String) -> SQLiteOpenError {
        switch failure.code & 0xff {
        case SQLITE_NOTADB: .notALedger(path: path)
        case SQLITE_CORRUPT: .corrupt(path: path, message: failure.message)
        case SQLITE_BUSY, SQLITE_LOCKED: .inUse(path: path)
        default: .inaccessible(path: path, message: failure.message)
        }
    }
}
