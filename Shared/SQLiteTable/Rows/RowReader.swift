import CSQLite
import LedgerCore

/// Reads rows through one connection.
final class RowReader {
    private let connection: Connection
    private let select: Statement
    private var ranges: [QueryRange.Shape: Statement] = [:]

    init(_ connection: Connection) throws(SQLiteFailure) {
        self.connection = connection
        select = try connection.prepare("SELECT v FROM items WHERE pk=?1 AND sk=?2")
    }

    /// The row with this key, or nil.
    func row(_ key: RowKey) throws(RowFailure) -> Item? {
        let answer: Result<Item?, RowFailure> = key.bound(to: select) {
            defer { select.reset() }
            let code = select.step()
            if code == SQLITE_DONE { return .success(nil) }
            guard code == SQLITE_ROW else { return .failure(.sqlite(connection.failure(code))) }
            guard let item = key.decode(select.bytes(at: 0)) else {
                return .failure(.damaged(key.key))
            }
            return .success(item)
        }
        return try answer.get()
    }

    /// One page of rows.
    func page(_ query: Query) throws(RowFailure) -> QueryPage {
        let range = QueryRange(query)
        let statement = try statement(range.shape)
        return try range.bound(to: statement) { page(statement, query) }.get()
    }

    private func page(_ statement: Statement, _ query: Query) -> Result<QueryPage, RowFailure> {
        defer { statement.reset() }
        var filling = PageFilling(query)
        while true {
            let code = statement.step()
            if code == SQLITE_DONE { return .success(filling.exhausted()) }
            guard code == SQLITE_ROW else { return .failure(.sqlite(connection.failure(code))) }
            switch filling.take(sort: statement.bytes(at: 0), value: statement.bytes(at: 1)) {
            case .more: continue
            case .full: return .success(filling.cut())
            case .damaged(let key): return .failure(.damaged(key))
            }
        }
    }

    private func statement(_ shape: QueryRange.Shape) throws(RowFailure) -> Statement {
        if let statement = ranges[shape] { return statement }
        do throws(SQLiteFailure) {
            let statement = try connection.prepare(shape.sql)
            ranges[shape] = statement
            return statement
        } catch {
            throw .sqlite(error)
        }
    }
}
