import LedgerCore
import Synchronization

/// What deleted streams and subscriptions left behind.
extension Ledger {
    /// The jobs that are due, up to ``Limits/sweepTasks`` of them.
    func deletionJobs(in run: SweepRun) async throws(LedgerError) -> [DeletionJob] {
        var jobs: [DeletionJob] = []
        var after: [UInt8]?
        repeat {
            let query = Query(.deletions, after: after, limit: Limits.sweepPageRows)
            let page = try await soundRows(of: query, in: run)
            for item in page.items {
                do throws(TableError) {
                    let job = try DeletionJob(item)
                    if job.notBefore <= clock.now() { jobs.append(job) }
                } catch {
                    note(LedgerError(error), in: run, at: ["step": "deletion"])
                }
            }
            after = page.next
        } while after != nil && jobs.count < Limits.sweepTasks
        return jobs
    }

    /// Goes on with the jobs, a bounded number of rows each in turn, so that a large one holds up
    /// no small one, until they are done or the run is over.
    func runDeletionJobs(_ jobs: [DeletionJob], _ run: SweepRun) async {
        var jobs = jobs
        while !jobs.isEmpty, !run.isOver {
            let unfinished = Mutex<[DeletionJob]>([])
            _ = await inParallel(jobs, atOnce: Limits.sweepJobs, until: { run.isOver }) {
                [self] job in
                do throws(LedgerError) {
                    guard let left = try await takeTurn(job, run) else { return }
                    unfinished.withLock { $0.append(left) }
                } catch {
                    note(error, in: run, at: ["step": "deletion"])
                }
            }
            jobs = unfinished.withLock { $0 }
        }
    }

    /// Empties one group of rows after the other, and remembers how far it is.
    ///
    /// - Returns: What is left of the job; nil when it is done.
    private func takeTurn(
        _ job: DeletionJob,
        _ run: SweepRun
    ) async throws(LedgerError) -> DeletionJob? {
        var job = job
        var pages = Limits.sweepPages
        for group in job.groups.dropFirst(job.groupsDone) {
            guard try await empty(group, &pages, run) else {
                _ = try await apply(.put(job.item, if: .exists), decided: clock.instant())
                return job
            }
            job.groupsDone += 1
        }
        _ = try await apply(.delete(job.item.key), decided: clock.instant())
        return nil
    }

    /// Removes the rows of a group, page by page while there are `pages` left and time.
    ///
    /// - Returns: Whether none is left.
    private func empty(
        _ group: RowGroup,
        _ pages: inout Int,
        _ run: SweepRun
    ) async throws(LedgerError) -> Bool {
        while true {
            try checkCancellation()
            let page = try await rows(Query(group, limit: Limits.sweepPageRows))
            guard !page.items.isEmpty else { return true }
            guard pages > 0, !run.isOver else { return false }
            pages -= 1
            let ready = try await withoutPositions(page.items, of: group, &pages, run)
            try await remove(ready, run)
            run.count { $0.removedRows += ready.count }
            if ready.count == page.items.count, page.next == nil { return true }
        }
    }

    /// Those of the rows that may go now: a subscription's goes after its positions, which are found
    /// through it.
    private func withoutPositions(
        _ items: [Item],
        of group: RowGroup,
        _ pages: inout Int,
        _ run: SweepRun
    ) async throws(LedgerError) -> [TableKey] {
        guard case .subscriptions(let stream) = group else { return items.map(\.key) }
        var ready: [TableKey] = []
        for item in items {
            let row = try decoded { () throws(TableError) in try SubscriptionRow(item) }
            let positions = RowGroup.positions(stream, subscription: row.incarnation)
            guard try await empty(positions, &pages, run) else { break }
            ready.append(item.key)
        }
        return ready
    }
}
