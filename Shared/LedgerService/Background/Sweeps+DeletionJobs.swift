import LedgerCore
import Synchronization

/// The removal of what deleted streams and subscriptions left behind, and the shell of
/// ``DeletionTurn``.
extension Sweeps {
    /// Reads the jobs that are due, up to ``Limits/sweepTasks`` of them.
    func deletionJobs(in run: SweepRun) async throws(LedgerError) -> [DeletionJob] {
        var jobs: [DeletionJob] = []
        var after: [UInt8]?
        repeat {
            let query = Query(.deletions, after: after, limit: Limits.sweepPageRows)
            let page = try await soundRows(of: query, in: run)
            for item in page.items {
                do throws(TableError) {
                    let job = try DeletionJob(item)
                    if job.isDue(at: clock.now()) { jobs.append(job) }
                } catch {
                    note(LedgerError(error), in: run, at: ["step": "deletion"])
                }
            }
            after = page.next
        } while after != nil && jobs.count < Limits.sweepTasks
        return jobs
    }

    /// Goes on with the jobs until they are done or the run is over.
    ///
    /// Each has its turn after the others, so that a large one holds up no small one.
    func work(on jobs: [DeletionJob], in run: SweepRun) async {
        var jobs = jobs
        while !jobs.isEmpty, !run.isOver {
            let unfinished = Mutex<[DeletionJob]>([])
            _ = await inParallel(jobs, atOnce: Limits.sweepJobs, until: { run.isOver }) {
                [self] job in
                do throws(LedgerError) {
                    guard let left = try await takeTurn(at: job, in: run) else { return }
                    unfinished.withLock { $0.append(left) }
                } catch {
                    note(error, in: run, at: ["step": "deletion"])
                }
            }
            jobs = unfinished.withLock { $0 }
        }
    }

    private func takeTurn(
        at job: DeletionJob,
        in run: SweepRun
    ) async throws(LedgerError) -> DeletionJob? {
        var turn = DeletionTurn(at: job)
        var action = turn.start()
        while true {
            switch action {
            case .query(let query):
                try checkCancellation()
                let page = try await access.rows(query)
                let isOver = run.isOver
                action = try access.decoded { () throws(TableError) in
                    try turn.receive(page, isOver: isOver)
                }
            case .remove(let keys):
                try await remove(keys, in: run)
                run.count { $0.removedRows += keys.count }
                action = try access.decoded { () throws(TableError) in try turn.removed() }
            case .store(let write):
                _ = try await access.apply(write, decided: clock.instant())
                action = turn.stored()
            case .finish(let left): return left
            }
        }
    }
}
