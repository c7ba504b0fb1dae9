import CSQLite

/// What is in the file, and whether a file is ours.
enum Schema {
    /// "ELDG", in the file's header.
    static let applicationID: Int64 = 0x454c_4447
    /// The format this program writes, and the newest it reads.
    static let version: Int64 = 1

    /// The table and its indexes.
    ///
    /// Not `WITHOUT ROWID`: measured with rows of 200 B, 20 KB and 200 KB, an index b-tree that
    /// holds the rows themselves took in 25 to 60 % fewer of them a second.
    ///
    /// Only those have a `ttl` in its column that the engine may remove by itself.
    private static let create = """
        CREATE TABLE items(
            pk TEXT NOT NULL, sk BLOB NOT NULL, v BLOB NOT NULL, ttl INTEGER,
            PRIMARY KEY(pk, sk)
        );
        CREATE INDEX items_ttl ON items(ttl) WHERE ttl IS NOT NULL;
        """

    /// What that makes in the schema: the table, its key's index and the ttl's.
    static let entries: Int64 = 3

    /// The connection that writes: checks the file or makes a new one of it.
    static func openWriter(
        path: String,
        options: SQLiteOptions
    ) throws(SQLiteOpenError) -> Connection {
        try opening(path) { () throws(SQLiteFailure) in
            let connection = try Connection(path: path, options: options)
            do throws(SQLiteFailure) {
                let identity = try Identity(connection)
                if let refusal = identity.refusal(path: path) {
                    connection.close()
                    return .failure(refusal)
                }
                try configure(connection, options: options)
                try Recovery.run(connection)
                if identity.isEmpty { try initialise(connection) }
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
        cacheBytes: Int,
        mappedBytes: Int
    ) throws(SQLiteOpenError) -> Connection {
        try opening(path) { () throws(SQLiteFailure) in
            let connection = try Connection(path: path, options: options)
            do throws(SQLiteFailure) {
                try connection.execute(
                    """
                    PRAGMA synchronous=FULL;
                    PRAGMA wal_autocheckpoint=0;
                    PRAGMA cache_size=-\(cacheBytes >> 10);
                    PRAGMA mmap_size=\(mappedBytes)
                    """
                )
                return .success(connection)
            } catch {
                connection.close()
                throw error
            }
        }
    }

    private static func opening(
        _ path: String,
        _ body: () throws(SQLiteFailure) -> Result<Connection, SQLiteOpenError>
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
            PRAGMA application_id=\(applicationID);
            PRAGMA user_version=\(version);
            COMMIT
            """
        )
    }
}

/// What a file says about itself.
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

    /// Why the file is not used.
    func refusal(path: String) -> SQLiteOpenError? {
        if isEmpty { return nil }
        guard applicationID == Schema.applicationID else {
            return .notOurs(path: path, reason: "it is another application's database")
        }
        guard version <= Schema.version else {
            let supported = Int(Schema.version)
            return .newerVersion(path: path, found: Int(version), supported: supported)
        }
        guard version == Schema.version, entries == Schema.entries else {
            return .corrupt(path: path, reason: "its tables are not those of format \(version)")
        }
        return nil
    }
}
