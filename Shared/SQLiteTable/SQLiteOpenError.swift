/// Why a table's file could not be opened.
///
/// None of these changes the file.
package enum SQLiteOpenError: Error, Hashable, Sendable {
    /// Another process, or another table in this one, has the file open.
    case inUse(path: String)
    /// Another program holds SQLite's own lock on the file, a shell or a backup for example.
    case locked(path: String)
    /// A newer version of this program wrote the file.
    case newerVersion(path: String, found: Int, supported: Int)
    /// The file belongs to something else.
    case notOurs(path: String, reason: String)
    /// The file is a backup.
    case backup(path: String)
    /// The file was copied while a table used it, or its log was taken away.
    case copiedInUse(path: String)
    /// The file has several names (hard links).
    case linked(path: String, names: Int)
    /// The file is damaged.
    case corrupt(path: String, reason: String)
    /// No room to create the file.
    case full(path: String)
    /// The operating system or SQLite refuses.
    case cannotOpen(path: String, reason: String)

    init(_ failure: SQLiteFailure, path: String) {
        let reason = "SQLite error \(failure.code): \(failure.message)"
        if failure.isFull {
            self = .full(path: path)
        } else if failure.isCorrupt {
            self = .corrupt(path: path, reason: reason)
        } else if failure.isBusy {
            self = .locked(path: path)
        } else {
            self = .cannotOpen(path: path, reason: reason)
        }
    }
}

extension SQLiteOpenError: CustomStringConvertible {
    /// What is wrong and what to do, for a person.
    package var description: String {
        switch self {
        case .inUse(let path):
            "another process uses this ledger: \(path) is locked; stop it or choose another file"
        case .locked(let path):
            "another program holds a lock on \(path); close it and try again"
        case .newerVersion(let path, let found, let supported):
            "\(path) has format \(found), this program knows up to \(supported); use a newer one"
        case .notOurs(let path, let reason):
            "\(path) is not a ledger: \(reason); choose another file"
        case .backup(let path):
            "\(path) is a backup; `eventledger restore` makes a ledger of it"
        case .copiedInUse(let path):
            "\(path) was copied while it was in use, or its log \(path)-wal is gone: what was "
                + "written last may be missing. Make copies with `eventledger backup`; "
                + "`eventledger restore --without-log` makes a ledger of what is there"
        case .linked(let path, let names):
            "\(path) is one of \(names) names (hard links) of the same file, and a ledger's log and "
                + "lock stand beside one name; remove the others, or copy the file"
        case .corrupt(let path, let reason):
            "\(path) is damaged (\(reason)); restore it from a backup"
        case .full(let path):
            "no room left on the disk for \(path)"
        case .cannotOpen(let path, let reason):
            "cannot open \(path): \(reason)"
        }
    }
}
