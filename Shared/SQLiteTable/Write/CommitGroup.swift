import LedgerCore

/// Requests that share one commit: applied one after another, each seeing those before it.
///
/// A request decides over itself only: a failed condition changes nothing, and a transaction is
/// checked whole before its first write. So nothing is ever taken back for one request alone;
/// when SQLite fails, the whole group is rolled back.
struct CommitGroup {
    /// Rows that the group has written or removed.
    private(set) var changedRows = 0
    private let rows: RowWriter
    private let tokens: TokenMemory
    private let now: Instant
    private var applied: [TransactionToken] = []
    private var answers: [() -> Void] = []

    /// - Parameters:
    ///   - rows: The writer's connection, in an open transaction.
    ///   - tokens: The transactions that earlier groups applied.
    ///   - now: The clock, read since the last commit. Nobody else writes, so from then on nothing
    ///     changes but by this group.
    init(rows: RowWriter, tokens: TokenMemory, now: Instant) {
        self.rows = rows
        self.tokens = tokens
        self.now = now
    }

    /// The tokens of the transactions that this group applied.
    var appliedTokens: [TransactionToken] { applied }

    /// Applies one request; its answer is kept until the commit.
    mutating func add(_ request: WriteRequest) throws(SQLiteFailure) {
        switch request.work {
        case .write(let write, let decided, let reply):
            try resolve(reply) { group throws(RowFailure) in
                try group.checkAge(of: decided)
                return try group.apply(write)
            }
        case .transaction(let writes, let token, let decided, let reply):
            try resolve(reply) { group throws(RowFailure) in
                try group.checkAge(of: decided)
                return try group.apply(writes, token: token)
            }
        case .deletion(let keys, let reply):
            try resolve(reply) { group throws(RowFailure) in try group.delete(keys) }
        case .purge(let seconds, let limit, let reply):
            try resolve(reply) { group throws(RowFailure) in
                try group.purge(before: seconds, limit: limit)
            }
        case .probe:
            try rows.probe()
            changedRows += 1
        }
    }

    /// Lets every caller go on; only after the commit.
    func answerAll() {
        for answer in answers { answer() }
    }

    private mutating func resolve<Outcome: Sendable>(
        _ reply: Reply<Outcome>,
        body: (inout CommitGroup) throws(RowFailure) -> Outcome
    ) throws(SQLiteFailure) {
        let result: Result<Outcome, TableError>
        do throws(RowFailure) {
            result = .success(try body(&self))
        } catch {
            switch error {
            case .sqlite(let failure): throw failure
            // Requests are refused before their first change, so this one has changed nothing.
            case .refused(let refusal): result = .failure(refusal)
            }
        }
        answers.append { reply.resume(returning: result) }
    }

    private func checkAge(of decided: Instant) throws(RowFailure) {
        do throws(TableError) { try decided.checkAge(at: now) } catch { throw .refused(error) }
    }

    private mutating func apply(_ write: PreparedWrite) throws(RowFailure) -> WriteOutcome {
        if write.condition == .notExists, case .put(let row) = write.operation {
            return try insert(row)
        }
        if let condition = write.condition {
            let current = try rows.row(write.key)
            guard condition.holds(for: current) else { return .conditionFailed(current: current) }
        }
        try change(write)
        return .applied
    }

    /// The append's way: no read unless there is a row.
    private mutating func insert(_ row: EncodedRow) throws(RowFailure) -> WriteOutcome {
        guard try rows.putIfAbsent(row) else {
            return .conditionFailed(current: try rows.row(row.key))
        }
        changedRows += 1
        return .applied
    }

    private mutating func change(_ write: PreparedWrite) throws(RowFailure) {
        switch write.operation {
        case .put(let row): try rows.put(row)
        case .delete(let key): try rows.delete(key)
        case .check: return
        }
        changedRows += 1
    }

    private mutating func apply(
        _ writes: [PreparedWrite],
        token: TransactionToken
    ) throws(RowFailure) -> TransactionOutcome {
        if tokens.contains(token) || applied.contains(token) { return .applied }
        var failures: [Int: Item?] = [:]
        for (index, write) in writes.enumerated() {
            guard let condition = write.condition else { continue }
            let current = try rows.row(write.key)
            if !condition.holds(for: current) { failures.updateValue(current, forKey: index) }
        }
        guard failures.isEmpty else { return .conditionFailed(failures) }
        for write in writes { try change(write) }
        applied.append(token)
        return .applied
    }

    private mutating func delete(_ keys: [EncodedKey]) throws(RowFailure) {
        for key in keys { try rows.delete(key) }
        changedRows += keys.count
    }

    private mutating func purge(before seconds: Int64, limit: Int) throws(RowFailure) -> Int {
        let count = try rows.purge(before: seconds, limit: limit)
        changedRows += count
        return count
    }
}

/// The tokens of the last transactions that were applied, so that a repetition is answered and
/// not applied again.
///
/// They are kept in memory only: nothing but a failed commit leaves a caller in doubt, and after
/// one the table takes no more writes.
struct TokenMemory {
    private static let capacity = 4096
    private var tokens: Set<TransactionToken> = []
    private var order: [TransactionToken] = []
    private var oldest = 0

    func contains(_ token: TransactionToken) -> Bool {
        tokens.contains(token)
    }

    mutating func remember(_ token: TransactionToken) {
        guard tokens.insert(token).inserted else { return }
        guard order.count == Self.capacity else { return order.append(token) }
        tokens.remove(order[oldest])
        order[oldest] = token
        oldest = (oldest + 1) % Self.capacity
    }
}
