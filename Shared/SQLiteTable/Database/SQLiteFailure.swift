import CSQLite
import Glibc
import LedgerCore

/// What SQLite answered when it did not do what it was asked.
struct SQLiteFailure: Error, Sendable {
    /// SQLite's extended result code.
    let code: Int32
    /// The operating system's error number, 0 when there was none.
    let systemError: Int32
    /// SQLite's words; they name no values.
    let message: String

    /// The result code without what the extension adds.
    var primaryCode: Int32 { code & 0xff }

    /// Whether the disk, or what we may use of it, is full.
    var isFull: Bool {
        primaryCode == SQLITE_FULL
            || primaryCode == SQLITE_IOERR && (systemError == ENOSPC || systemError == EDQUOT)
    }

    /// Whether the file is damaged or no database.
    var isCorrupt: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }

    /// Whether somebody else holds a lock that we need.
    var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }

    /// What the caller of the table is told.
    func tableError(_ effect: TableError.Effect) -> TableError {
        TableError(effect, reason: reason, message: "SQLite error \(code): \(message)")
    }

    private var reason: TableError.Reason {
        if isFull { return .full }
        if isCorrupt { return .corrupt }
        if isBusy { return .throttled }
        return primaryCode == SQLITE_TOOBIG ? .invalid : .unavailable
    }
}
