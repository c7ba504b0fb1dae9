import LedgerCore

/// A query's range of sort keys as one SQL statement of few shapes.
struct QueryRange {
    /// How the range ends above.
    enum End: Hashable {
        case open
        case inclusive
        case exclusive
    }

    /// What decides over the statement's text.
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
                lower = Self.larger(lower, after + [0])
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

    private static func larger(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        left.lexicographicallyPrecedes(right) ? right : left
    }

    /// Binds the range while `body` runs.
    func bound<Answer>(to statement: Statement, _ body: () -> Answer) -> Answer {
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
