import CSQLite

/// The sign in a file that a table uses it, or did until it was killed: its application id.
///
/// While a table has its file open, its log is there, and a crash leaves it behind: it may have
/// acknowledged writes that the file has not. A marked file without a log is therefore a copy that
/// was made meanwhile, torn and short, or a ledger whose log somebody took away.
///
///     clean ──open: mark, copied into the file──→ marked, log there ──stop: unmark──→ clean, no log
///                                                    │    ↑
///                                                  crash  open
///                                                    ↓    │
///                                                marked, log there
///
/// The log is made, and its name durable, before the mark is; and the mark is gone from the file
/// before the log is. So no crash leaves a marked file without a log.
enum Mark {
    /// The place of the application id, big-endian, in the database's header:
    /// `https://sqlite.org/fileformat.html`, section 1.3.
    private static let offset: Int64 = 68

    /// True when the file is marked and has no log beside it.
    ///
    /// To be asked right before the connection's first statement only, for that makes a log. It
    /// does not open the file by a descriptor of its own: closing that would let go of the locks
    /// that this process has on the file.
    static func lacksLog(_ connection: Connection, path: String) throws(SQLiteFailure) -> Bool {
        let log = path + "-wal"
        if try connection.hasFile(log) { return false }
        guard try isInFile(connection) else { return false }
        // A table may have been opened in between.
        return try !connection.hasFile(log)
    }

    /// Marks the file, so that a copy that has nothing else can be recognised.
    ///
    /// The log is durable by now, see ``Recovery``, so copying it into the file is safe. Where
    /// another program's reading keeps it from being copied, the checkpointer does that later.
    static func set(_ connection: Connection) throws(SQLiteFailure) {
        if try connection.number("PRAGMA application_id") != Schema.inUseID {
            try connection.execute("PRAGMA application_id=\(Schema.inUseID)")
        }
        if try !isInFile(connection) { _ = try connection.checkpoint() }
    }

    /// Removes the mark, by the last commit of all.
    ///
    /// - Returns: False when it could not, and the file still needs its log.
    static func remove(_ connection: Connection) -> Bool {
        do throws(SQLiteFailure) {
            try connection.execute("PRAGMA application_id=\(Schema.applicationID)")
            return true
        } catch {
            return false
        }
    }

    /// True when the file itself is marked, whatever the log says.
    private static func isInFile(_ connection: Connection) throws(SQLiteFailure) -> Bool {
        guard let file = try OpenedFile.database(of: connection), try file.size() >= offset + 4
        else { return false }
        var id: UInt32 = 0
        try withUnsafeMutableBytes(of: &id) { bytes throws(SQLiteFailure) in
            try file.read(bytes, at: offset)
        }
        return Int64(UInt32(bigEndian: id)) == Schema.inUseID
    }
}

extension Connection {
    /// True when there is a file of this name, by the connection's own way to the disk.
    fileprivate func hasFile(_ path: String) throws(SQLiteFailure) -> Bool {
        var found: UnsafeMutablePointer<sqlite3_vfs>?
        try check(sqlite3_file_control(handle, nil, SQLITE_FCNTL_VFS_POINTER, &found))
        guard let found, let access = found.pointee.xAccess else { return false }
        // For the first question an empty file does not exist; a log is empty when it has just been
        // begun anew.
        for question in [SQLITE_ACCESS_EXISTS, SQLITE_ACCESS_READWRITE] {
            var answer: Int32 = 0
            try check(access(found, path, question, &answer))
            if answer != 0 { return true }
        }
        return false
    }
}
