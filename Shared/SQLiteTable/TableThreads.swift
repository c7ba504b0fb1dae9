import LedgerCore

/// The threads behind one table and their common end.
final class Engine: Sendable {
    /// Takes writes.
    let writer: Writer
    /// Takes reads.
    let reads = Monitor(ReadQueue())
    private let path: String
    private let frameBytes: Int
    private let lock: LockFile
    private let gauge: Monitor<LogGauge>
    private let counters = Counters()
    private let connections: Connections
    private let writerThread: Worker
    private let otherThreads: [Worker]

    init(
        path: String,
        options: SQLiteOptions,
        clock: @escaping @Sendable () -> Instant
    ) throws(SQLiteOpenError) {
        let path = try RealPath.of(path)
        let lock = try LockFile(path: path + ".lock")
        do throws(SQLiteOpenError) {
            let parts = try EngineParts(
                path: path,
                options: options,
                clock: clock,
                counters: counters,
                reads: reads
            )
            self.lock = lock
            self.path = path
            frameBytes = parts.frameBytes
            gauge = parts.gauge
            writer = parts.writer
            connections = parts.connections
            writerThread = Worker { parts.writer.run() }
            otherThreads =
                [Worker { parts.checkpointer.run() }]
                + parts.readers.map { reader in Worker { reader.run() } }
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

    /// What was counted so far.
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

/// What an engine is made of, before its threads run.
struct EngineParts: Sendable {
    let frameBytes: Int
    let gauge: Monitor<LogGauge>
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
        reads: Monitor<ReadQueue>
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
                cacheBytes: 1 << 20,
                mappedBytes: 0
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
    ) throws(SQLiteOpenError) -> (Int, Monitor<LogGauge>, Writer) {
        do throws(SQLiteFailure) {
            // A frame is a page and its header.
            let frameBytes = Int(try connection.number("PRAGMA page_size")) + 24
            let gauge = Monitor(LogGauge(LogGauge.Bounds(options, frameBytes: frameBytes)))
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
        reads: Monitor<ReadQueue>
    ) throws(SQLiteOpenError) -> [Reader] {
        var readers: [Reader] = []
        for _ in 0..<max(options.readers, 1) {
            let connection = try Schema.openFurther(
                path: path,
                options: options,
                cacheBytes: options.cacheBytes / 4,
                mappedBytes: options.mappedBytes
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

/// An engine's connections, for closing them.
///
/// `@unchecked Sendable`: each is used by its own thread, and here only when that has ended or
/// never began.
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

/// What the threads count.
final class Counters: Sendable {
    struct Values: Sendable {
        var commits = 0
        var requests = 0
        var rows = 0
        var largestCommit = 0
        var checkpointFailures = 0
    }

    private let values = Monitor(Values())

    /// A commit that answered so many requests and changed so many rows.
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
