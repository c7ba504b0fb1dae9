import CSQLite

/// The thread that copies the log into the database beside the writer.
///
/// `@unchecked Sendable`: its connection is used by its thread only, and after that has ended by
/// the thread that closes.
final class Checkpointer: @unchecked Sendable {
    private let connection: Connection
    private let gauge: ConditionLock<LogGauge>
    private let counters: Counters
    private let interval: Duration
    private let giveUp: @Sendable (SQLiteFailure) -> Void

    /// - Parameters:
    ///   - connection: Used by this thread alone, as long as it runs.
    ///   - gauge: Shared with the writer.
    ///   - counters: Take failed passes.
    ///   - interval: The time after which a small lead of the log is copied, too.
    ///   - giveUp: Called when the database can no longer be trusted.
    init(
        _ connection: Connection,
        gauge: ConditionLock<LogGauge>,
        counters: Counters,
        interval: Duration,
        giveUp: @escaping @Sendable (SQLiteFailure) -> Void
    ) {
        self.connection = connection
        self.gauge = gauge
        self.counters = counters
        self.interval = interval
        self.giveUp = giveUp
    }

    /// Works until the gauge says to stop.
    func run() {
        while waitForWork() {
            guard gauge.withLock({ $0.beginPassBesideWriter() }) else { continue }
            copy()
            gauge.broadcast()
        }
    }

    /// Blocks until there is much to copy, or something for a while; false: end.
    private func waitForWork() -> Bool {
        let ends = gauge.wait { $0.mustEnd ? true : $0.mayCopy && !$0.isBusy ? false : nil }
        guard !ends else { return false }
        let endsNow = gauge.wait(atMost: interval) { gauge in
            gauge.mustEnd ? true : gauge.mustCopy && !gauge.isBusy ? false : nil
        }
        return endsNow != true
    }

    private func copy() {
        do throws(SQLiteFailure) {
            let done = try connection.checkpoint()
            gauge.withLock { done.wasHeldUp ? $0.passFailed() : $0.endPass(copied: done.copied) }
        } catch {
            counters.checkpointFailed()
            if error.leavesDatabaseInDoubt { giveUp(error) }
            gauge.withLock { $0.passFailed() }
        }
    }
}

extension SQLiteFailure {
    /// True when a checkpoint that failed so may have left pages behind that look written.
    ///
    /// When fsync fails, whatever for, the system may forget what it could not write, and the next
    /// fsync succeeds for nothing. The next checkpoint does not repeat it all: SQLite syncs only
    /// when it reaches the log's end, and begins where the last one ended. The log still has it
    /// all, and the next start copies it again. A write that found no room is one that the next
    /// repeats, and one that could not read the log or the size of a file has changed nothing.
    var leavesDatabaseInDoubt: Bool {
        primaryCode == SQLITE_IOERR && !Self.onlyLooked.contains(code)
    }

    /// Errors of calls that change nothing.
    private static let onlyLooked: Set<Int32> = [
        el_sqlite_ioerr_read, el_sqlite_ioerr_short_read, el_sqlite_ioerr_fstat,
    ]
}
