import CSQLite
import LedgerCore
import Synchronization

/// The one thread that writes. Everything that arrives while a commit is running shares the next
/// one, and is answered once it is on disk.
final class Writer: Sendable {
    private struct State {
        var jobs: [WriteJob] = []
        var isClosed = false
        var restartsLog = false
    }

    /// What one commit takes at most, bytes.
    private static let commitBytes = 8 * 1024 * 1024

    private let state = Monitor(State())
    private let connection: Connection
    private let counters: Counters
    private let afterCommit: @Sendable () -> Void

    /// - Parameter afterCommit: Called on the writer's thread; must not block.
    init(
        _ connection: Connection,
        _ counters: Counters,
        afterCommit: @escaping @Sendable () -> Void
    ) {
        self.connection = connection
        self.counters = counters
        self.afterCommit = afterCommit
    }

    func submit(_ job: WriteJob) {
        let isClosed = state.withLock { $0.isClosed }
        guard !isClosed else { return job.fail(SQLiteTable.closed) }
        state.change { $0.jobs.append(job) }
    }

    /// Asks for the log to be written from its start again: between two commits, since only the
    /// writer can be sure that no other commit comes in between.
    func restartLog() {
        state.change { $0.restartsLog = true }
    }

    /// Lets the thread end once everything submitted is done.
    func close() {
        state.change { $0.isClosed = true }
    }

    private enum Work {
        case commit([WriteJob])
        case restartLog
        case end
    }

    func run() {
        while true {
            switch nextWork() {
            case .commit(let jobs): commit(jobs)
            case .restartLog: restart()
            case .end: return
            }
        }
    }

    private func nextWork() -> Work {
        state.wait { state in
            if state.restartsLog {
                state.restartsLog = false
                return .restartLog
            }
            guard !state.jobs.isEmpty else { return state.isClosed ? .end : nil }
            var bytes = 0
            let count =
                state.jobs.firstIndex { job in
                    defer { bytes += job.bytes }
                    return bytes > Self.commitBytes
                } ?? state.jobs.count
            let jobs = Array(state.jobs.prefix(count))
            state.jobs.removeFirst(count)
            return .commit(jobs)
        }
    }

    /// Whatever fails before the commit statement was rolled back, so it certainly did not happen.
    /// A commit that fails may have reached the disk whole, and be found there after a crash;
    /// only of a full disk is it certain that its last page is missing.
    private func commit(_ jobs: [WriteJob]) {
        do throws(SQLiteFailure) {
            try connection.execute("BEGIN IMMEDIATE")
            var answers: [WriteAnswer] = []
            answers.reserveCapacity(jobs.count)
            for job in jobs { answers.append(try connection.apply(job)) }
            guard finish(jobs) else { return }
            for (job, answer) in zip(jobs, answers) { answer.send(to: job) }
        } catch {
            rollBack()
            for job in jobs { job.fail(error.tableError(.definite)) }
        }
    }

    private func finish(_ jobs: [WriteJob]) -> Bool {
        do throws(SQLiteFailure) {
            try connection.execute("COMMIT")
        } catch {
            let isDefinite = error.code & 0xff == SQLITE_FULL
            rollBack()
            for job in jobs { job.fail(error.tableError(isDefinite ? .definite : .indefinite)) }
            return false
        }
        counters.commits.add(1, ordering: .relaxed)
        counters.jobs.add(jobs.count, ordering: .relaxed)
        afterCommit()
        return true
    }

    private func rollBack() {
        guard connection.isInTransaction else { return }
        // If even this fails, the next BEGIN fails too and says why.
        try? connection.execute("ROLLBACK")
    }

    private func restart() {
        // Best effort: a reader in the way only means that it is asked for again.
        _ = try? connection.checkpoint(SQLITE_CHECKPOINT_RESTART)
        counters.restarts.add(1, ordering: .relaxed)
    }
}

/// What the engine counts.
final class Counters: Sendable {
    let commits = Atomic<Int>(0)
    let jobs = Atomic<Int>(0)
    let checkpoints = Atomic<Int>(0)
    let restarts = Atomic<Int>(0)
}
