public import LedgerCore
import Synchronization

/// A ``Table`` in memory: the model that the engines are compared with.
public final class MemoryTable: Table {
    private let groups = Mutex<[RowGroup: [[UInt8]: Item]]>([:])
    /// As DynamoDB's TTL does; ``expire(_:)`` says when.
    public let deletesLogByItself: Bool

    /// An empty table.
    public init(deletesLogByItself: Bool = false) {
        self.deletesLogByItself = deletesLogByItself
    }

    public func get(_ key: TableKey) async throws(TableError) -> Item? {
        groups.withLock { $0[key.group]?[key.sortKey] }
    }

    public func query(_ query: Query) async throws(TableError) -> QueryPage {
        let items = groups.withLock { $0[query.group].map { Array($0.values) } ?? [] }
            .filter { query.matches($0.key.sortKey) }
            .sorted { left, right in
                let precedes = left.key.sortKey.lexicographicallyPrecedes(right.key.sortKey)
                return precedes == (query.order == .ascending)
            }
        var page = QueryPage(items: [], next: nil)
        var bytes = 0
        for item in items {
            bytes += item.storedBytes
            let fits = page.items.isEmpty || bytes <= Limits.queryPageBytes
            guard page.items.count < query.limit, fits else {
                page.next = page.items.last?.key.sortKey
                break
            }
            page.items.append(item)
        }
        return page
    }

    public func write(_ write: Write) async throws(TableError) -> WriteOutcome {
        try TableLimits.check([write])
        return groups.withLock { groups in
            if let obstacle = write.obstacle(in: groups) {
                return .conditionFailed(current: obstacle)
            }
            write.perform(in: &groups)
            return .applied
        }
    }

    public func transact(
        _ writes: [Write],
        token: Incarnation
    ) async throws(TableError)
        -> TransactionOutcome
    {
        try TableLimits.check(writes)
        return groups.withLock { groups in
            var obstacles: [Int: Item?] = [:]
            for (index, write) in writes.enumerated() {
                if let obstacle = write.obstacle(in: groups) {
                    obstacles[index] = .some(obstacle)
                }
            }
            guard obstacles.isEmpty else { return .conditionFailed(obstacles) }
            for write in writes { write.perform(in: &groups) }
            return .applied
        }
    }

    public func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        groups.withLock { groups in
            for key in keys { groups[key.group]?[key.sortKey] = nil }
        }
    }

    public func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        if deletesLogByItself { return 0 }
        let expired = allItems { item in
            item.key.group.expiresWithoutSweep
                && item.number(.ttl).map { $0 < moment.seconds } ?? false
        }
        let chosen = expired.prefix(limit).map(\.key)
        try await batchDelete(chosen)
        return chosen.count
    }

    /// Removes rows as DynamoDB's TTL would: any whose ttl has passed, if `choose` says so.
    public func expire(at moment: Timestamp, choose: (TableKey) -> Bool = { _ in true }) {
        let expired = allItems { $0.number(.ttl).map { $0 < moment.seconds } ?? false }
        groups.withLock { groups in
            for item in expired where choose(item.key) {
                groups[item.key.group]?[item.key.sortKey] = nil
            }
        }
    }

    /// All rows that pass, in order of their keys, so that a run can be repeated.
    public func allItems(_ passes: (Item) -> Bool = { _ in true }) -> [Item] {
        groups.withLock { groups in groups.values.flatMap { $0.values } }
            .filter(passes)
            .sorted { left, right in
                let (first, second) = (left.key.group.partitionKey, right.key.group.partitionKey)
                guard first == second else { return first < second }
                return left.key.sortKey.lexicographicallyPrecedes(right.key.sortKey)
            }
    }
}

extension Query {
    fileprivate func matches(_ sortKey: [UInt8]) -> Bool {
        if let lowerBound, sortKey.lexicographicallyPrecedes(lowerBound) { return false }
        if let upperBound, upperBound.lexicographicallyPrecedes(sortKey) { return false }
        guard let after else { return true }
        return order == .ascending
            ? after.lexicographicallyPrecedes(sortKey) : sortKey.lexicographicallyPrecedes(after)
    }
}

extension Write {
    /// The row in the way, which may be no row at all; `.none` when nothing is.
    fileprivate func obstacle(in groups: [RowGroup: [[UInt8]: Item]]) -> Item?? {
        guard let condition else { return .none }
        let current = groups[key.group]?[key.sortKey]
        return condition.holds(for: current) ? .none : .some(current)
    }

    fileprivate func perform(in groups: inout [RowGroup: [[UInt8]: Item]]) {
        switch operation {
        case .put(let item): groups[key.group, default: [:]][key.sortKey] = item
        case .delete(let key): groups[key.group]?[key.sortKey] = nil
        case .check: break
        }
    }
}
