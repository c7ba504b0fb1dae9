import CSQLite
import Glibc
import LedgerCore

/// SQLite's answer when it did not do what it was asked.
struct SQLiteFailure: Error, Sendable {
    /// SQLite's extended result code.
    let code: Int32
    /// The operating system's error number, 0 when there was none.
    let systemError: Int32
    /// SQLite's words; they name no values.
    let message: String

    /// The result code without what the extension adds.
    var primaryCode: Int32 { code & 0xff }

    /// True when the disk, or what we may use of it, is full.
    var isFull: Bool {
        primaryCode == SQLITE_FULL
            || primaryCode == SQLITE_IOERR && (systemError == ENOSPC || systemError == EDQUOT)
    }

    /// True when the file is damaged or no database.
    var isCorrupt: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }

    /// True when somebody else holds a lock that we need.
    var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }

    /// The error that the caller of the table is told.
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

/// A row that could not be read or written; the cases differ in whom that concerns.
enum RowFailure: Error, Sendable {
    /// SQLite failed: the whole transaction must be rolled back, and with it every request in it.
    case sqlite(SQLiteFailure)
    /// One request is refused, and no other is concerned.
    case refused(TableError)

    /// A request met bytes under a key that are not a row.
    static func damaged(_ row: TableKey?) -> RowFailure {
        let name = row.map { ": \($0.group.partitionKey)" } ?? ""
        let error = TableError(
            .definite,
            reason: .corrupt,
            message: "a stored row is damaged\(name)",
            row: row
        )
        return .refused(error)
    }

    /// The error that a reader is told.
    var tableError: TableError {
        switch self {
        case .sqlite(let failure): failure.tableError(.definite)
        case .refused(let error): error
        }
    }
}
