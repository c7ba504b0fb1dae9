import LedgerCore
import LedgerTesting
import Synchronization

/// A table that fails some calls: before they are done, or after, when nobody can tell.
final class UnreliableTable: Table {
    private enum Fate {
        case pass
        case refuse
        case loseBefore
        case loseAfter
    }

    private struct State {
        var generator: SeededGenerator
        var isReliable = false
        var faults = 0
    }

    private let table: any Table
    private let state: Mutex<State>

    init(_ table: any Table, seed: UInt64) {
        self.table = table
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    var isReliable: Bool {
        get { state.withLock { $0.isReliable } }
        set { state.withLock { $0.isReliable = newValue } }
    }

    var faults: Int { state.withLock { $0.faults } }

    private func fate() -> Fate {
        state.withLock { state in
            let dice = Int.random(in: 0..<30, using: &state.generator)
            guard !state.isReliable, dice < 4 else { return .pass }
            state.faults += 1
            return [.refuse, .loseBefore, .loseAfter, .loseAfter][dice]
        }
    }

    private func change<Success: Sendable>(
        _ body: () async throws(TableError) -> Success
    ) async throws(TableError) -> Success {
        switch fate() {
        case .pass: return try await body()
        case .refuse: throw TableError(.definite, .throttled, "injected")
        case .loseBefore: throw TableError(.indefinite, .unavailable, "injected")
        case .loseAfter:
            _ = try await body()
            throw TableError(.indefinite, .unavailable, "injected")
        }
    }

    private func look<Success: Sendable>(
        _ body: () async throws(TableError) -> Success
    ) async throws(TableError) -> Success {
        guard case .refuse = fate() else { return try await body() }
        throw TableError(.definite, .unavailable, "injected")
    }

    var deletesLogByItself: Bool { table.deletesLogByItself }

    func get(_ key: TableKey) async throws(TableError) -> Item? {
        try await look { () throws(TableError) in try await table.get(key) }
    }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        try await look { () throws(TableError) in try await table.query(query) }
    }

    func write(_ write: Write) async throws(TableError) -> WriteOutcome {
        try await change { () throws(TableError) in try await table.write(write) }
    }

    func transact(
        _ writes: [Write],
        token: Incarnation
    ) async throws(TableError)
        -> TransactionOutcome
    {
        try await change { () throws(TableError) in
            try await table.transact(writes, token: token)
        }
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await change { () throws(TableError) in try await table.batchDelete(keys) }
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await change { () throws(TableError) in
            try await table.purgeExpired(before: moment, limit: limit)
        }
    }
}

/// Whether publishers are still at work.
final class Running: Sendable {
    private let publishers: Mutex<Int>

    init(publishers: Int) { self.publishers = Mutex(publishers) }

    var isOver: Bool { publishers.withLock { $0 == 0 } }

    func finish() { publishers.withLock { $0 -= 1 } }
}
