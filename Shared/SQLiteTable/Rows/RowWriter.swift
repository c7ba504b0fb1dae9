import CSQLite
import LedgerCore

/// Writes rows through one connection, inside a transaction that its user opened.
final class RowWriter {
    private let connection: Connection
    private let reader: RowReader
    private let insert: Statement
    private let upsert: Statement
    private let remove: Statement
    private let purge: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        self.connection = connection
        reader = try RowReader(connection)
        let values = "INTO items(pk, sk, v, ttl) VALUES(?1, ?2, ?3, ?4)"
        insert = try connection.prepare("INSERT \(values) ON CONFLICT DO NOTHING")
        upsert = try connection.prepare(
            "INSERT \(values) ON CONFLICT(pk, sk) DO UPDATE SET v=excluded.v, ttl=excluded.ttl"
        )
        remove = try connection.prepare("DELETE FROM items WHERE pk=?1 AND sk=?2")
        purge = try connection.prepare(
            """
            DELETE FROM items WHERE rowid IN
            (SELECT rowid FROM items WHERE ttl<?1 ORDER BY ttl LIMIT ?2)
            """
        )
    }

    /// The row with this key as the transaction sees it.
    func row(_ key: EncodedKey) throws(RowFailure) -> Item? {
        try reader.row(key)
    }

    /// Writes a row, replacing what is there.
    func put(_ row: EncodedRow) throws(RowFailure) {
        try run(upsert, with: row)
    }

    /// Writes a row if there is none with its key.
    ///
    /// - Returns: False when there was one, which is left as it is.
    func putIfAbsent(_ row: EncodedRow) throws(RowFailure) -> Bool {
        try run(insert, with: row)
        return connection.changes > 0
    }

    private func run(_ statement: Statement, with row: EncodedRow) throws(RowFailure) {
        let code = row.key.bound(to: statement) {
            row.value.withUnsafeBufferPointer { value in
                statement.bind(value, at: 3)
                statement.bind(row.ttl, at: 4)
                return statement.run()
            }
        }
        try check(code)
    }

    /// Removes a row if it is there.
    func delete(_ key: EncodedKey) throws(RowFailure) {
        try check(key.bound(to: remove) { remove.run() })
    }

    /// Removes at most `limit` rows whose `ttl` is less than `seconds`, and counts them.
    func purge(before seconds: Int64, limit: Int) throws(RowFailure) -> Int {
        purge.bind(seconds, at: 1)
        purge.bind(Int64(limit), at: 2)
        try check(purge.run())
        return connection.changes
    }

    /// Takes and gives back some pages, which fails as a write like others does on a full disk;
    /// perhaps only at the commit.
    func probe() throws(SQLiteFailure) {
        // No row has this key.
        try connection.execute(
            """
            INSERT INTO items(pk, sk, v) VALUES('', x'', zeroblob(16384));
            DELETE FROM items WHERE pk='' AND sk=x''
            """
        )
    }

    private func check(_ code: Int32) throws(RowFailure) {
        guard code == SQLITE_DONE else { throw .sqlite(connection.failure(code)) }
    }
}
