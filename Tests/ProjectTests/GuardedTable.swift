import LedgerCore
import LedgerTesting
import Synchronization

/// A table as one function's role lets it be used; notes what was used and what was refused.
final class GuardedTable: Table {
    private struct State {
        var used: Set<Right> = []
        var refused: Set<Right> = []
        var losesAnswer = false
    }

    private let table: MemoryTable
    private let granted: Set<Right>
    private let state = Mutex(State())

    init(_ table: MemoryTable, granted: Set<Right>) {
        self.table = table
        self.granted = granted
    }

    var used: Set<Right> { state.withLock { $0.used } }
    var refused: Set<Right> { state.withLock { $0.refused } }
    var deletesLogByItself: Bool { table.deletesLogByItself }

    /// Does the next single write without saying so.
    func loseNextAnswer() { state.withLock { $0.losesAnswer = true } }

    func get(_ key: TableKey) async throws(TableError) -> Item? {
        try check(.get, key.group)
        return try await table.get(key)
    }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        try check(.query, query.group)
        return try await table.query(query)
    }

    func write(_ write: Write, decided: Instant) async throws(TableError) -> WriteOutcome {
        try check(write)
        let outcome = try await table.write(write, decided: decided)
        let isLost = state.withLock { state in
            defer { state.losesAnswer = false }
            return state.losesAnswer
        }
        guard !isLost else {
            throw TableError(.indefinite, reason: .unavailable, message: "the answer is lost")
        }
        return outcome
    }

    func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        for write in writes { try check(write) }
        return try await table.transact(writes, token: token, decided: decided)
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        for key in keys { try check(.batchWrite, key.group) }
        try await table.batchDelete(keys)
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await table.purgeExpired(before: moment, limit: limit)
    }

    private func check(_ write: Write) throws(TableError) {
        switch write.operation {
        case .put: try check(.put, write.key.group)
        case .delete: try check(.delete, write.key.group)
        // A role has no word for it yet: nobody does it.
        case .check:
            throw TableError(.definite, reason: .invalid, message: "no function may check a row")
        }
    }

    private func check(_ action: Right.Action, _ group: RowGroup) throws(TableError) {
        let right = Right(action, group)
        guard granted.contains(right) else {
            state.withLock { _ = $0.refused.insert(right) }
            throw TableError(.definite, reason: .invalid, message: "not granted: \(right)")
        }
        state.withLock { _ = $0.used.insert(right) }
    }
}
