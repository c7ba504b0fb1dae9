import LedgerCore
import Logging

/// Rings that are kept in the table until a sweep has answered them.
extension Ledger {
    /// The rings that are kept, up to ``Limits/sweepTasks`` of them.
    ///
    /// Where there are more, it begins anywhere among them: their order is by a random id, so each
    /// gets its turn, whatever becomes of the others.
    func keptRings(_ run: SweepRun) async throws(LedgerError) -> [KeptRing] {
        var rings: [KeptRing] = []
        var query = Query(.rings, limit: Limits.sweepPageRows)
        while true {
            let page = try await soundRows(query, run)
            for item in page.items {
                do throws(TableError) {
                    rings.append(try KeptRing(item))
                } catch {
                    note(LedgerError(error), run, ["step": "ring"])
                }
            }
            guard let next = page.next, rings.count < Limits.sweepTasks else { return rings }
            let jumps = query.after == nil && !run.isWhole
            query.after = jumps ? Array(freshID().hex.utf8) : next
        }
    }

    /// Has the run come back to a partition.
    ///
    /// A ring is kept first: a run need not reach its end, and the round goes on behind it.
    func comeBack(to ring: Doorbell.Ring, _ run: SweepRun) async {
        run.call(ring, kept: run.isWhole ? nil : await keep(ring))
    }

    /// Leaves a ring for the next run of a sweep.
    ///
    /// When that fails, the next round of the sweep finds the partition, or the next append rings
    /// for it.
    @discardableResult
    func keep(_ ring: Doorbell.Ring) async -> KeptRing? {
        let row = KeptRing(ring.id, ring.stream, ring.partition, token: freshID())
        do throws(LedgerError) {
            _ = try await apply(row.keeping, decided: clock.instant())
            return row
        } catch {
            logger.error(
                "a ring could not be kept",
                metadata: ["stream": "\(ring.id)", "error": "\(error)"]
            )
            return nil
        }
    }

    /// Comes back to the partitions of which the run was told, a bounded piece of work each in
    /// turn; what is left when its time is over has its ring.
    func answerCalls(_ run: SweepRun) async {
        while true {
            let calls = run.takeCalls()
            guard !calls.isEmpty else { return }
            let count = await inLanes(Limits.sweepFolds, calls, until: { run.isOver }) {
                [self] call in
                await answer(call, run)
            }
            guard count == calls.count else { return }
        }
    }

    private func answer(_ call: SweepRun.Call, _ run: SweepRun) async {
        let ring = call.ring
        do throws(LedgerError) {
            let isDone = try await answer(ring, run)
            if !isDone { return run.call(ring, kept: call.kept) }
            if let kept = call.kept {
                _ = try await apply(kept.removal, decided: clock.instant())
            }
        } catch {
            note(error, run, ["stream": "\(ring.id)", "partition": "\(ring.partition.index)"])
            if call.kept == nil { await keep(ring) }
        }
    }

    /// - Returns: false when there is more to fold.
    private func answer(_ ring: Doorbell.Ring, _ run: SweepRun) async throws(LedgerError) -> Bool {
        let known: Observed<StreamRow>
        do throws(LedgerError) {
            known = try await publishable(ring.id)
        } catch .streamNotFound {
            return true
        }
        let stream = known.value
        guard stream.incarnation == ring.stream else { return true }
        let report = try await fold(
            ring.stream,
            ring.partition,
            of: ring.id,
            compacts: stream.compaction
        )
        guard report.isAtEnd else { return false }
        _ = try await look(at: ring.partition, of: stream, known.readAt, run)
        return true
    }
}
