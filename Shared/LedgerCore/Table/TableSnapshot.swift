/// All rows of a table as they were at one moment: what checking and copying a ledger start from.
public protocol TableSnapshot {
    /// The partition keys under which there are rows, ascending; those of no known kind too.
    func partitionKeys() throws(TableError) -> [String]

    /// Calls `body` with each row of a group, in sort-key order.
    func forEachRow(of group: RowGroup, _ body: (StoredRow) -> Void) throws(TableError)
}

extension TableSnapshot {
    /// The rows of a group that can be decoded, in sort-key order; for groups of few rows.
    ///
    /// `damaged` is called with what cannot.
    public func rows(
        of group: RowGroup,
        damaged: (StoredRow) -> Void
    ) throws(TableError) -> [Item] {
        var items: [Item] = []
        try forEachRow(of: group) { row in
            if case .row(let item) = row { items.append(item) } else { damaged(row) }
        }
        return items
    }
}

/// A row as it is stored, readable or not.
public enum StoredRow: Sendable {
    /// A row.
    case row(Item)
    /// Its sort key is none of its group, or its attributes cannot be decoded.
    case damaged(sortKey: [UInt8])
}
