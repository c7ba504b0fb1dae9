import LedgerCore
import LedgerTesting
import Synchronization

/// A table whose changes are written down: when they were asked for, when they were answered, how.
///
/// Rows that it reads are compared with the changes that were acknowledged before.
final class RecordingTable: Table {
    /// A change that was asked for.
    enum Change: Sendable {
        case writes([Write])
        case deletion([TableKey])
        case purge(before: Timestamp, limit: Int)
    }

    /// The answer that the caller got.
    enum Answer: Sendable, Equatable {
        case none
        case applied
        /// A condition failed, so nothing was changed.
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
    private let state = Mutex(State())
    /// A table with all that was acknowledged so far.
    private let model = MemoryTable()

    private struct State {
        var calls: [Call] = []
        var unanswered = 0
        var isInDoubt = false
        var wrongReads: [String] = []

        /// While this stays the same, reads must see what was acknowledged and nothing else.
        var certainty: Int? { unanswered == 0 && !isInDoubt ? calls.count : nil }
    }

    init(_ table: any Table, moment: @escaping @Sendable () -> Int) {
        self.table = table
        self.moment = moment
    }

    /// Every change so far, in the order in which they were answered; the unanswered ones last.
    var calls: [Call] {
        state.withLock { $0.calls }.sorted { $0.end < $1.end }
    }

    /// Reads that were answered with something else than what was there.
    var wrongReads: [String] { state.withLock { $0.wrongReads } }

    private func record<Outcome>(
        _ change: Change,
        body: () async throws(TableError) -> Outcome,
        answer: (Outcome) -> Answer
    ) async throws(TableError) -> Outcome {
        let start = moment()
        let index = state.withLock { state in
            state.calls.append(Call(change: change, start: start))
            state.unanswered += 1
            return state.calls.count - 1
        }
        do throws(TableError) {
            let outcome = try await body()
            if answer(outcome) == .applied { try await change.apply(to: model) }
            close(index, with: answer(outcome))
            return outcome
        } catch {
            close(index, with: .failed(error))
            throw error
        }
    }

    private func close(_ index: Int, with answer: Answer) {
        let end = moment()
        state.withLock { state in
            state.calls[index].end = end
            state.calls[index].answer = answer
            state.unanswered -= 1
            if case .failed(let error) = answer, error.effect == .indefinite {
                state.isInDoubt = true
            }
        }
    }

    private func checked<Found>(
        _ what: String,
        read: (any Table) async throws(TableError) -> Found,
        agree: (Found, Found) -> Bool
    ) async throws(TableError) -> Found {
        let before = state.withLock { $0.certainty }
        let found = try await read(table)
        let expected = try await read(model)
        state.withLock { state in
            guard let before, before == state.certainty, !agree(found, expected) else { return }
            state.wrongReads.append(what)
        }
        return found
    }

    // MARK: Table

    var deletesLogByItself: Bool { table.deletesLogByItself }

    func get(_ key: TableKey) async throws(TableError) -> Item? {
        try await checked("\(key)") { table throws(TableError) in
            try await table.get(key)
        } agree: {
            $0 == $1
        }
    }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        try await checked("\(query.group)") { table throws(TableError) in
            try await table.query(query)
        } agree: { found, expected in
            // A page may end without knowing yet that nothing follows.
            found.items == expected.items && (found.next != nil || expected.next == nil)
        }
    }

    func write(_ write: Write, decided: Instant) async throws(TableError) -> WriteOutcome {
        try await record(.writes([write])) { () async throws(TableError) in
            try await table.write(write, decided: decided)
        } answer: {
            $0 == .applied ? .applied : .refused
        }
    }

    func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        try await record(.writes(writes)) { () async throws(TableError) in
            try await table.transact(writes, token: token, decided: decided)
        } answer: {
            $0 == .applied ? .applied : .refused
        }
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await record(.deletion(keys)) { () async throws(TableError) in
            try await table.batchDelete(keys)
        } answer: {
            .applied
        }
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await record(.purge(before: moment, limit: limit)) { () async throws(TableError) in
            try await table.purgeExpired(before: moment, limit: limit)
        } answer: { _ in
            .applied
        }
    }
}

extension RecordingTable.Change {
    /// Carries it out, whatever its conditions were.
    func apply(to table: any Table) async throws(TableError) {
        switch self {
        case .writes(let writes):
            for write in writes {
                switch write.operation {
                case .put(let item): _ = try await table.write(.put(item))
                case .delete(let key): _ = try await table.write(.delete(key))
                case .check: break
                }
            }
        case .deletion(let keys): try await table.batchDelete(keys)
        case .purge(let moment, let limit):
            _ = try await table.purgeExpired(before: moment, limit: limit)
        }
    }
}

/// The rows that must be there after a run: every change that was acknowledged, none that was
/// refused, and of the others each wholly or not at all.
struct ExpectedRows {
    private let model = MemoryTable()
    private var pending: ArraySlice<RecordingTable.Call>
    private var open: [RecordingTable.Call] = []

    init(_ calls: [RecordingTable.Call]) {
        pending = calls[...]
    }

    /// Takes what had been acknowledged after so many events of the disk; only ever forward.
    mutating func advance(to moment: Int) async throws {
        while let call = pending.first, call.end <= moment {
            pending.removeFirst()
            switch call.answer {
            case .applied: try await call.change.apply(to: model)
            case .failed(let error) where error.effect == .indefinite: open.append(call)
            case .none, .refused, .failed: break
            }
        }
    }

    /// The groups of all rows, also of those that are to come.
    var groups: Set<RowGroup> {
        var groups = Set(model.items.map(\.key.group))
        for call in pending + open {
            switch call.change {
            case .writes(let writes): groups.formUnion(writes.map(\.key.group))
            case .deletion(let keys): groups.formUnion(keys.map(\.group))
            case .purge: break
            }
        }
        return groups
    }

    /// True when these may be all the rows after so many events of the disk.
    func admits(_ found: Set<Item>, at moment: Int) async throws -> Bool {
        let maybe = open + pending.filter { $0.start <= moment && $0.answer != .refused }
        precondition(
            maybe.count < 12,
            "at most 11 changes are in doubt, so that all choices can be tried"
        )
        for choice in 0..<(1 << maybe.count) {
            let chosen = maybe.indices.filter { choice >> $0 & 1 == 1 }.map { maybe[$0].change }
            if try await Self.rows(model, with: chosen) == found { return true }
        }
        return false
    }

    /// The rows that are not as acknowledged, for a person.
    func difference(_ found: Set<Item>) -> String {
        let expected = Set(model.items)
        let missing = expected.subtracting(found).map { "\($0.key)" }
        let unexpected = found.subtracting(expected).map { "\($0.key)" }
        return "missing \(missing), unexpected \(unexpected), in doubt \(open)"
    }

    private static func rows(
        _ model: MemoryTable,
        with changes: [RecordingTable.Change]
    ) async throws -> Set<Item> {
        guard !changes.isEmpty else { return Set(model.items) }
        let copy = MemoryTable()
        for item in model.items { _ = try await copy.write(.put(item)) }
        for change in changes { try await change.apply(to: copy) }
        return Set(copy.items)
    }
}

extension Table {
    /// All rows of these groups.
    func rows(of groups: Set<RowGroup>) async throws(TableError) -> Set<Item> {
        var rows: Set<Item> = []
        for group in groups {
            var query = Query(group, limit: 1000)
            repeat {
                let page = try await self.query(query)
                rows.formUnion(page.items)
                query.after = page.next
            } while query.after != nil
        }
        return rows
    }
}
