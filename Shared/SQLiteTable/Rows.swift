import LedgerCore

/// The statements on the table of rows.
extension Connection {
    /// The format that this version reads and writes.
    static let format = 1
    /// "ELLG"
    static let applicationID = 0x454C_4C47

    static let schema = """
        CREATE TABLE items(
            pk TEXT NOT NULL, sk BLOB NOT NULL, v BLOB NOT NULL, ttl INTEGER,
            PRIMARY KEY(pk, sk)
        ) WITHOUT ROWID;
        CREATE INDEX items_ttl ON items(ttl) WHERE ttl IS NOT NULL;
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(format);
        """

    func row(_ key: TableKey) throws(SQLiteFailure) -> Result<Item?, TableError> {
        try with("SELECT v FROM items WHERE pk = ?1 AND sk = ?2") { statement throws(SQLiteFailure) in
            statement.bind(1, key.group.partitionKey)
            statement.bind(2, key.sortKey)
            guard try statement.step() else { return .success(nil) }
            return Result { () throws(TableError) in
                try RowFormat.decode(statement.bytes(0), key: key)
            }
        }
    }

    /// Stores a row where none is.
    ///
    /// - Returns: false when one is.
    func insert(_ item: Item) throws(SQLiteFailure) -> Bool {
        try store(item, "INSERT INTO items VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
        return changes == 1
    }

    /// Stores a row in place of whatever is there.
    func replace(_ item: Item) throws(SQLiteFailure) {
        try store(item, "INSERT OR REPLACE INTO items VALUES(?1, ?2, ?3, ?4)")
    }

    private func store(_ item: Item, _ sql: String) throws(SQLiteFailure) {
        let group = item.key.group
        let value = RowFormat.encode(item)
        try with(sql) { statement throws(SQLiteFailure) in
            statement.bind(1, group.partitionKey)
            statement.bind(2, item.key.sortKey)
            statement.bind(4, group.expiresWithoutSweep ? item.number(.ttl) : nil)
            let done = value.withUnsafeBytes { bytes in
                statement.bindInPlace(3, bytes)
                return Result { () throws(SQLiteFailure) in try statement.step() }
            }
            _ = try done.get()
        }
    }

    func delete(_ key: TableKey) throws(SQLiteFailure) {
        try with("DELETE FROM items WHERE pk = ?1 AND sk = ?2") { statement throws(SQLiteFailure) in
            statement.bind(1, key.group.partitionKey)
            statement.bind(2, key.sortKey)
            _ = try statement.step()
        }
    }

    /// - Returns: How many rows were removed.
    func purge(before second: Int64, limit: Int) throws(SQLiteFailure) -> Int {
        let expired = "SELECT pk, sk FROM items WHERE ttl < ?1 ORDER BY ttl LIMIT ?2"
        let sql = "DELETE FROM items WHERE (pk, sk) IN (\(expired))"
        try with(sql) { statement throws(SQLiteFailure) in
            statement.bind(1, second)
            statement.bind(2, Int64(limit))
            _ = try statement.step()
        }
        return changes
    }

    func page(_ query: Query) throws(SQLiteFailure) -> Result<QueryPage, TableError> {
        try with(Self.sql(query)) { statement throws(SQLiteFailure) in
            statement.bind(1, query.group.partitionKey)
            if let bound = query.lowerBound { statement.bind(2, bound) }
            if let bound = query.upperBound { statement.bind(3, bound) }
            if let bound = query.after { statement.bind(4, bound) }
            return try Self.rows(of: query, statement)
        }
    }

    private static func sql(_ query: Query) -> String {
        let isAscending = query.order == .ascending
        return "SELECT sk, v FROM items WHERE pk = ?1"
            + (query.lowerBound == nil ? "" : " AND sk >= ?2")
            + (query.upperBound == nil ? "" : " AND sk <= ?3")
            + (query.after == nil ? "" : isAscending ? " AND sk > ?4" : " AND sk < ?4")
            + (isAscending ? " ORDER BY sk" : " ORDER BY sk DESC")
    }

    /// Rows until the limit or 1 MB; at least one, if there is one.
    private static func rows(of query: Query, _ statement: Statement) throws(SQLiteFailure)
        -> Result<QueryPage, TableError>
    {
        var page = QueryPage(items: [], next: nil)
        var bytes = 0
        while try statement.step() {
            let size = statement.bytes(0).count + statement.bytes(1).count
            let fits = page.items.isEmpty || bytes + size <= Limits.queryPageBytes
            guard page.items.count < query.limit, fits else {
                page.next = page.items.last?.key.sortKey
                break
            }
            bytes += size
            let sortKey = Array(statement.bytes(0))
            guard let key = query.group.key(sortKey: sortKey) else {
                return .failure(RowFormat.damaged(query.group))
            }
            do throws(TableError) {
                page.items.append(try RowFormat.decode(statement.bytes(1), key: key))
            } catch {
                return .failure(error)
            }
        }
        return .success(page)
    }
}
