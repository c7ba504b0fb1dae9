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
        TableError(effect, reason, "SQLite error \(code): \(message)")
    }

    private var reason: TableError.Reason {
        if isFull { return .full }
        if isCorrupt { return .corrupt }
        if isBusy { return .throttled }
        return primaryCode == SQLITE_TOOBIG ? .invalid : .unavailable
    }
}

/// Why a row could not be read or written.
enum RowFailure: Error, Sendable {
    /// SQLite failed; the transaction must be rolled back.
    case sqlite(SQLiteFailure)
    /// What is stored under the key is not a row. Whoever asked is told; others are not concerned.
    case damaged(TableKey?)
    /// The request was decided too long ago.
    case late(TableError)

    /// What a reader is told.
    var tableError: TableError {
        switch self {
        case .sqlite(let failure): failure.tableError(.definite)
        case .late(let error): error
        case .damaged(let row): Self.damage(of: row)
        }
    }

    static func damage(of row: TableKey?) -> TableError {
        let name = row.map { ": \($0.group.partitionKey)" } ?? ""
        return TableError(.definite, .corrupt, "a stored row is damaged\(name)", row: row)
    }
}
