/// A read that a plan asks for.
package enum TableRead: Sendable {
    /// A query.
    case query(Query)
    /// One row, strongly consistent.
    case get(TableKey)
}

/// What a ``TableRead`` found.
package enum TableFinding: Sendable {
    /// Of a query.
    case page(QueryPage)
    /// Of a get.
    case item(Item?)
}
