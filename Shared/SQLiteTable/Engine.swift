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
