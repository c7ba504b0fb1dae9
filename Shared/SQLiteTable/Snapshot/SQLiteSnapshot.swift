import CSQLite
import Glibc
package import LedgerCore
import Platform

/// A table's file as it is at one moment, read only, also while another process uses it.
///
/// It takes no part in the lock beside the file: SQLite's log lets it read while the ledger writes.
/// The ledger can't begin its log anew meanwhile, so a snapshot is not to be kept for long. Used
/// by one thread.
package final class SQLiteSnapshot: TableSnapshot {
    private let connection: Connection
    private let path: String

    private init(_ connection: Connection, path: String) {
        self.connection = connection
        self.path = path
    }

    deinit {
        connection.close()
    }

    /// The file at `path` as it is now.
    ///
    /// - Parameters:
    ///   - path: The table's file; links are followed.
    ///   - withoutLog: True to take a file that was copied while in use, on its user's word: only
    ///     the file itself is looked at, and nothing is written beside it. Otherwise such a file is
    ///     ``SQLiteOpenError/copiedInUse(path:)``.
    /// - Returns: A snapshot that holds the log back until it is released.
    /// - Throws: The reason for which the file can't be read.
    package static func open(
        path: String,
        withoutLog: Bool = false
    ) throws(SQLiteOpenError) -> SQLiteSnapshot {
        let path = try RealPath.of(path)
        guard access(path, R_OK) == 0 else {
            throw .cannotOpen(path: path, reason: lastSystemError())
        }
        let connection = try Schema.openSnapshot(path: path, withoutLog: withoutLog)
        return SQLiteSnapshot(connection, path: path)
    }

    /// The problems that SQLite itself finds in the file, which is read as a whole.
    ///
    /// - Returns: At most 20 problems in SQLite's words.
    package func fileProblems() throws(TableError) -> [String] {
        var problems: [String] = []
        try run("PRAGMA integrity_check(20)") { statement in
            let text = String(decoding: statement.bytes(at: 0), as: UTF8.self)
            if text != "ok" { problems.append(text) }
        }
        return problems
    }

    /// The use that a copy is made for.
    package enum Purpose: Sendable {
        /// To be kept: a table can't be opened on it.
        case backup
        /// To be a table's file.
        case table
    }

    /// Writes the snapshot to a new file at `path`, readable by its owner only, and syncs it.
    ///
    /// The copy is one file without a log beside it. When this throws there may be a part of it.
    package func copy(to path: String, as purpose: Purpose) throws(SQLiteOpenError) {
        try DatabaseFile.create(path: path)
        do throws(SQLiteFailure) {
            let target = try Connection(path: path, options: SQLiteOptions())
            defer { target.close() }
            // A copy that breaks off is thrown away, so it needs no journal.
            try target.execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF")
            try connection.copy(into: target)
            let id = purpose == .backup ? Schema.backupID : Schema.applicationID
            try target.execute("PRAGMA application_id=\(id); PRAGMA journal_mode=DELETE")
        } catch {
            throw SQLiteOpenError(error, path: path)
        }
        try DatabaseFile.sync(path: path)
    }

    // MARK: TableSnapshot

    /// The partition keys under which there are rows, ascending.
    package func partitionKeys() throws(TableError) -> [String] {
        var keys: [String] = []
        var isDone = false
        while !isDone {
            isDone = true
            let last = Array((keys.last ?? "").utf8)
            try last.withUnsafeBufferPointer { last throws(TableError) in
                // One look into the index for each, however many rows it has.
                let sql = "SELECT pk FROM items WHERE pk>?1 ORDER BY pk LIMIT 1"
                try run(sql, bind: { $0.bind(ascii: last, at: 1) }) { statement in
                    keys.append(String(decoding: statement.bytes(at: 0), as: UTF8.self))
                    isDone = false
                }
            }
        }
        return keys
    }

    /// Calls `body` with each row of a group, in sort-key order.
    package func forEachRow(
        of group: RowGroup,
        _ body: (StoredRow) -> Void
    ) throws(TableError) {
        let key = Array(group.partitionKey.utf8)
        let checksum = RowChecksum(partition: key)
        try key.withUnsafeBufferPointer { key throws(TableError) in
            let sql = "SELECT sk, v FROM items WHERE pk=?1 ORDER BY sk"
            try run(sql, bind: { $0.bind(ascii: key, at: 1) }) { statement in
                body(Self.row(of: group, at: statement, checksum: checksum))
            }
        }
    }

    private static func row(
        of group: RowGroup,
        at statement: Statement,
        checksum: RowChecksum
    ) -> StoredRow {
        let bytes = statement.bytes(at: 0)
        let sort = Array(bytes)
        guard let key = group.key(sortKey: sort),
            let item = RowCodec.decode(
                statement.bytes(at: 1),
                key: key,
                sort: bytes,
                checksum: checksum
            )
        else { return .damaged(sortKey: sort) }
        return .row(item)
    }

    private func run(
        _ sql: String,
        bind: (Statement) -> Void = { _ in },
        row: (Statement) -> Void
    ) throws(TableError) {
        do throws(SQLiteFailure) {
            let statement = try connection.prepare(sql)
            defer { statement.finalize() }
            bind(statement)
            while true {
                let code = statement.step()
                if code == SQLITE_DONE { return }
                try connection.check(code, is: SQLITE_ROW)
                row(statement)
            }
        } catch {
            throw error.tableError(.definite)
        }
    }
}

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

    /// True when there is anything at `path`, or a log of it that a crash left behind.
    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0 || access(path + "-wal", F_OK) == 0
    }
}
