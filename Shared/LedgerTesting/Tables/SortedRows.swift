import LedgerCore

/// Rows by group, each group sorted by the bytes of the sort key.
///
/// By bytes, not by `TableKey`: a key with a `String` in it equals another whose text is
/// canonically equivalent, and no engine sees it so.
struct SortedRows {
    private struct Row {
        let sort: [UInt8]
        var item: Item
    }

    private var groups: [RowGroup: [Row]] = [:]
    /// How many rows have a `ttl`.
    private var dated = 0

    subscript(key: TableKey) -> Item? {
        guard let rows = groups[key.group] else { return nil }
        let sort = key.sortKey
        let index = Self.index(of: sort, in: rows)
        return index < rows.count && rows[index].sort == sort ? rows[index].item : nil
    }

    var all: [Item] {
        groups.sorted { $0.key.partitionKey < $1.key.partitionKey }.flatMap { $0.value.map(\.item) }
    }

    mutating func apply(_ write: Write) {
        switch write.operation {
        case .put(let item): put(item)
        case .delete(let key): remove(key)
        case .check: break
        }
    }

    private mutating func put(_ item: Item) {
        let sort = item.key.sortKey
        var rows = groups.removeValue(forKey: item.key.group) ?? []
        let index = Self.index(of: sort, in: rows)
        if item.number(.ttl) != nil { dated += 1 }
        if index < rows.count, rows[index].sort == sort {
            if rows[index].item.number(.ttl) != nil { dated -= 1 }
            rows[index].item = item
        } else {
            rows.insert(Row(sort: sort, item: item), at: index)
        }
        groups[item.key.group] = rows
    }

    mutating func remove(_ key: TableKey) {
        let sort = key.sortKey
        guard var rows = groups.removeValue(forKey: key.group) else { return }
        let index = Self.index(of: sort, in: rows)
        if index < rows.count, rows[index].sort == sort {
            if rows[index].item.number(.ttl) != nil { dated -= 1 }
            rows.remove(at: index)
        }
        if !rows.isEmpty { groups[key.group] = rows }
    }

    func page(_ query: Query) -> QueryPage {
        let rows = groups[query.group] ?? []
        var lower = query.lowerBound.map { Self.index(of: $0, in: rows) } ?? 0
        var upper = query.upperBound.map { Self.index(after: $0, in: rows) } ?? rows.count
        if let after = query.after {
            switch query.order {
            case .ascending: lower = max(lower, Self.index(after: after, in: rows))
            case .descending: upper = min(upper, Self.index(of: after, in: rows))
            }
        }
        guard lower < upper else { return QueryPage(items: [], next: nil) }
        let range = rows[lower..<upper].lazy.map(\.item)
        return query.order == .ascending
            ? Self.page(range, limit: query.limit)
            : Self.page(range.reversed(), limit: query.limit)
    }

    private static func page(_ items: some Collection<Item>, limit: Int) -> QueryPage {
        var taken: [Item] = []
        var bytes = 0
        for item in items {
            bytes += item.storedBytes
            guard taken.isEmpty || bytes <= Limits.queryPageBytes else { break }
            taken.append(item)
            if taken.count == limit { break }
        }
        let next = taken.count < items.count ? taken.last?.key.sortKey : nil
        return QueryPage(items: taken, next: next)
    }

    /// The rows whose `ttl` lies before `moment`, the earliest first.
    func expired(before moment: Timestamp) -> [TableKey] {
        guard dated > 0 else { return [] }
        let dated = all.compactMap { item in item.number(.ttl).map { (key: item.key, ttl: $0) } }
        return dated.filter { $0.ttl < moment.firstSecondNotBefore }
            .sorted { $0.ttl < $1.ttl }
            .map(\.key)
    }

    /// Where `sort` is or would be.
    private static func index(of sort: [UInt8], in rows: [Row]) -> Int {
        partition(rows) { $0.lexicographicallyPrecedes(sort) }
    }

    /// Where the first row above `sort` is or would be.
    private static func index(after sort: [UInt8], in rows: [Row]) -> Int {
        partition(rows) { !sort.lexicographicallyPrecedes($0) }
    }

    private static func partition(_ rows: [Row], isBefore: ([UInt8]) -> Bool) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(rows[middle].sort) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
