package import LedgerCore
import MachineClock

/// The table in one SQLite file, for a ledger that is one process.
///
/// An acknowledged write has been fsynced. Writes that arrive while a commit is running share the
/// next one. A file is used by one table at a time, in whatever process; the file `<path>.lock`
/// beside it sees to that.
package final class SQLiteTable: Table {
    private let threads: TableThreads
    private let life = ConditionLock(LifeState.open)

    /// The stages of the table's life, each of which is followed by the next one only.
    private enum LifeState: Sendable {
        /// Calls are taken. Next: closing.
        case open
        /// The threads finish what was asked, and these tasks wait for it. Next: closed.
        case closing([CheckedContinuation<Void, Never>])
        /// The file is closed.
        case closed
    }

    private init(_ threads: TableThreads) {
        self.threads = threads
    }

    deinit {
        guard case .open = life.withLock({ $0 }) else { return }
        let threads = threads
        OSThread.detached { threads.shutDown() }
    }

    /// Opens the table in the file at `path`, or makes a new one there.
    ///
    /// A new file, its log and its lock can be read and written by their owner only. The folder
    /// must exist. Blocks while SQLite recovers from a crash.
    ///
    /// - Parameters:
    ///   - path: The database's file; links are followed.
    ///   - options: The defaults are right for a server.
    ///   - clock: The clock that decisions are stamped from.
    /// - Returns: A table that takes calls; it must be closed to free the file for another.
    /// - Throws: The reason for which the file can't be used, which is left as it was.
    package static func open(
        path: String,
        options: SQLiteOptions = SQLiteOptions(),
        clock: @escaping @Sendable () -> Instant = MachineClock.instant
    ) throws(SQLiteOpenError) -> SQLiteTable {
        SQLiteTable(try TableThreads(path: path, options: options, clock: clock))
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
            if starts { OSThread.detached { self.finish() } }
        }
    }

    private func finish() {
        threads.shutDown()
        let waiting: [CheckedContinuation<Void, Never>] = life.withLock { life in
            defer { life = .closed }
            guard case .closing(let waiting) = life else { return [] }
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// The counts and sizes since the table was opened.
    package var statistics: SQLiteStatistics { threads.statistics }

    // MARK: Table

    /// False: the log is left to the sweep.
    package var deletesLogByItself: Bool { false }

    /// True: one thread applies them all.
    package var appliesInOrder: Bool { true }

    /// The thread that commits, between two commits.
    package var writeExecutor: (any TaskExecutor)? { threads.writer }

    /// The error of every write until the next start, after an fsync that failed and the like;
    /// or of the last one, while the disk is full.
    package var writeFailure: TableError? { threads.writer.trouble }

    /// The row with this key, or nil.
    package func get(_ key: TableKey) async throws(TableError) -> Item? {
        let key = EncodedKey(key)
        return try await read { .row(key, $0) }
    }

    /// One page of a group's rows.
    package func query(_ query: Query) async throws(TableError) -> QueryPage {
        try query.check()
        return try await read { .page(query, $0) }
    }

    /// Does all reads by one reader, one after another.
    package func findTogether(
        _ reads: [TableRead]
    ) async -> [Result<TableFinding, TableError>] {
        var prepared: [PreparedRead] = []
        do throws(TableError) {
            for read in reads { prepared.append(try PreparedRead(read)) }
            return try await self.read { [prepared] in .all(prepared, $0) }
        } catch {
            return reads.map { _ in .failure(error) }
        }
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
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        try writes.checkTransaction()
        let prepared = writes.map(PreparedWrite.init)
        return try await submit { .transaction(prepared, token: token, decided: decided, $0) }
    }

    /// Removes rows; all at once, in this engine.
    package func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        let keys = keys.map(EncodedKey.init)
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
        _ work: (Reply<Outcome>) -> WriteRequest.Work
    ) async throws(TableError) -> Outcome {
        try await withCheckedContinuation { reply in
            threads.writer.submit(WriteRequest(work(reply)))
        }.get()
    }

    private func read<Outcome>(
        _ request: (Reply<Outcome>) -> ReadRequest
    ) async throws(TableError) -> Outcome {
        try await withCheckedContinuation { reply in
            let request = request(reply)
            if threads.reads.withLock({ $0.add(request) }) {
                threads.reads.signal()
            } else {
                reply.resume(returning: .failure(.closed))
            }
        }.get()
    }
}
