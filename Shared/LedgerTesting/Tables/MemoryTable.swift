package import LedgerCore
import MachineClock
import Synchronization

/// The table in memory: the same rules as every engine, one lock, nothing left to chance.
package final class MemoryTable: Table {
    /// True when it acts as DynamoDB does with rows whose `ttl` has passed; see ``expire(now:choose:)``.
    package let deletesLogByItself: Bool
    /// True when it acts as an engine that answers only who has the right time.
    package let checksClock: Bool

    private struct State {
        var rows = SortedRows()
        var tokens: Set<TransactionToken> = []
    }

    private let clock: (@Sendable () -> Instant)?
    private let state = Mutex(State())

    /// An empty table.
    ///
    /// - Parameters:
    ///   - deletesLogByItself: true to act as DynamoDB does with rows whose `ttl` has passed.
    ///   - checksClock: true to act as an engine that answers only who has the right time.
    ///   - clock: the clock that decisions are stamped from; with nil no decision is ever too old.
    package init(
        deletesLogByItself: Bool = false,
        checksClock: Bool = false,
        clock: (@Sendable () -> Instant)? = nil
    ) {
        self.deletesLogByItself = deletesLogByItself
        self.checksClock = checksClock
        self.clock = clock
    }

    private func checkAge(of decided: Instant) throws(TableError) {
        if let clock { try decided.checkAge(at: clock()) }
    }

    /// True: each write is applied as it is asked for.
    package var appliesInOrder: Bool { true }

    /// The row with this key, or nil.
    package func get(_ key: TableKey) async throws(TableError) -> Item? {
        state.withLock { $0.rows[key] }
    }

    /// One page of a group's rows.
    package func query(_ query: Query) async throws(TableError) -> QueryPage {
        try query.check()
        return state.withLock { $0.rows.page(query) }
    }

    /// Applies one write if its condition holds.
    package func write(
        _ write: Write,
        decided: Instant
    ) async throws(TableError) -> WriteOutcome {
        try write.checkAlone()
        try checkAge(of: decided)
        return state.withLock { state in
            let current = state.rows[write.key]
            guard write.condition?.holds(for: current) ?? true else {
                return .conditionFailed(current: current)
            }
            state.rows.apply(write)
            return .applied
        }
    }

    /// Applies all writes or none.
    package func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        try writes.checkTransaction()
        try checkAge(of: decided)
        return state.withLock { state in
            guard !state.tokens.contains(token) else { return .applied }
            var failures: [Int: Item?] = [:]
            for (index, write) in writes.enumerated() {
                let current = state.rows[write.key]
                if !(write.condition?.holds(for: current) ?? true) {
                    failures.updateValue(current, forKey: index)
                }
            }
            guard failures.isEmpty else { return .conditionFailed(failures) }
            for write in writes { state.rows.apply(write) }
            state.tokens.insert(token)
            return .applied
        }
    }

    /// Removes rows, also such as are not there.
    package func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        state.withLock { state in
            for key in keys { state.rows.remove(key) }
        }
    }

    /// Removes rows outside of the log whose `ttl` lies before `moment`; 0 when it expires rows
    /// by itself.
    package func purgeExpired(
        before moment: Timestamp,
        limit: Int
    ) async throws(TableError) -> Int {
        guard !deletesLogByItself else { return 0 }
        return state.withLock { state in
            let expired = state.rows.expired(before: moment)
                .filter { $0.group.expiresWithoutSweep }
                .prefix(limit)
            for key in expired { state.rows.remove(key) }
            return expired.count
        }
    }

    // MARK: For tests

    /// Removes, as DynamoDB's TTL does, any rows that a test chooses of those whose `ttl` has
    /// passed, in whatever order and whatever group.
    ///
    /// - Parameters:
    ///   - now: the moment before which a row's `ttl` must lie.
    ///   - choose: returns true for a row that goes this time; by default all do.
    /// - Returns: the rows that went.
    @discardableResult
    package func expire(now: Timestamp, choose: (TableKey) -> Bool = { _ in true }) -> [TableKey] {
        let candidates = state.withLock { $0.rows.expired(before: now) }
        let chosen = candidates.filter(choose)
        state.withLock { state in
            for key in chosen { state.rows.remove(key) }
        }
        return chosen
    }

    /// Every row, by partition key and sort key.
    package var items: [Item] {
        state.withLock { $0.rows.all }
    }
}

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
    /// The number of rows that have a `ttl`.
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

    /// The place where `sort` is or would be.
    private static func index(of sort: [UInt8], in rows: [Row]) -> Int {
        partition(rows) { $0.lexicographicallyPrecedes(sort) }
    }

    /// The place where the first row above `sort` is or would be.
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

/// Writes of a test itself, decided when they are made.
extension Table {
    /// Applies one write, decided now by the machine's clock.
    package func write(_ write: Write) async throws(TableError) -> WriteOutcome {
        try await self.write(write, decided: MachineClock.instant())
    }

    /// Applies a transaction, decided now by the machine's clock.
    package func transact(
        _ writes: [Write],
        token: TransactionToken
    ) async throws(TableError) -> TransactionOutcome {
        try await transact(writes, token: token, decided: MachineClock.instant())
    }
}
