import CSQLite

/// The tables in a ledger's file, and the checks that a file is one.
enum Schema {
    /// "ELDG", in the file's header.
    static let applicationID: Int64 = 0x454c_4447
    /// "ELDU": a ledger that is in use, or was when its process was killed.
    ///
    /// A clean stop puts ``applicationID`` back: ``Mark``.
    static let inUseID: Int64 = 0x454c_4455
    /// "ELBK": a backup, which is read and put back, and not written to.
    static let backupID: Int64 = 0x454c_424b
    /// The format this program writes, and the newest it reads.
    static let version: Int64 = 2
    /// The oldest it reads: its rows have no checksum.
    static let oldestVersion: Int64 = 1

    /// The table and its indexes.
    ///
    /// Not `WITHOUT ROWID`: measured with rows of 200 B, 20 KB and 200 KB, an index b-tree that
    /// holds the rows themselves took in 25 to 60 % fewer of them a second.
    ///
    /// The column `ttl` is NULL for a row that the engine must not remove by itself.
    private static let create = """
        CREATE TABLE items(
            pk TEXT NOT NULL, sk BLOB NOT NULL, v BLOB NOT NULL, ttl INTEGER,
            PRIMARY KEY(pk, sk)
        );
        CREATE INDEX items_ttl ON items(ttl) WHERE ttl IS NOT NULL;
        """

    /// The entries of `sqlite_schema` that ``create`` makes: the table, its key's index and the
    /// ttl's.
    static let entries: Int64 = 3

    /// The connection that writes: checks the file or makes a new one of it.
    static func openWriter(
        path: String,
        options: SQLiteOptions
    ) throws(SQLiteOpenError) -> Connection {
        try opening(path) { () throws(SQLiteFailure) in
            let connection = try Connection(path: path, options: options)
            // A file that is refused stays as it is: the log may be the only whole copy, and copied
            // into a file that was cut off it would hide what is missing.
            connection.keepLog(true)
            do throws(SQLiteFailure) {
                if try Mark.lacksLog(connection, path: path) {
                    connection.close()
                    return .failure(.copiedInUse(path: path))
                }
                let identity = try Identity(connection)
                if let refusal = identity.refusal(path: path) {
                    connection.close()
                    return .failure(refusal)
                }
                try configure(connection, options: options)
                try Recovery.run(connection)
                if identity.isEmpty { try initialise(connection) }
                if identity.isOld { try connection.execute("PRAGMA user_version=\(version)") }
                try Mark.set(connection)
                return .success(connection)
            } catch {
                connection.close()
                throw error
            }
        }
    }

    /// A further connection to a file that is open already.
    static func openFurther(
        path: String,
        options: SQLiteOptions,
        cacheBytes: Int
    ) throws(SQLiteOpenError) -> Connection {
        try opening(path) { () throws(SQLiteFailure) in
            let connection = try Connection(path: path, options: options)
            connection.keepLog(true)
            do throws(SQLiteFailure) {
                try connection.execute(
                    """
                    PRAGMA synchronous=FULL;
                    PRAGMA wal_autocheckpoint=0;
                    PRAGMA cache_size=-\(cacheBytes >> 10)
                    """
                )
                return .success(connection)
            } catch {
                connection.close()
                throw error
            }
        }
    }

    /// A connection that reads the file as it is now, for as long as it is open.
    static func openSnapshot(
        path: String,
        withoutLog: Bool
    ) throws(SQLiteOpenError) -> Connection {
        try opening(path) { () throws(SQLiteFailure) in
            let connection = try Connection(
                path: path,
                options: SQLiteOptions(),
                access: withoutLog ? .fileAlone : .readOnly
            )
            do throws(SQLiteFailure) {
                if !withoutLog, try Mark.lacksLog(connection, path: path) {
                    connection.close()
                    return .failure(.copiedInUse(path: path))
                }
                // The first read of a transaction decides what all of it sees.
                try connection.execute("BEGIN")
                let identity = try Identity(connection)
                guard !identity.isEmpty else {
                    connection.close()
                    return .failure(.notOurs(path: path, reason: "nothing was ever stored in it"))
                }
                if let refusal = identity.refusal(path: path, takesBackups: true) {
                    connection.close()
                    return .failure(refusal)
                }
                return .success(connection)
            } catch {
                connection.close()
                throw error
            }
        }
    }

    private static func opening(
        _ path: String,
        body: () throws(SQLiteFailure) -> Result<Connection, SQLiteOpenError>
    ) throws(SQLiteOpenError) -> Connection {
        let result: Result<Connection, SQLiteOpenError>
        do throws(SQLiteFailure) {
            result = try body()
        } catch {
            throw SQLiteOpenError(error, path: path)
        }
        return try result.get()
    }

    private static func configure(
        _ connection: Connection,
        options: SQLiteOptions
    ) throws(SQLiteFailure) {
        // The page size counts for a new file only, and only before the log is switched on.
        try connection.execute(
            """
            PRAGMA page_size=\(options.pageBytes);
            PRAGMA journal_mode=WAL;
            PRAGMA synchronous=FULL;
            PRAGMA wal_autocheckpoint=0;
            PRAGMA cache_size=-\(options.cacheBytes >> 10);
            """
        )
        if let pages = options.maximumPages {
            try connection.execute("PRAGMA max_page_count=\(pages)")
        }
    }

    /// One transaction, so that a crash leaves either an empty database or a finished one.
    private static func initialise(_ connection: Connection) throws(SQLiteFailure) {
        try connection.execute(
            """
            BEGIN IMMEDIATE;
            \(create)
            PRAGMA application_id=\(inUseID);
            PRAGMA user_version=\(version);
            COMMIT
            """
        )
    }
}

/// The ids and the version by which a file says whose it is.
private struct Identity {
    let applicationID: Int64
    let version: Int64
    let entries: Int64

    init(_ connection: Connection) throws(SQLiteFailure) {
        applicationID = try connection.number("PRAGMA application_id")
        version = try connection.number("PRAGMA user_version")
        entries = try connection.number("SELECT count(*) FROM sqlite_schema")
    }

    /// A database in which nothing was ever done.
    var isEmpty: Bool { applicationID == 0 && version == 0 && entries == 0 }

    /// A ledger in a format that is read, and written from now on in the newest.
    var isOld: Bool { !isEmpty && version < Schema.version }

    /// The error by which the file is refused; nil for a ledger that can be opened, or a new file.
    func refusal(path: String, takesBackups: Bool = false) -> SQLiteOpenError? {
        if isEmpty { return nil }
        if applicationID == Schema.backupID, !takesBackups { return .backup(path: path) }
        let ours = [Schema.applicationID, Schema.inUseID, Schema.backupID]
        guard ours.contains(applicationID) else {
            return .notOurs(path: path, reason: "it is another application's database")
        }
        guard version <= Schema.version else {
            let supported = Int(Schema.version)
            return .newerVersion(path: path, found: Int(version), supported: supported)
        }
        guard version >= Schema.oldestVersion, entries == Schema.entries else {
            return .corrupt(path: path, reason: "its tables are not those of format \(version)")
        }
        return nil
    }
}
