import CoreMetrics
import LedgerCore
import Logging

/// How a ledger is, for whoever looks after it.
package struct HealthReport: Hashable, Sendable {
    /// True while the clock is in doubt, but not so much that a stream that keeps its events for
    /// ever would refuse them.
    package let isClockSuspect: Bool
}

/// The clock, held against the table (``ClockTrust``).
final class ClockCheck: Sendable {
    private let access: TableAccess

    init(_ access: TableAccess) { self.access = access }

    private var clock: BelievedClock { access.clock }

    /// Throws what a change would be refused with whatever it is about: the table takes none, or
    /// the clock is too far ahead to stamp any event.
    func health() throws(LedgerError) -> HealthReport {
        if let failure = access.table.writeFailure { throw LedgerError(failure) }
        try refuseToStamp(retentionHours: nil)
        guard case .doubted = clock.opinion() else { return HealthReport(isClockSuspect: false) }
        return HealthReport(isClockSuspect: true)
    }

    /// Reads the highest time that the table has seen, if it is due, and keeps it up to date.
    ///
    /// A process does so before anything else and then every minute; a function with each event.
    /// The table is asked every ten minutes, and each time while the clock is in doubt. When it does
    /// not answer, the next call tries again.
    func checkClock() async {
        guard clock.isCheckDue else { return }
        let asked = clock.instant()
        do throws(TableError) {
            let row = try await clockRow()
            let found = clock.checked(row, asked: asked, isProven: access.table.checksClock)
            note(found.opinion, changed: found.changed)
            guard access.configuration.keepsClock, let next = found.row else { return }
            // Who comes second finds a row that is as good.
            _ = try await access.table.write(next.write(after: row), decided: asked)
        } catch {
            access.logger.warning(
                "the clock could not be checked",
                metadata: ["error": "\(error.message)"]
            )
        }
    }

    /// Believes this process's clock on an operator's word; so do the table's other processes, within
    /// a minute.
    ///
    /// - Returns: The time of the clock.
    func acceptClock() async throws(LedgerError) -> Timestamp {
        let accepted = try await access.compareAndSet { () throws(LedgerError) in
            let decided = clock.instant()
            let row: ClockRow?
            do throws(TableError) { row = try await clockRow() } catch { throw LedgerError(error) }
            let (next, instant) = clock.accepting(row)
            let outcome = try await access.apply(next.write(after: row), decided: decided)
            return (outcome.isApplied, instant)
        }
        clock.accept(accepted)
        access.logger.notice(
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
        guard let item = try await access.table.get(.clock) else { return nil }
        return try ClockRow(item)
    }

    private func note(_ opinion: ClockTrust.Opinion, changed: Bool) {
        switch opinion {
        case .believed(let now):
            access.metrics.clockSuspect.record(0)
            guard changed else { return }
            access.logger.notice(
                "the clock is believed",
                metadata: ["time": "\(RFC3339.text(now))"]
            )
        case .doubted(let doubt):
            access.metrics.clockSuspect.record(1)
            guard changed else { return }
            access.logger.error(
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
