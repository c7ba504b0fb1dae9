import LedgerCore
import Logging

/// Fold requests that are kept in the table, group `RINGS`, until a sweep has done them.
extension Sweeps {
    /// Reads the requests that are kept, up to ``Limits/sweepTasks`` of them.
    ///
    /// Where there are more, it goes on behind a random one after the first page: their order is by
    /// the random id of their stream, so each gets its turn, whatever becomes of the others.
    func keptRings(in run: SweepRun) async throws(LedgerError) -> [KeptRingRow] {
        var rings: [KeptRingRow] = []
        var query = Query(.rings, limit: Limits.sweepPageRows)
        while true {
            let page = try await soundRows(of: query, in: run)
            for item in page.items {
                do throws(TableError) {
                    rings.append(try KeptRingRow(item))
                } catch {
                    note(LedgerError(error), in: run, at: ["step": "ring"])
                }
            }
            guard let next = page.next, rings.count < Limits.sweepTasks else { return rings }
            let jumps = query.after == nil && !run.isWhole
            query.after = jumps ? Array((access.freshID() as StreamIncarnation).hex.utf8) : next
        }
    }

    /// Has the run come back to a partition.
    ///
    /// The request is kept in the table first: a run need not reach its end, and the round goes on
    /// behind the stream.
    func comeBack(to request: FoldRequest, in run: SweepRun) async {
        run.followUp(request, kept: run.isWhole ? nil : await folds.keep(request))
    }

    /// Comes back to the partitions of which the run was told, a bounded piece of work each in turn.
    ///
    /// What is left when the run's time is over has its request in the table.
    func workOffFollowUps(of run: SweepRun) async {
        while true {
            let followUps = run.takeFollowUps()
            guard !followUps.isEmpty else { return }
            let count = await inParallel(
                followUps,
                atOnce: Limits.sweepFolds,
                until: { run.isOver }
            ) { [self] followUp in
                await work(on: followUp, in: run)
            }
            guard count == followUps.count else { return }
        }
    }

    private func work(on followUp: SweepRun.FollowUp, in run: SweepRun) async {
        let request = followUp.request
        do throws(LedgerError) {
            let isDone = try await foldAndLook(request, in: run)
            if !isDone { return run.followUp(request, kept: followUp.kept) }
            if let kept = followUp.kept {
                _ = try await access.apply(kept.removal, decided: clock.instant())
            }
        } catch {
            note(
                error,
                in: run,
                at: ["stream": "\(request.id)", "partition": "\(request.partition.index)"]
            )
            if followUp.kept == nil { await folds.keep(request) }
        }
    }

    /// Folds a bounded number of chunks, and looks at the partition once nothing is left to fold.
    ///
    /// - Returns: false when there is more to fold.
    private func foldAndLook(
        _ request: FoldRequest,
        in run: SweepRun
    ) async throws(LedgerError) -> Bool {
        let stream: Observed<StreamRow>
        do throws(LedgerError) {
            stream = try await streams.stream(request.id, freshness: .cached)
        } catch .streamNotFound {
            return true
        }
        switch request.sweep(stream.value) {
        case .drop: return true
        case .fold(let compacts):
            let report = try await folds.fold(request, compacts: compacts)
            guard report.isAtEnd else { return false }
            _ = try await look(at: request.partition, of: stream, in: run)
            return true
        }
    }
}
