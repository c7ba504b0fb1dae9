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
    private let checkpointer: Checkpointer
    private let readers: [Reader]
    private let writerThread: Worker
    private let otherThreads: [Worker]

    init(path: String, options: SQLiteOptions) throws(SQLiteOpenError) {
        let lock = try LockFile(path: path + ".lock")
        do throws(SQLiteOpenError) {
            let parts = try Parts(path: path, options: options, counters: counters, reads: reads)
            self.lock = lock
            self.path = path
            frameBytes = parts.frameBytes
            gauge = parts.gauge
            writer = parts.writer
            checkpointer = parts.checkpointer
            readers = parts.readers
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
        closeConnections()
        lock.release()
    }

    /// The writer's is the last, so SQLite copies the log and removes it.
    ///
    /// Not so when writing was given up: the log may be the only whole copy, so the connections
    /// stay open for good, and the next start recovers from the log.
    private func closeConnections() {
        guard !writer.hasFailed else { return }
        for reader in readers { reader.close() }
        checkpointer.close()
        writer.close()
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
private struct Parts: Sendable {
    let frameBytes: Int
    let gauge: Monitor<LogGauge>
    let writer: Writer
    let checkpointer: Checkpointer
    let readers: [Reader]

    /// - Throws: After an error the connections made so far are left to the process's end; none
    ///   of them has written.
    init(
        path: String,
        options: SQLiteOptions,
        counters: Counters,
        reads: Monitor<ReadQueue>
    ) throws(SQLiteOpenError) {
        try DatabaseFile.prepare(path: path)
        let connection = try Schema.openWriter(path: path, options: options)
        do throws(SQLiteFailure) {
            // A frame is a page and its header.
            frameBytes = Int(try connection.number("PRAGMA page_size")) + 24
            gauge = Monitor(LogGauge(LogGauge.Bounds(options, frameBytes: frameBytes)))
            writer = try Writer(connection, options: options, gauge: gauge, counters: counters)
        } catch {
            throw SQLiteOpenError(error, path: path)
        }
        checkpointer = Checkpointer(
            try Schema.openFurther(
                path: path,
                options: options,
                cacheBytes: 1 << 20,
                mappedBytes: 0
            ),
            gauge: gauge,
            counters: counters,
            interval: options.checkpointInterval,
            giveUp: writer.fail
        )
        readers = try Self.readers(path: path, options: options, reads: reads)
    }

    private static func readers(
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
            do throws(SQLiteFailure) {
                readers.append(try Reader(connection, queue: reads))
            } catch {
                throw SQLiteOpenError(error, path: path)
            }
        }
        return readers
    }
}
