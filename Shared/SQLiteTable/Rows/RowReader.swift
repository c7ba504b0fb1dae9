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
    func row(_ key: EncodedKey) throws(RowFailure) -> Item? {
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
        return try range.bound(to: statement) { page(of: query, by: statement) }.get()
    }

    private func page(
        of query: Query,
        by statement: Statement
    ) -> Result<QueryPage, RowFailure> {
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

/// A query's range of sort keys as one SQL statement of few shapes.
struct QueryRange {
    /// The upper end of the range.
    enum End: Hashable {
        case open
        case inclusive
        case exclusive
    }

    /// The properties of a range that decide over the statement's text.
    struct Shape: Hashable {
        let end: End
        let order: Query.Order

        var sql: String {
            let condition =
                switch end {
                case .open: ""
                case .inclusive: " AND sk<=?3"
                case .exclusive: " AND sk<?3"
                }
            let direction = order == .ascending ? "ASC" : "DESC"
            return "SELECT sk, v FROM items WHERE pk=?1 AND sk>=?2\(condition) "
                + "ORDER BY sk \(direction) LIMIT ?4"
        }
    }

    let shape: Shape
    private let partition: [UInt8]
    private let lower: [UInt8]
    private let upper: [UInt8]
    private let limit: Int

    init(_ query: Query) {
        partition = Array(query.group.partitionKey.utf8)
        limit = query.limit
        var lower = query.lowerBound ?? []
        var upper = query.upperBound
        var end: End = upper == nil ? .open : .inclusive
        if let after = query.after {
            switch query.order {
            case .ascending:
                // The smallest key above another is that key and a zero byte.
                lower = Self.larger(of: lower, and: after + [0])
            case .descending where upper.map({ !$0.lexicographicallyPrecedes(after) }) ?? true:
                (upper, end) = (after, .exclusive)
            case .descending:
                break
            }
        }
        self.lower = lower
        self.upper = upper ?? []
        shape = Shape(end: end, order: query.order)
    }

    private static func larger(of left: [UInt8], and right: [UInt8]) -> [UInt8] {
        left.lexicographicallyPrecedes(right) ? right : left
    }

    /// Binds the range while `body` runs.
    func bound<Outcome>(to statement: Statement, body: () -> Outcome) -> Outcome {
        partition.withUnsafeBufferPointer { partition in
            lower.withUnsafeBufferPointer { lower in
                upper.withUnsafeBufferPointer { upper in
                    statement.bind(ascii: partition, at: 1)
                    statement.bind(lower, at: 2)
                    if shape.end != .open { statement.bind(upper, at: 3) }
                    statement.bind(Int64(limit), at: 4)
                    return body()
                }
            }
        }
    }
}

/// Fills a query's page row by row, up to the rows asked for or 1 MB.
struct PageFilling {
    /// The state of the page after a row.
    enum Progress {
        /// There is room for another.
        case more
        /// The row did not fit, or was the last one asked for.
        case full
        /// The page's first row is damaged; with its key, if that can be read.
        case damaged(TableKey?)
    }

    private let group: RowGroup
    private let limit: Int
    private let partitionBytes: Int
    private let checksum: RowChecksum
    private var items: [Item] = []
    private var bytes = 0

    init(_ query: Query) {
        group = query.group
        limit = query.limit
        let partition = Array(query.group.partitionKey.utf8)
        partitionBytes = partition.count
        checksum = RowChecksum(partition: partition)
    }

    /// Takes the next row.
    ///
    /// Its size is that of its keys and of its encoding, which is within a few bytes of DynamoDB's
    /// measure. A page ends before a damaged row, so that the rows before it can still be read.
    mutating func take(
        sort: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer
    ) -> Progress {
        bytes += partitionBytes + sort.count + value.count
        guard items.isEmpty || bytes <= Limits.queryPageBytes else { return .full }
        let key = group.key(sortKey: Array(sort))
        guard let key,
            let item = RowCodec.decode(value, key: key, sort: sort, checksum: checksum)
        else { return items.isEmpty ? .damaged(key) : .full }
        items.append(item)
        return items.count < limit ? .more : .full
    }

    /// The page when more rows may follow.
    func cut() -> QueryPage {
        QueryPage(items: items, next: items.last?.key.sortKey)
    }

    /// The page when no row is left.
    func exhausted() -> QueryPage {
        QueryPage(items: items, next: nil)
    }
}
