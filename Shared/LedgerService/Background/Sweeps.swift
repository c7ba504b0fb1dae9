import CoreMetrics
import LedgerCore
import Logging

/// The sweep: folds what no request led to, records that each tail was seen, removes what has
/// expired, and goes on with deletions.
///
/// Any number of runs may be under way at once, anywhere, and stop anywhere.
final class Sweeps: Sendable {
    let access: TableAccess
    let streams: StreamCatalog
    let folds: Folds
    let deletions: Deletions
    let sweepMemory: SweepMemory
    let foldQueue: FoldQueue
    let foldLags: FoldLags

    init(
        _ access: TableAccess,
        streams: StreamCatalog,
        folds: Folds,
        deletions: Deletions,
        sweepMemory: SweepMemory,
        foldQueue: FoldQueue,
        foldLags: FoldLags
    ) {
        self.access = access
        self.streams = streams
        self.folds = folds
        self.deletions = deletions
        self.sweepMemory = sweepMemory
        self.foldQueue = foldQueue
        self.foldLags = foldLags
    }

    var clock: BelievedClock { access.clock }

    /// Looks at everything now, however long it takes.
    @discardableResult
    func sweep() async -> SweepReport {
        let run = SweepRun(by: clock, budget: nil)
        access.metrics.sweeps.increment()
        do throws(LedgerError) {
            await work(
                run,
                jobs: try await deletionJobs(in: run),
                rings: try await keptRings(in: run)
            ) { [self] in
                await lookAtEverything(in: run)
            }
            try await purge(in: run)
        } catch {
            note(error, in: run, at: ["step": "sweep"])
        }
        return run.report
    }

    /// Does what is due, as far as the time goes, and remembers in the table how far it came.
    ///
    /// - Parameters:
    ///   - budget: The run's time; what was begun may take a little longer.
    ///   - wantsRound: Whether every stream is to be looked at from now on, due or not: as in a
    ///     process that begins, since the one before may have left work behind.
    /// - Returns: What it did.
    @discardableResult
    func sweepDue(within budget: Duration, wantsRound: Bool = false) async -> SweepReport {
        let run = SweepRun(by: clock, budget: budget)
        access.metrics.sweeps.increment()
        do throws(LedgerError) {
            let jobs = try await deletionJobs(in: run)
            let rings = try await keptRings(in: run)
            if var row = try await lease(
                of: run,
                for: budget,
                hasWork: !jobs.isEmpty || !rings.isEmpty,
                wantsRound: wantsRound
            ) {
                row = await work(run, jobs: jobs, rings: rings) { [self, row] in
                    await lookAround(from: row, in: run)
                }
                row.release()
                // Lost to someone else, or for an unknown reason: it ends by itself.
                _ = try await access.apply(row.write(), decided: clock.instant())
            }
            try await purge(in: run)
        } catch {
            run.count { $0.hadTurn = false }
            note(error, in: run, at: ["step": "sweep"])
        }
        return run.report
    }

    /// Looks at streams with the help of `look`, then goes back to what must be gone back to, and
    /// works on deletion jobs all the while.
    private func work<Result: Sendable>(
        _ run: SweepRun,
        jobs: [DeletionJob],
        rings: [KeptRingRow],
        look: @escaping @Sendable () async -> Result
    ) async -> Result {
        for ring in rings { run.followUp(FoldRequest(ring), kept: ring) }
        async let jobs: Void = work(on: jobs, in: run)
        let result = await look()
        await workOffFollowUps(of: run)
        await jobs
        return result
    }

    /// The shell of ``SweepLease``.
    ///
    /// - Returns: The row with the lease; nil when it was not granted.
    private func lease(
        of run: SweepRun,
        for budget: Duration,
        hasWork: Bool,
        wantsRound: Bool
    ) async throws(LedgerError) -> SweepRow? {
        var lease = SweepLease(for: budget, hasWork: hasWork, wantsRound: wantsRound)
        var action = lease.start()
        while true {
            switch action {
            case .read(let key):
                let item = try await access.row(key)
                action = lease.receive(item, now: clock.now())
            case .discard(let write, let damage):
                note(LedgerError(damage), in: run, at: ["step": "sweep"])
                _ = try await access.apply(write, decided: clock.instant())
                action = lease.discarded(now: clock.now())
            case .drawHolder: action = lease.receive(holder: access.freshID())
            case .write(let write):
                action = lease.receive(try await access.apply(write, decided: clock.instant()))
            case .finish(.granted(let row)): return row
            case .finish(.refused):
                run.count { $0.hadTurn = false }
                return nil
            case .finish(.idle): return nil
            }
        }
    }

    /// Counts and logs what could not be done; nothing when the process is only being stopped.
    func note(_ error: LedgerError, in run: SweepRun, at place: [String: String]) {
        guard !Task.isCancelled else { return }
        run.count { $0.failures += 1 }
        access.metrics.sweepFailures.increment()
        if case .tailUnverified = error { access.metrics.tailUnverified.increment() }
        var metadata = place
        metadata["error"] = "\(error)"
        access.logger.error("sweep failed", metadata: metadata.mapValues { .string($0) })
    }
}
