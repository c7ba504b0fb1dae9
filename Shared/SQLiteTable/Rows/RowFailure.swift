import LedgerCore

/// Why a row could not be read or written.
enum RowFailure: Error, Sendable {
    /// SQLite failed; the transaction must be rolled back.
    case sqlite(SQLiteFailure)
    /// What is stored under the key is not a row. Whoever asked is told; others are not concerned.
    case damaged(TableKey?)
    /// The request was decided too long ago.
    case late(TableError)

    /// What a reader is told.
    var tableError: TableError {
        switch self {
        case .sqlite(let failure): failure.tableError(.definite)
        case .late(let error): error
        case .damaged(let row): Self.damage(of: row)
        }
    }

    static func damage(of row: TableKey?) -> TableError {
        let name = row.map { ": \($0.group.partitionKey)" } ?? ""
        return TableError(
            .definite,
            reason: .corrupt,
            message: "a stored row is damaged\(name)",
            row: row
        )
    }
}
