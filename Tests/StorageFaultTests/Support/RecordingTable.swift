import LedgerCore
import Synchronization

/// A table whose changes are written down: when they were asked for, when they were answered, how.
final class RecordingTable: Table {
    /// What was asked for.
    enum Change: Sendable {
        case writes([Write])
        case deletion([TableKey])
        case purge(before: Timestamp, limit: Int)
    }

    /// What the caller was told.
    enum Answer: Sendable, Equatable {
        case none
        case applied
        /// A condition failed.
        case refused
        case failed(TableError)
    }

    struct Call: Sendable {
        let change: Change
        /// The disk's events before it was asked for, and when it was answered.
        let start: Int
        var end = Int.max
        var answer = Answer.none
    }

    private let table: any Table
    private let moment: @Sendable () -> Int
    private let state = Mutex<[Call]>([])

    init(_ table: any Table, moment: @escaping @Sendable () -> Int) {
        self.table = table
        self.moment = moment
    }

    /// Every change so far, in the order in which they were answered; the unanswered ones last.
    var calls: [Call] {
        state.withLock { $0 }.sorted { $0.end < $1.end }
    }

    private func record<Outcome>(
        _ change: Change,
        _ body: () async throws(TableError) -> Outcome,
        _ answer: (Outcome) -> Answer
    ) async throws(TableError) -> Outcome {
        let start = moment()
        let index = state.withLock { calls in
            calls.append(Call(change: change, start: start))
            return calls.count - 1
        }
        do throws(TableError) {
            let outcome = try await body()
            close(index, answer(outcome))
            return outcome
        } catch {
            close(index, .failed(error))
            throw error
        }
    }

    private func close(_ index: Int, _ answer: Answer) {
        let end = moment()
        state.withLock { calls in
            calls[index].end = end
            calls[index].answer = answer
        }
    }

    // MARK: Table

    var deletesLogByItself: Bool { table.deletesLogByItself }

    func get(_ key: TableKey) async throws(TableError) -> Item? { try await table.get(key) }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        try await table.query(query)
    }

    func write(_ write: Write) async throws(TableError) -> WriteOutcome {
        try await record(.writes([write])) { () async throws(TableError) in
            try await table.write(write)
        } _: {
            $0 == .applied ? .applied : .refused
        }
    }

    func transact(
        _ writes: [Write],
        token: Incarnation
    ) async throws(TableError) -> TransactionOutcome {
        try await record(.writes(writes)) { () async throws(TableError) in
            try await table.transact(writes, token: token)
        } _: {
            $0 == .applied ? .applied : .refused
        }
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await record(.deletion(keys)) { () async throws(TableError) in
            try await table.batchDelete(keys)
        } _: {
            .applied
        }
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await record(.purge(before: moment, limit: limit)) { () async throws(TableError) in
            try await table.purgeExpired(before: moment, limit: limit)
        } _: { _ in
            .applied
        }
    }
}
