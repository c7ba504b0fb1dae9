import CSQLite

/// The settings of a table on SQLite; the documentation's measurements were made with the defaults.
package struct SQLiteOptions: Hashable, Sendable {
    /// Threads that read, each with its own connection.
    package var readers: Int = 3
    /// Bytes of rows that one commit takes at most, unless one request alone has more.
    package var commitBytes: Int = 8 << 20
    /// The log is copied into the database once it is so far ahead, bytes.
    package var checkpointBytes: Int = 4 << 20
    /// A smaller lead is copied after this time.
    package var checkpointInterval: Duration = .milliseconds(200)
    /// The log is begun anew above this size, bytes, as soon as that is cheap.
    package var logBytes: Int = 64 << 20
    /// It is begun anew above this size, bytes, even if writes must wait for it.
    package var maximumLogBytes: Int = 192 << 20
    /// Page size of a new file, bytes: a power of two, 512–65,536.
    package var pageBytes: Int = 4096
    /// Page cache of the writing connection, bytes; each reading one has a quarter.
    package var cacheBytes: Int = 32 << 20
    /// The longest wait for a lock that another program holds on the file.
    package var lockPatience: Duration = .seconds(5)
    /// The largest database, pages; nil: SQLite's own limit.
    ///
    /// A write beyond it fails as on a full disk.
    package var maximumPages: Int?
    /// SQLite's way to the disk, by the name under which it was registered; nil: the system's.
    ///
    /// For tests of what happens when the disk fails.
    package var fileSystem: String?

    /// The defaults, each of which can be set afterwards.
    package init() {}
}

/// Counts and sizes of a table on SQLite since it was opened, for metrics.
package struct SQLiteStatistics: Hashable, Sendable {
    /// Commits, each one fsync of the log; those that had nothing to write count too.
    package var commits: Int
    /// Calls that these commits answered.
    package var writes: Int
    /// Rows that they wrote or removed.
    package var rows: Int
    /// The most calls that shared one commit.
    package var largestCommit: Int
    /// Times that part of the log was copied into the database.
    package var checkpoints: Int
    /// Times that this failed; the log keeps everything meanwhile.
    package var checkpointFailures: Int
    /// Times that the log began anew.
    package var logRestarts: Int
    /// Bytes of the log that are in use.
    package var walBytes: Int
    /// The most bytes of the log that were in use.
    package var peakWALBytes: Int
    /// Size of the log's file, bytes; it does not shrink when the log begins anew.
    package var walFileBytes: Int

    /// Rows in a commit on the average, 0 before the first.
    package var rowsPerCommit: Double {
        commits == 0 ? 0 : Double(rows) / Double(commits)
    }
}

/// A reason for which a table's file could not be opened.
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
    /// A sentence for a person that says what is wrong, and what to do where something can be done.
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

/// The SQLite that this program was linked with.
package enum SQLiteLibrary {
    /// The version of SQLite, such as `3.46.1`.
    package static var version: String { String(cString: sqlite3_libversion()) }
}
