import LedgerCore
import Synchronization

/// Counts the steps a use case takes one after another: calls that are under way together are one.
final class MeteredTable: Table {
    private struct Count {
        var underWay = 0
        var steps = 0
    }

    private let table: any Table
    private let count = Mutex(Count())

    init(_ table: any Table) {
        self.table = table
    }

    /// Steps since the last time this was asked.
    func takeSteps() -> Int {
        count.withLock { count in
            defer { count.steps = 0 }
            return count.steps
        }
    }

    var deletesLogByItself: Bool { table.deletesLogByItself }

    func get(_ key: TableKey) async throws(TableError) -> Item? {
        begin()
        defer { end() }
        return try await table.get(key)
    }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        begin()
        defer { end() }
        return try await table.query(query)
    }

    func write(_ write: Write) async throws(TableError) -> WriteOutcome {
        begin()
        defer { end() }
        return try await table.write(write)
    }

    func transact(
        _ writes: [Write],
        token: Incarnation
    ) async throws(TableError) -> TransactionOutcome {
        begin()
        defer { end() }
        return try await table.transact(writes, token: token)
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        begin()
        defer { end() }
        try await table.batchDelete(keys)
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await table.purgeExpired(before: moment, limit: limit)
    }

    private func begin() {
        count.withLock { count in
            if count.underWay == 0 { count.steps += 1 }
            count.underWay += 1
        }
    }

    private func end() {
        count.withLock { $0.underWay -= 1 }
    }
}
