import CSQLite
import LedgerCore

/// The one thread that writes, with group commit: all requests that arrived while the last commit
/// ran share the next one, hence one fsync.
///
/// Between two commits it runs the tasks that prefer it: those whose next write follows from the answer
/// to their last one. Two changes of thread cost them more than their work.
///
/// `@unchecked Sendable`: after `init` everything but the queue, the gauge and the counters is
/// touched by the writer's thread only, and after that has ended by the thread that closes.
final class Writer: TaskExecutor, @unchecked Sendable {
    private let connection: Connection
    private let rows: RowWriter
    private let begin: Statement
    private let commit: Statement
    private let rollback: Statement
    private let queue: ConditionLock<WriteQueue>
    private let gauge: ConditionLock<LogGauge>
    private let counters: Counters
    private let clock: @Sendable () -> Instant
    private let frames: UnsafeMutablePointer<Int32>
    private var tokens = TokenMemory()
    /// When the next probe for room on a full disk is due; nil while there is room.
    private var nextProbe: Duration?

    init(
        _ connection: Connection,
        options: SQLiteOptions,
        clock: @escaping @Sendable () -> Instant,
        gauge: ConditionLock<LogGauge>,
        counters: Counters
    ) throws(SQLiteFailure) {
        self.connection = connection
        self.clock = clock
        self.gauge = gauge
        self.counters = counters
        rows = try RowWriter(connection)
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        queue = ConditionLock(WriteQueue(commitBytes: options.commitBytes))
        frames = .allocate(capacity: 1)
        frames.initialize(to: 0)
        connection.recordLogFrames(in: frames)
    }

    deinit {
        frames.deallocate()
    }

    // MARK: From any thread

    /// Takes a request; it is answered sooner or later, also when it is refused.
    func submit(_ request: WriteRequest) {
        if let refusal = queue.withLock({ $0.add(request) }) {
            request.fail(refusal)
        } else {
            queue.signal()
        }
    }

    /// Runs a task's job before the next commit; elsewhere once the thread has ended.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if queue.withLock({ $0.add(job) }) {
            queue.signal()
        } else {
            globalConcurrentExecutor.enqueue(job)
        }
    }

    /// Refuses new requests; the thread ends when those that wait are done.
    func stop() {
        queue.withLock { $0.close() }
        queue.signal()
    }

    /// Gives up writing: the file can no longer be trusted to take it.
    func fail(_ cause: SQLiteFailure) {
        let error = TableError(
            .definite,
            reason: .closed,
            message:
                "writing was given up after SQLite error \(cause.code): \(cause.message); restart"
        )
        gauge.withLock { $0.giveUp() }
        let waiting = queue.withLock { $0.fail(error) }
        queue.signal()
        for request in waiting { request.fail(error) }
    }

    /// The error by which writes are refused, for good or while there is no room; nil when there is
    /// none.
    var trouble: TableError? { queue.withLock { $0.failure ?? $0.shortage } }

    /// The error for which writing was given up for good; nil when it was not.
    var failure: TableError? { queue.withLock { $0.failure } }

    // MARK: The writer's thread

    /// Commits group after group until ``stop()``, or until writing is given up.
    func run() {
        while true {
            switch next() {
            case .run(let jobs): run(jobs)
            case .commit(let requests):
                process(requests)
                tendLog()
            case .end: return
            }
        }
    }

    /// The next group of requests, or the end.
    ///
    /// While the disk is full, a probe comes now and then without any request: while `/health` says
    /// so, a load balancer may send no write that would find room again.
    private func next() -> WriteQueue.Next {
        guard queue.withLock({ $0.shortage != nil && $0.failure == nil }) else {
            nextProbe = nil
            return queue.wait { $0.next() }
        }
        let now = clock().uptime
        let probe = nextProbe ?? now + Self.roomInterval
        nextProbe = probe
        if now < probe, let next = queue.wait(atMost: probe - now, for: { $0.next() }) {
            return next
        }
        nextProbe = nil
        return .commit([WriteRequest(.probe)])
    }

    /// The time between two probes for room on a full disk.
    private static let roomInterval: Duration = .milliseconds(500)

    private func process(_ requests: [WriteRequest]) {
        let group: CommitGroup
        do throws(SQLiteFailure) {
            group = try apply(requests)
        } catch {
            return undo(requests, after: error)
        }
        // SQLite writes no frame and syncs nothing when no row changed.
        let code = commit.run()
        guard code == SQLITE_DONE else {
            return commitFailed(for: requests, by: connection.failure(code))
        }
        for token in group.appliedTokens { tokens.remember(token) }
        counters.committed(requests: requests.count, rows: group.changedRows)
        if group.changedRows > 0 { queue.withLock { $0.shortage = nil } }
        group.answerAll()
        // Those to whom the answers go need not wait until the log is tended.
        run(queue.withLock { $0.takeJobs() })
    }

    private func run(_ jobs: [UnownedJob]) {
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func apply(_ requests: [WriteRequest]) throws(SQLiteFailure) -> CommitGroup {
        try connection.check(begin.run(), is: SQLITE_DONE)
        var group = CommitGroup(rows: rows, tokens: tokens, now: clock())
        for request in requests { try group.add(request) }
        return group
    }

    /// Rolls a group back, of which nothing has happened.
    ///
    /// Before COMMIT the log has no commit frame, and recovery ignores frames without one. Each
    /// request is tried again alone, so that one that cannot be stored (a full disk, a damaged
    /// page) does not refuse the others.
    private func undo(_ requests: [WriteRequest], after failure: SQLiteFailure) {
        if connection.isInTransaction, rollback.run() != SQLITE_DONE {
            fail(requests, with: failure.tableError(.definite))
            return fail(failure)
        }
        guard requests.count > 1, !failure.isBusy else {
            let error = failure.tableError(.definite)
            if failure.isFull { queue.withLock { $0.shortage = error } }
            return fail(requests, with: error)
        }
        for request in requests {
            if let failure = queue.withLock({ $0.failure }) {
                request.fail(failure)
            } else {
                process([request])
            }
        }
    }

    /// Answers the requests of a commit that failed.
    ///
    /// A full disk or a foreign lock stops SQLite before the commit frame is whole, and the next
    /// transaction writes over the part that is there. So the group is rolled back and tried again.
    ///
    /// After any other failure, fsync's above all, the commit frame may be in the file: this
    /// process ignores it, but recovery after a crash would find it. So the group may have been
    /// applied, and as an fsync that is repeated after a failure proves nothing, writing is given
    /// up.
    private func commitFailed(for requests: [WriteRequest], by failure: SQLiteFailure) {
        guard failure.primaryCode == SQLITE_FULL || failure.isBusy else {
            if connection.isInTransaction { _ = rollback.run() }
            fail(requests, with: failure.tableError(.indefinite))
            return fail(failure)
        }
        undo(requests, after: failure)
    }

    private func fail(_ requests: [WriteRequest], with error: TableError) {
        for request in requests { request.fail(error) }
    }

    /// Between two commits: begins the log anew when it has grown and the rest to copy is small.
    private func tendLog() {
        let frames = Int(frames.pointee)
        let (advice, wakes) = gauge.withLock { $0.committed(frames: frames) }
        if wakes { gauge.broadcast() }
        switch advice {
        case nil: return
        case .now: restartLog(shrink: false)
        case .giveWay(let pause):
            let isReady = gauge.wait(atMost: pause) { $0.isReadyToRestart ? true : nil }
            if isReady == true { restartLog(shrink: false) }
        case .whenever:
            gauge.wait { $0.isBusy ? nil : () }
            restartLog(shrink: true)
        }
    }

    private func restartLog(shrink: Bool) {
        guard gauge.withLock({ $0.beginPass() }) else { return }
        do throws(SQLiteFailure) {
            let done = try connection.restartLog(shrink: shrink)
            gauge.withLock { gauge in
                // Nothing is committed meanwhile, so a pass that was not held up has copied all.
                done.wasHeldUp
                    ? gauge.passWasHeldUp(copied: done.copied)
                    : gauge.endPass(copied: gauge.frames)
            }
        } catch {
            counters.checkpointFailed()
            if error.leavesDatabaseInDoubt { fail(error) }
            gauge.withLock { $0.passFailed() }
        }
        gauge.broadcast()
    }
}

