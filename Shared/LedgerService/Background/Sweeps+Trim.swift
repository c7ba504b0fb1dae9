import LedgerCore

/// Physical removal of what has expired, and the shells of ``TrimPlan`` and ``RemovalPlan``.
extension Sweeps {
    /// Removes a partition's expired chunks that the engine does not remove by itself.
    ///
    /// It is a bounded number of them; the run comes back for the others.
    ///
    /// - Returns: When the next chunk may go; nil when none is going to.
    func trim(
        _ partition: Partition,
        of stream: StreamRow,
        reading: TailReading,
        in run: SweepRun
    ) async throws(LedgerError) -> Timestamp? {
        let deletesLogByItself = access.table.deletesLogByItself
        var plan = TrimPlan(partition, of: stream, deletesLogByItself: deletesLogByItself)
        var action = plan.start(reading, isOver: run.isOver)
        while true {
            switch action {
            case .readProgress(let key):
                let asked = clock.instant()
                let item = try await access.row(key)
                action = try access.decoded { () throws(TableError) in
                    try plan.receive(progress: item, asked: asked)
                }
            case .query(let query):
                let page = try await access.rows(query)
                let now = clock.now()
                action = try access.decoded { () throws(TableError) in
                    try plan.receive(page, now: now)
                }
            case .raise(let write, let decided):
                let outcome = try await access.apply(write, decided: decided)
                action = plan.receive(outcome, isOver: run.isOver)
            case .remove(let keys):
                try await remove(keys, in: run)
                run.count { $0.removedRows += keys.count }
                action = plan.removed(isOver: run.isOver)
            case .comeBack:
                await comeBack(to: FoldRequest(partition, of: stream), in: run)
                return clock.now()
            case .finish(let due): return due
            }
        }
    }

    /// Removes rows, also while the table takes few writes, for as long as the run lasts.
    func remove(_ keys: [TableKey], in run: SweepRun) async throws(LedgerError) {
        var plan = RemovalPlan(of: keys)
        var action = plan.start()
        while true {
            switch action {
            case .delete(let keys):
                try checkCancellation()
                let outcome = await result { () throws(TableError) in
                    try await access.table.batchDelete(keys)
                }
                action = plan.receive(outcome, isOver: run.isOver)
            case .pause(let length):
                await access.pause(length)
                action = plan.resume()
            case .finish: return
            case .fail(let error): throw LedgerError(error)
            }
        }
    }

    /// Refuses to go on in a process that is being stopped.
    ///
    /// What was removed stays so, and the next sweep goes on from there.
    func checkCancellation() throws(LedgerError) {
        guard Task.isCancelled else { return }
        throw .unavailable(message: "the process is being stopped", mayHaveHappened: true)
    }

    /// Removes expired rows outside the log, for engines that leave them to the sweep.
    func purge(in run: SweepRun) async throws(LedgerError) {
        var count = Limits.sweepPageRows
        while count == Limits.sweepPageRows, !run.isOver {
            do throws(TableError) {
                count = try await access.table.purgeExpired(before: clock.now(), limit: count)
            } catch {
                throw LedgerError(error)
            }
            let removed = count
            run.count { $0.removedRows += removed }
        }
    }
}
