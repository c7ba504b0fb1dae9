package import LedgerCore
import Synchronization

/// The table in memory: the same rules as every engine, one lock, nothing left to chance.
package final class MemoryTable: Table {
    /// Whether it acts as DynamoDB does with rows whose `ttl` has passed; see ``expire(now:choose:)``.
    package let deletesLogByItself: Bool
    /// Whether it acts as an engine that answers only who has the right time.
    package let checksClock: Bool

    private struct State {
        var rows = SortedRows()
        var tokens: Set<Incarnation> = []
    }

    private let clock: (@Sendable () -> Instant)?
    private let state = Mutex(State())

    /// An empty table.
    ///
    /// - Parameters:
    ///   - deletesLogByItself: Whether it acts as DynamoDB does with rows whose `ttl` has passed.
    ///   - checksClock: Whether it acts as an engine that answers only who has the right time.
    ///   - clock: The clock that decisions are stamped from; nil: no decision is ever too old.
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
        token: Incarnation,
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

    /// Removes rows.
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
    ///   - now: Rows whose `ttl` lies before.
    ///   - choose: Whether a row goes this time; by default all do.
    /// - Returns: The rows that went.
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
