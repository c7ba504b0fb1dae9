package import LedgerCore
import Synchronization

/// Any table, with faults: calls that fail, calls that happen and seem to fail, calls that wait.
package final class FaultyTable: Table {
    /// The two moments of a call at which a hook is called.
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

    /// The number of calls so far, which is the index of the next one.
    package var calls: Int { state.withLock { $0.calls } }

    /// The number of calls so far that went wrong.
    package var faults: Int { state.withLock { $0.faults } }

    private func perform<Outcome: Sendable>(
        _ kind: TableCall.Kind,
        on groups: [RowGroup],
        body: () async throws(TableError) -> Outcome
    ) async throws(TableError) -> Outcome {
        let (call, fault) = next(kind, on: groups)
        await hook(call, .before)
        if let fault, fault != .loseAnswer { throw fault.error(for: call) }
        let outcome = try await body()
        await hook(call, .after)
        if let fault { throw fault.error(for: call) }
        return outcome
    }

    private func next(_ kind: TableCall.Kind, on groups: [RowGroup]) -> (TableCall, Fault?) {
        state.withLock { state in
            let call = TableCall(index: state.calls, kind: kind, groups: groups)
            let fault = state.plan.fault(for: call)
            state.calls += 1
            if fault != nil { state.faults += 1 }
            return (call, fault)
        }
    }

    // MARK: Table

    /// The wrapped table's own answer.
    package var deletesLogByItself: Bool { table.deletesLogByItself }

    /// As the wrapped table has it.
    package var appliesInOrder: Bool { table.appliesInOrder }

    /// The wrapped table's answer, or a fault.
    package func get(_ key: TableKey) async throws(TableError) -> Item? {
        try await perform(.get, on: [key.group]) { () async throws(TableError) in
            try await table.get(key)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func query(_ query: Query) async throws(TableError) -> QueryPage {
        try await perform(.query, on: [query.group]) { () async throws(TableError) in
            try await table.query(query)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func write(
        _ write: Write,
        decided: Instant
    ) async throws(TableError) -> WriteOutcome {
        try await perform(.write, on: [write.key.group]) { () async throws(TableError) in
            try await table.write(write, decided: decided)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        try await perform(.transact, on: writes.map(\.key.group)) { () async throws(TableError) in
            try await table.transact(writes, token: token, decided: decided)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await perform(.batchDelete, on: keys.map(\.group)) { () async throws(TableError) in
            try await table.batchDelete(keys)
        }
    }

    /// The wrapped table's answer, or a fault.
    package func purgeExpired(
        before moment: Timestamp,
        limit: Int
    ) async throws(TableError) -> Int {
        try await perform(.purge, on: []) { () async throws(TableError) in
            try await table.purgeExpired(before: moment, limit: limit)
        }
    }
}

/// One call of a table, as a plan of faults sees it.
package struct TableCall: Hashable, Sendable {
    /// The operation of the table that is called.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A call of ``Table/get(_:)``.
        case get
        /// A call of ``Table/query(_:)``.
        case query
        /// A call of ``Table/write(_:decided:)``.
        case write
        /// A call of ``Table/transact(_:token:decided:)``.
        case transact
        /// A call of ``Table/batchDelete(_:)``.
        case batchDelete
        /// A call of ``Table/purgeExpired(before:limit:)``.
        case purge

        /// True for an operation that changes nothing.
        package var isRead: Bool { self == .get || self == .query }
    }

    /// The number of calls of the table before this one.
    package let index: Int
    package let kind: Kind
    /// The groups of the rows concerned, in the call's order.
    package let groups: [RowGroup]

    package init(index: Int, kind: Kind, groups: [RowGroup]) {
        self.index = index
        self.kind = kind
        self.groups = groups
    }
}

/// The trouble that a call meets.
package enum Fault: Hashable, Sendable {
    /// It is not carried out, and the caller knows: definite.
    case failBefore(TableError.Reason)
    /// It is not carried out, and the caller cannot know: indefinite. A read's failure is definite.
    case loseRequest
    /// It is carried out, and the caller cannot know: indefinite. A read's failure is definite.
    case loseAnswer
    /// It is refused for now: definite.
    case throttle

    /// The error that the caller sees.
    func error(for call: TableCall) -> TableError {
        switch self {
        case .failBefore(let reason):
            TableError(.definite, reason: reason, message: "injected: failed before")
        case .throttle: TableError(.definite, reason: .throttled, message: "injected: throttled")
        case .loseRequest, .loseAnswer:
            TableError(
                call.kind.isRead ? .definite : .indefinite,
                reason: .unavailable,
                message: "injected: no answer"
            )
        }
    }
}

/// Decides call by call what goes wrong.
package struct FaultPlan: Sendable {
    private let decide: @Sendable (TableCall) -> Fault?

    /// A plan by a function.
    ///
    /// It is called once per call, in the order of their indices or not.
    package init(_ decide: @escaping @Sendable (TableCall) -> Fault?) {
        self.decide = decide
    }

    /// The plan by which nothing ever goes wrong.
    package static let none = FaultPlan { _ in nil }

    /// The calls with these indices go wrong.
    package static func scripted(_ faults: [Int: Fault]) -> FaultPlan {
        FaultPlan { faults[$0.index] }
    }

    /// Each call goes wrong with the given probability, in a way drawn from `faults`.
    ///
    /// A call's fate depends on the seed and its index only, not on what runs beside it.
    package static func seeded(
        _ seed: UInt64,
        probability: Double,
        faults: [Fault] = [.failBefore(.unavailable), .loseRequest, .loseAnswer, .throttle]
    ) -> FaultPlan {
        FaultPlan { call in
            var generator = SeededGenerator(seed: seed ^ (UInt64(call.index) &* 0x2545_f491))
            guard generator.happens(probability) else { return nil }
            return faults.randomElement(using: &generator)
        }
    }

    /// The fault of `call`; nil when nothing goes wrong in it.
    package func fault(for call: TableCall) -> Fault? {
        decide(call)
    }
}

/// Counts calls of a table.
package final class CallCounter: Sendable {
    private let calls = Mutex(0)
    private let counts: @Sendable (TableCall) -> Bool

    /// A counter of the calls for which `counts` returns true.
    package init(_ counts: @escaping @Sendable (TableCall) -> Bool) {
        self.counts = counts
    }

    /// The number of calls counted so far.
    package var count: Int { calls.withLock { $0 } }

    /// `table`, its calls counted here.
    package func watching(_ table: any Table) -> FaultyTable {
        FaultyTable(table) { [self] call, moment in
            guard moment == .before, counts(call) else { return }
            calls.withLock { $0 += 1 }
        }
    }

    /// Counts queries of logs.
    package static func ofLogReads() -> CallCounter {
        CallCounter { call in
            guard call.kind == .query, case .log = call.groups.first else { return false }
            return true
        }
    }
}
