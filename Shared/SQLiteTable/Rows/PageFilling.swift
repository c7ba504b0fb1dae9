import LedgerCore

/// Fills a query's page row by row, up to the rows asked for or 1 MB.
struct PageFilling {
    /// What to do after a row.
    enum Progress {
        /// There is room for another.
        case more
        /// The row did not fit, or was the last one asked for.
        case full
        /// The page's first row is damaged; which it is, if its key can be read.
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
    /// Its size is that of its keys and of its encoding, which is within a
    /// few bytes of DynamoDB's measure. A page ends before a damaged row, so that what stands
    /// before it can still be read.
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
