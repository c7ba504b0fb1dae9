import CSQLite
import Glibc
public import LedgerCore
import Synchronization

/// A ``Table`` in one SQLite file, for one process.
///
/// Write-ahead log, `synchronous=FULL`: an answered write has been fsynced. One thread writes and
/// shares commits among all that wait, some read, one checkpoints.
public final class SQLiteTable: Table {
    /// What can be set.
    public struct Options: Sendable {
        /// Threads that read.
        public var readers = 2
        /// How long the write-ahead log may become before it is started anew, bytes.
        public var maximumLog = 64 * 1024 * 1024
        /// The largest file in pages of 4 KB; nil: as SQLite will. Beyond it the disk counts as
        /// full.
        public var maximumPages: Int?

        /// The defaults.
        public init() {}
    }

    /// What the engine counted since it was opened.
    public struct Statistics: Hashable, Sendable {
        /// Commits, each one fsync.
        public let commits: Int
        /// Writes, transactions and removals that they held.
        public let jobs: Int
        /// Checkpoints.
        public let checkpoints: Int
        /// How often the log was started anew.
        public let logRestarts: Int
        /// The write-ahead log's size now, bytes.
        public let logBytes: Int
    }

    static let closed = TableError(.definite, .closed, "the table is closed")

    private let lock: FileLock
    private let logPath: String
    private let counters = Counters()
    private let writer: Writer
    private let checkpointer: Checkpointer
    private let readers = Readers()
    private let threads: Monitor<[WorkerThread]>

    /// Opens the file, or makes it with mode 0600; its folder must exist.
    public init(path: String, options: Options = Options()) throws(SQLiteOpenError) {
        lock = try FileLock(path + ".lock", for: path)
        logPath = path + "-wal"
        do throws(SQLiteOpenError) {
            let main = try LedgerFile.open(path, options)
            let checkpoints = try LedgerFile.connect(path, isReadOnly: false)
            let relay = Relay()
            writer = Writer(main, counters) { relay.checkpointer?.ring() }
            checkpointer = Checkpointer(
                checkpoints,
                writer,
                logPath: logPath,
                maximumLog: options.maximumLog,
                counters
            )
            relay.set(checkpointer)
            var connections: [Connection] = []
            for _ in 0..<max(options.readers, 1) {
                connections.append(try LedgerFile.connect(path, isReadOnly: true))
            }
            threads = Monitor(
                Self.start(writer, main, checkpointer, checkpoints, readers, connections)
            )
        } catch {
            lock.release()
            throw error
        }
    }

    private static func start(
        _ writer: Writer,
        _ main: Connection,
        _ checkpointer: Checkpointer,
        _ checkpoints: Connection,
        _ readers: Readers,
        _ connections: [Connection]
    ) -> [WorkerThread] {
        let reading = connections.map { connection in
            WorkerThread { readers.run(connection) }
        }
        return reading + [
            WorkerThread {
                checkpointer.run()
                checkpoints.close()
            },
            WorkerThread {
                writer.run()
                main.close()
            },
        ]
    }

    /// Finishes what was submitted and closes the file. Later calls fail as closed; a second
    /// close does nothing.
    public func close() {
        readers.close()
        checkpointer.close()
        writer.close()
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        guard !threads.isEmpty else { return }
        for thread in threads { thread.join() }
        lock.release()
    }

    /// What the engine counted.
    public var statistics: Statistics {
        Statistics(
            commits: counters.commits.load(ordering: .relaxed),
            jobs: counters.jobs.load(ordering: .relaxed),
            checkpoints: counters.checkpoints.load(ordering: .relaxed),
            logRestarts: counters.restarts.load(ordering: .relaxed),
            logBytes: Checkpointer.size(of: logPath)
        )
    }

    // MARK: Table

    public var deletesLogByItself: Bool { false }

    public func get(_ key: TableKey) async throws(TableError) -> Item? {
        try await withCheckedContinuation { readers.submit(.get(key, $0)) }.get()
    }

    public func query(_ query: Query) async throws(TableError) -> QueryPage {
        try await withCheckedContinuation { readers.submit(.query(query, $0)) }.get()
    }

    public func write(_ write: Write) async throws(TableError) -> WriteOutcome {
        try TableLimits.check([write])
        return try await withCheckedContinuation { writer.submit(.write(write, $0)) }.get()
    }

    public func transact(_ writes: [Write], token: Incarnation) async throws(TableError)
        -> TransactionOutcome
    {
        try TableLimits.check(writes)
        return try await withCheckedContinuation { writer.submit(.transaction(writes, $0)) }.get()
    }

    public func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        guard !keys.isEmpty else { return }
        _ = try await withCheckedContinuation { writer.submit(.delete(keys, $0)) }.get()
    }

    public func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await withCheckedContinuation {
            writer.submit(.purge(before: moment.seconds, limit: limit, $0))
        }.get()
    }
}

/// Lets the writer ring the checkpointer, which is made after it.
private final class Relay: Sendable {
    private let target = Monitor<Checkpointer?>(nil)

    var checkpointer: Checkpointer? { target.withLock { $0 } }

    func set(_ checkpointer: Checkpointer) {
        target.withLock { $0 = checkpointer }
    }
}
