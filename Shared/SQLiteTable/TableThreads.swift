import LedgerCore

/// The threads behind one table and their common end.
final class TableThreads: Sendable {
    /// The thread to which all writes go.
    let writer: Writer
    /// The queue that the readers' threads empty.
    let reads = ConditionLock(ReadQueue())
    private let path: String
    private let frameBytes: Int
    private let lock: LockFile
    private let gauge: ConditionLock<LogGauge>
    private let counters = Counters()
    private let connections: Connections
    private let writerThread: OSThread
    private let otherThreads: [OSThread]

    init(
        path: String,
        options: SQLiteOptions,
        clock: @escaping @Sendable () -> Instant
    ) throws(SQLiteOpenError) {
        let path = try RealPath.of(path)
        let lock = try LockFile(path: path + ".lock")
        do throws(SQLiteOpenError) {
            let workers = try TableWorkers(
                path: path,
                options: options,
                clock: clock,
                counters: counters,
                reads: reads
            )
            self.lock = lock
            self.path = path
            frameBytes = workers.frameBytes
            gauge = workers.gauge
            writer = workers.writer
            connections = workers.connections
            writerThread = OSThread { workers.writer.run() }
            otherThreads =
                [OSThread { workers.checkpointer.run() }]
                + workers.readers.map { reader in OSThread { reader.run() } }
        } catch {
            lock.release()
            throw error
        }
    }

    /// Answers what was asked, then ends the threads and closes the file.
    ///
    /// Blocks; once only.
    func shutDown() {
        writer.stop()
        writerThread.join()
        reads.withLock { $0.close() }
        reads.broadcast()
        gauge.withLock { $0.stop() }
        gauge.broadcast()
        for thread in otherThreads { thread.join() }
        connections.close(isClean: writer.failure == nil)
        lock.release()
    }

    /// The counts so far, and the log's length at present.
    var statistics: SQLiteStatistics {
        let counted = counters.current
        let log = gauge.withLock { $0 }
        return SQLiteStatistics(
            commits: counted.commits,
            writes: counted.requests,
            rows: counted.rows,
            largestCommit: counted.largestCommit,
            checkpoints: log.passes,
            checkpointFailures: counted.checkpointFailures,
            logRestarts: log.restarts,
            walBytes: log.frames * frameBytes,
            peakWALBytes: log.peak * frameBytes,
            walFileBytes: DatabaseFile.size(path: path + "-wal")
        )
    }
}

/// The writer, the checkpointer and the readers of one table, before their threads run.
struct TableWorkers: Sendable {
    let frameBytes: Int
    let gauge: ConditionLock<LogGauge>
    let writer: Writer
    let checkpointer: Checkpointer
    let readers: [Reader]
    let connections: Connections

    /// - Throws: After an error every connection made so far is closed again, the log left as it
    ///   is.
    init(
        path: String,
        options: SQLiteOptions,
        clock: @escaping @Sendable () -> Instant,
        counters: Counters,
        reads: ConditionLock<ReadQueue>
    ) throws(SQLiteOpenError) {
        try DatabaseFile.prepare(path: path)
        var connections = Connections(try Schema.openWriter(path: path, options: options))
        do throws(SQLiteOpenError) {
            (frameBytes, gauge, writer) = try Self.writer(
                connections.writer,
                path: path,
                options: options,
                clock: clock,
                counters: counters
            )
            let log = try Schema.openFurther(
                path: path,
                options: options,
                cacheBytes: 1 << 20
            )
            connections.add(log)
            checkpointer = Checkpointer(
                log,
                gauge: gauge,
                counters: counters,
                interval: options.checkpointInterval,
                giveUp: writer.fail
            )
            readers = try Self.readers(&connections, path: path, options: options, reads: reads)
        } catch {
            connections.close(isClean: false)
            throw error
        }
        self.connections = connections
    }

    private static func writer(
        _ connection: Connection,
        path: String,
        options: SQLiteOptions,
        clock: @escaping @Sendable () -> Instant,
        counters: Counters
    ) throws(SQLiteOpenError) -> (Int, ConditionLock<LogGauge>, Writer) {
        do throws(SQLiteFailure) {
            // A frame is a page and its header.
            let frameBytes = Int(try connection.number("PRAGMA page_size")) + 24
            let gauge = ConditionLock(LogGauge(LogGauge.Bounds(options, frameBytes: frameBytes)))
            let writer = try Writer(
                connection,
                options: options,
                clock: clock,
                gauge: gauge,
                counters: counters
            )
            return (frameBytes, gauge, writer)
        } catch {
            throw SQLiteOpenError(error, path: path)
        }
    }

    private static func readers(
        _ connections: inout Connections,
        path: String,
        options: SQLiteOptions,
        reads: ConditionLock<ReadQueue>
    ) throws(SQLiteOpenError) -> [Reader] {
        var readers: [Reader] = []
        for _ in 0..<max(options.readers, 1) {
            let connection = try Schema.openFurther(
                path: path,
                options: options,
                cacheBytes: options.cacheBytes / 4
            )
            connections.add(connection)
            do throws(SQLiteFailure) {
                readers.append(try Reader(connection, queue: reads))
            } catch {
                throw SQLiteOpenError(error, path: path)
            }
        }
        return readers
    }
}

/// All connections of a table, for closing them.
///
/// `@unchecked Sendable`: each is used by its own thread, and here only when that thread has ended
/// or never began.
struct Connections: @unchecked Sendable {
    let writer: Connection
    private var others: [Connection] = []

    init(_ writer: Connection) {
        self.writer = writer
    }

    mutating func add(_ connection: Connection) {
        others.append(connection)
    }

    /// Closes all; the last copies the log into the database and removes it.
    ///
    /// - Parameter isClean: False leaves the log as it is, and the file marked as in use. When
    ///   writing was given up the log may be the only whole copy, and the next start recovers from
    ///   it. So it is when the mark can't be removed: marked, the file needs its log.
    func close(isClean: Bool) {
        writer.keepLog(!(isClean && Mark.remove(writer)))
        for connection in others + [writer] { connection.close() }
    }
}

/// Counts that several threads add to; ``SQLiteStatistics`` reports them.
final class Counters: Sendable {
    struct Values: Sendable {
        var commits = 0
        var requests = 0
        var rows = 0
        var largestCommit = 0
        var checkpointFailures = 0
    }

    private let values = ConditionLock(Values())

    /// Counts a commit that answered so many requests and changed so many rows.
    func committed(requests: Int, rows: Int) {
        values.withLock {
            $0.commits += 1
            $0.requests += requests
            $0.rows += rows
            $0.largestCommit = max($0.largestCommit, requests)
        }
    }

    func checkpointFailed() {
        values.withLock { $0.checkpointFailures += 1 }
    }

    var current: Values { values.withLock { $0 } }
}
