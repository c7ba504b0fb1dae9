import CoreMetrics
package import LedgerCore
import Logging

/// The clock, held against the table (``ClockTrust``).
extension Ledger {
    /// Reads the highest time that the table has seen, if it is due, and keeps it up to date.
    ///
    /// A process does so before anything else and then every minute; a function with each event.
    /// The table is asked every ten minutes, and each time while the clock is in doubt. When it does
    /// not answer, the next call tries again.
    package func checkClock() async {
        guard clock.isCheckDue else { return }
        let asked = clock.instant()
        do throws(TableError) {
            let row = try await clockRow()
            let found = clock.checked(row, asked: asked, isProven: table.checksClock)
            note(found.opinion, changed: found.changed)
            guard configuration.keepsClock, let next = found.row else { return }
            // Who comes second finds a row that is as good.
            _ = try await table.write(next.write(after: row), decided: asked)
        } catch {
            logger.warning(
                "the clock could not be checked",
                metadata: ["error": "\(error.message)"]
            )
        }
    }

    /// Believes this process's clock on an operator's word; so do the table's other processes, within
    /// a minute.
    ///
    /// - Returns: The time of the clock.
    package func acceptClock() async throws(LedgerError) -> Timestamp {
        let accepted = try await compareAndSet { () throws(LedgerError) in
            let decided = clock.instant()
            let row: ClockRow?
            do throws(TableError) { row = try await clockRow() } catch { throw LedgerError(error) }
            let (next, instant) = clock.accepting(row)
            let outcome = try await apply(next.write(after: row), decided: decided)
            return (outcome.isApplied, instant)
        }
        clock.accept(accepted)
        logger.notice(
            "the clock was accepted",
            metadata: ["time": "\(RFC3339.text(accepted.now))"]
        )
        return accepted.now
    }

    /// Throws ``LedgerError/clockSuspect(_:)`` when no event may be stamped now that is to be kept for
    /// so long; nil: for ever.
    func refuseToStamp(retentionHours: Int?) throws(LedgerError) {
        guard case .doubted(let doubt) = clock.opinion() else { return }
        if doubt.forbidsAppends(retentionHours: retentionHours) { throw .clockSuspect(doubt) }
    }

    private func clockRow() async throws(TableError) -> ClockRow? {
        guard let item = try await table.get(.clock) else { return nil }
        return try ClockRow(item)
    }

    private func note(_ opinion: ClockTrust.Opinion, changed: Bool) {
        switch opinion {
        case .believed(let now):
            metrics.clockSuspect.record(0)
            guard changed else { return }
            logger.notice("the clock is believed", metadata: ["time": "\(RFC3339.text(now))"])
        case .doubted(let doubt):
            metrics.clockSuspect.record(1)
            guard changed else { return }
            logger.error(
                """
                clock_suspect: the clock is ahead of all times that the table has seen; it is not \
                believed until it has stood for an hour, or an operator accepts it
                """,
                metadata: [
                    "clock": "\(RFC3339.text(doubt.began.now))",
                    "instead": "\(RFC3339.text(doubt.instead))",
                    "ahead_seconds": "\(doubt.lead.wholeSeconds)",
                ]
            )
        }
    }
}
