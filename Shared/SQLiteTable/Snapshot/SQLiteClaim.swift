import Glibc

/// The right to a table's file while nobody uses it, for putting another in its place.
///
/// The same lock that a table takes: while it is held none can be opened there.
package final class SQLiteClaim: Sendable {
    private let lock: LockFile

    /// Claims the file at `path`, which need not exist; its folder must.
    ///
    /// Throws ``SQLiteOpenError/inUse(path:)`` while a table has it open.
    package init(path: String) throws(SQLiteOpenError) {
        lock = try LockFile(path: try RealPath.of(path) + ".lock")
    }

    deinit {
        lock.release()
    }

    /// Gives a file that is not open its final name, durably.
    package static func move(_ source: String, to target: String) throws(SQLiteOpenError) {
        guard rename(source, target) == 0 else {
            throw .cannotOpen(path: target, reason: lastSystemError())
        }
        try DatabaseFile.sync(path: target)
    }

    /// Removes the file at `path` and what SQLite and a table keep beside it.
    package static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal", ".lock"] { unlink(path + suffix) }
    }

    /// Whether there is anything at `path`, or a log of it that a crash left behind.
    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0 || access(path + "-wal", F_OK) == 0
    }
}
