import LedgerCore
import Logging

extension Ledger {
    /// The background work of a server process: folds what is appended, and sweeps.
    ///
    /// Returns when the task is cancelled.
    package func runUpkeep() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await foldOnAppend() }
            group.addTask { [self] in await sweepEveryMinute() }
        }
    }

    private func foldOnAppend() async {
        while !Task.isCancelled {
            let rings = await doorbell.next()
            let start = clock.uptime()
            for ring in rings where !Task.isCancelled { await answer(ring) }
            let rest = Self.foldRest(after: clock.uptime() - start)
            _ = await attempt { () throws(CancellationError) in
                try await clock.sleep(milliseconds: rest)
            }
        }
    }

    /// How long folds rest, milliseconds: four times as long as they took.
    ///
    /// So publishing has the writer for the better part, and what a busy partition gets meanwhile is
    /// folded at once, each key only for its last event. 200 ms at least; 10 s at most, as a round
    /// may have taken the hours for which the machine was suspended.
    static func foldRest(after took: Int64) -> Int64 {
        min(max(took, 50), 2_500) * 4
    }

    private func answer(_ ring: Doorbell.Ring) async {
        do throws(LedgerError) {
            let stream = try await publishable(ring.id).value
            guard stream.incarnation == ring.stream, stream.compaction else {
                return foldLags.forget(ring)
            }
            let report = try await fold(
                ring.stream,
                ring.partition,
                of: ring.id,
                compacts: true
            )
            foldLags.folded(ring, upTo: report.watermark)
            if !report.isAtEnd { doorbell.ring(ring) }
        } catch .streamNotFound {
            // Deleted meanwhile: nothing is left to fold.
            foldLags.forget(ring)
        } catch {
            doorbell.postpone(ring)
            logger.error(
                "compaction failed; it is tried again in a minute",
                metadata: ["stream": "\(ring.id)", "error": "\(error)"]
            )
        }
    }

    private func sweepEveryMinute() async {
        // The process before this one may have left work of which nobody else knows. Where no other
        // process can be at it, that is looked for at once.
        if !table.deletesLogByItself { await sweep() }
        var wantsRound = table.deletesLogByItself
        while !Task.isCancelled {
            await checkClock()
            let start = clock.uptime()
            let report = await sweepDue(within: Limits.sweepRun, wantsRound: wantsRound)
            if report.hadTurn { wantsRound = false }
            doorbell.ringAgain()
            let rest = max(Limits.sweepRun - (clock.uptime() - start), 1_000)
            _ = await attempt { () throws(CancellationError) in
                try await clock.sleep(milliseconds: rest)
            }
        }
    }

    /// How many events wait to be folded, as far as this process knows: what it appended itself, and
    /// what its sweeps found.
    package var foldLag: FoldLag { foldLags.lag }
}
