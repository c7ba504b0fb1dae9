import LedgerCore

/// Fills a query's page row by row, up to the rows asked for or 1 MB.
struct PageFilling {
    /// What to do after a row.
    enum Progress {
        /// There is room for another.
        case more
        /// The row did not fit, or was the last one asked for.
        case full
        /// The row cannot be decoded.
        case damaged
    }

    private let group: RowGroup
    private let limit: Int
    private let partitionBytes: Int
    private var items: [Item] = []
    private var bytes = 0

    init(_ query: Query) {
        group = query.group
        limit = query.limit
        partitionBytes = query.group.partitionKey.utf8.count
    }

    /// Takes the next row.
    ///
    /// Its size is that of its keys and of its encoding, which is within a
    /// few bytes of DynamoDB's measure.
    mutating func take(
        sort: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer
    ) -> Progress {
        bytes += partitionBytes + sort.count + value.count
        guard items.isEmpty || bytes <= Limits.queryPageBytes else { return .full }
        guard let key = group.key(sortKey: Array(sort)),
            let item = RowCodec.decode(value, key: key)
        else { return .damaged }
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
