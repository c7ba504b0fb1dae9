package import LedgerCore
import MachineClock

/// The table in one SQLite file, for a ledger that is one process.
///
/// An acknowledged write has been fsynced. Writes that arrive while a commit is running share the
/// next one. A file is used by one table at a time, in whatever process; the file `<path>.lock`
/// beside it sees to that.
package final class SQLiteTable: Table {
    private let engine: Engine
    private let life = Monitor(Life.open)

    private enum Life: Sendable {
        /// In use.
        case open
        /// The threads finish what was asked; these tasks wait for the end.
        case closing([CheckedContinuation<Void, Never>])
        /// The file is closed.
        case closed
    }

    private init(_ engine: Engine) {
        self.engine = engine
    }

    deinit {
        guard case .open = life.withLock({ $0 }) else { return }
        let engine = engine
        Worker.detached { engine.shutDown() }
    }

    /// Opens the table in the file at `path`, or makes a new one there.
    ///
    /// A new file, its log and its lock can be read and written by their owner only. The folder
    /// must exist. Blocks while SQLite recovers from a crash.
    ///
    /// `clock`: The clock that decisions are stamped from.
    package static func open(
        path: String,
        options: SQLiteOptions = SQLiteOptions(),
        clock: @escaping @Sendable () -> Instant = MachineClock.instant
    ) throws(SQLiteOpenError) -> SQLiteTable {
        SQLiteTable(try Engine(path: path, options: options, clock: clock))
    }

    /// Answers what was asked before, then closes the file and frees it for another.
    ///
    /// May be called again; every call returns when the file is closed. Calls of anything else
    /// throw ``TableError/Reason/closed`` from now on.
    package func close() async {
        await withCheckedContinuation { continuation in
            let (starts, isClosed) = life.withLock { life in
                switch life {
                case .open:
                    life = .closing([continuation])
                    return (true, false)
                case .closing(let waiting):
                    life = .closing(waiting + [continuation])
                    return (false, false)
                case .closed:
                    return (false, true)
                }
            }
            if isClosed { continuation.resume() }
            if starts { Worker.detached { self.finish() } }
        }
    }

    private func finish() {
        engine.shutDown()
        let waiting: [CheckedContinuation<Void, Never>] = life.withLock { life in
            defer { life = .closed }
            guard case .closing(let waiting) = life else { return [] }
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// What the table has done since it was opened.
    package var statistics: SQLiteStatistics { engine.statistics }

    // MARK: Table

    /// False: the log is left to the sweep.
    package var deletesLogByItself: Bool { false }

    /// Not nil after an fsync that failed, and alike, until the next start, which reads the log
    /// anew; and while the disk is full.
    package var writeFailure: TableError? { engine.writer.trouble }

    /// The row with this key, or nil.
    package func get(_ key: TableKey) async throws(TableError) -> Item? {
        let key = RowKey(key)
        return try await read { .row(key, $0) }
    }

    /// One page of a group's rows.
    package func query(_ query: Query) async throws(TableError) -> QueryPage {
        try query.check()
        return try await read { .page(query, $0) }
    }

    /// Applies one write if its condition holds.
    package func write(
        _ write: Write,
        decided: Instant
    ) async throws(TableError) -> WriteOutcome {
        try write.checkAlone()
        let prepared = PreparedWrite(write)
        return try await submit { .write(prepared, decided: decided, $0) }
    }

    /// Applies all writes or none.
    package func transact(
        _ writes: [Write],
        token: Incarnation,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        try writes.checkTransaction()
        let prepared = writes.map(PreparedWrite.init)
        return try await submit { .transaction(prepared, token: token, decided: decided, $0) }
    }

    /// Removes rows; all at once, in this engine.
    package func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        let keys = keys.map(RowKey.init)
        try await submit { .deletion(keys, $0) }
    }

    /// Removes rows outside of the log whose `ttl` lies before `moment`.
    package func purgeExpired(
        before moment: Timestamp,
        limit: Int
    ) async throws(TableError) -> Int {
        let seconds = moment.firstSecondNotBefore
        return try await submit { .purge(before: seconds, limit: limit, $0) }
    }

    private func submit<Outcome>(
        _ work: (Answer<Outcome>) -> WriteRequest.Work
    ) async throws(TableError) -> Outcome {
        try await withCheckedContinuation { answer in
            engine.writer.submit(WriteRequest(work(answer)))
        }.get()
    }

    private func read<Outcome>(
        _ request: (Answer<Outcome>) -> ReadRequest
    ) async throws(TableError) -> Outcome {
        try await withCheckedContinuation { answer in
            let request = request(answer)
            if engine.reads.withLock({ $0.add(request) }) {
                engine.reads.signal()
            } else {
                answer.resume(returning: .failure(.closed))
            }
        }.get()
    }
}
