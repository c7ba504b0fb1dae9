package import LedgerCore
import Synchronization

/// Any table, with faults: calls that fail, calls that happen and seem to fail, calls that wait.
package final class FaultyTable: Table {
    /// When a hook is called.
    package enum Moment: Hashable, Sendable {
        /// Before the table is called, also when it will not be.
        case before
        /// After the table was called, before the caller hears of it.
        case after
    }

    /// Waits or looks on; a test holds calls up here.
    package typealias Hook = @Sendable (TableCall, Moment) async -> Void

    private let table: any Table
    private let hook: Hook
    private let state: Mutex<State>

    private struct State {
        var plan: FaultPlan
        var calls = 0
        var faults = 0
    }

    /// `table` with the faults of `plan`.
    package init(
        _ table: any Table,
        plan: FaultPlan = .none,
        hook: @escaping Hook = { _, _ in }
    ) {
        self.table = table
        self.hook = hook
        state = Mutex(State(plan: plan))
    }

    /// Goes on under another plan; indices go on counting.
    package func follow(_ plan: FaultPlan) {
        state.withLock { $0.plan = plan }
    }

    /// Calls so far: the index of the next one.
    package var calls: Int { state.withLock { $0.calls } }

    /// Faults so far.
    package var faults: Int { state.withLock { $0.faults } }

    private func perform<Outcome: Sendable>(
        _ kind: TableCall.Kind,
        _ groups: [RowGroup],
        _ body: () async throws(TableError) -> Outcome
    ) async throws(TableError) -> Outcome {
        let (call, fault) = next(kind, groups)
        await hook(call, .before)
        if let fault, fault != .loseAnswer { throw fault.error(for: call) }
        let outcome = try await body()
        await hook(call, .after)
        if let fault { throw fault.error(for: call) }
        return outcome
    }

    private func next(_ kind: TableCall.Kind, _ groups: [RowGroup]) -> (TableCall, Fault?) {
        state.withLock { state in
            let call = TableCall(index: state.calls, kind: kind, groups: groups)
            let fault = state.plan.fault(for: call)
            state.calls += 1
            if fault != nil { state.faults += 1 }
            return (call, fault)
        }
    }

    // MARK: Table

    /// As the wrapped table says.
    package var deletesLogByItself: Bool { table.deletesLogByItself }

    /// The wrapped table's answer, or a fault.
    package func get(_ key: TableKey) async throws(TableError) -> Item? {
        try await perform(.get, [key.group]) { () async throws(TableError) in
            try await table.get(key)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func query(_ query: Query) async throws(TableError) -> QueryPage {
        try await perform(.query, [query.group]) { () async throws(TableError) in
            try await table.query(query)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func write(
        _ write: Write,
        decided: Instant
    ) async throws(TableError) -> WriteOutcome {
        try await perform(.write, [write.key.group]) { () async throws(TableError) in
            try await table.write(write, decided: decided)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func transact(
        _ writes: [Write],
        token: Incarnation,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        try await perform(.transact, writes.map(\.key.group)) { () async throws(TableError) in
            try await table.transact(writes, token: token, decided: decided)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await perform(.batchDelete, keys.map(\.group)) { () async throws(TableError) in
            try await table.batchDelete(keys)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func purgeExpired(
        before moment: Timestamp,
        limit: Int
    ) async throws(TableError) -> Int {
        try await perform(.purge, []) { () async throws(TableError) in
            try await table.purgeExpired(before: moment, limit: limit)
        }
    }
}