/// The requests that wait for the writer, and the state in which more are taken or refused.
struct WriteQueue: Sendable {
    private enum State {
        /// Requests are taken. Next: closed, failed.
        case open
        /// No more are taken; the writer ends when those that wait are done. Next: failed.
        case closed
        /// The file cannot be trusted to take another write, so all are refused. The last state.
        case failed(TableError)
    }

    /// The next step of the writer.
    enum Next {
        case run([UnownedJob])
        case commit([WriteRequest])
        case end
    }

    private let commitBytes: Int
    private var state = State.open
    private var waiting: [WriteRequest] = []
    /// The jobs of tasks; nil once nobody runs them any more.
    private var jobs: [UnownedJob]? = []
    /// Jobs were run since the last commit: if any asked for a write, that comes next, so that there
    /// is an end to jobs.
    private var hasRunJobs = false
    /// The error of the last write that found no room; nil when one has found some since.
    var shortage: TableError?

    init(commitBytes: Int) {
        self.commitBytes = commitBytes
    }

    /// Takes a request.
    ///
    /// - Returns: The error for which it is refused; nil when it was taken.
    mutating func add(_ request: WriteRequest) -> TableError? {
        switch state {
        case .open:
            waiting.append(request)
            return nil
        case .closed: return .closed
        case .failed(let error): return error
        }
    }

    /// Takes a task's job; false when nobody would run it.
    mutating func add(_ job: UnownedJob) -> Bool {
        jobs?.append(job) != nil
    }

    /// Removes the jobs that wait.
    mutating func takeJobs() -> [UnownedJob] {
        guard let jobs else { return [] }
        self.jobs = []
        return jobs
    }

    /// The jobs that wait, or else the next group of requests, in the order of arrival; nil: nothing to do
    /// yet.
    mutating func next() -> Next? {
        if let jobs, !jobs.isEmpty, waiting.isEmpty || !hasRunJobs {
            hasRunJobs = true
            return .run(takeJobs())
        }
        hasRunJobs = false
        guard !waiting.isEmpty else {
            if case .open = state { return nil }
            jobs = nil
            return .end
        }
        var bytes = 0
        let count = waiting.prefix { request in
            bytes += request.bytes
            return bytes <= commitBytes
        }.count
        return .commit(takeFirst(max(count, 1)))
    }

    private mutating func takeFirst(_ count: Int) -> [WriteRequest] {
        guard count < waiting.count else {
            defer { waiting = [] }
            return waiting
        }
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    /// Refuses what comes from now on.
    mutating func close() {
        if case .open = state { state = .closed }
    }

    /// Refuses what comes from now on, and what waits; returns that.
    mutating func fail(_ error: TableError) -> [WriteRequest] {
        state = .failed(error)
        defer { waiting = [] }
        return waiting
    }

    /// The error for which writing was given up; nil when it was not.
    var failure: TableError? {
        if case .failed(let error) = state { error } else { nil }
    }
}

extension TableError {
    static let closed = TableError(.definite, reason: .closed, message: "the table is closed")
}
