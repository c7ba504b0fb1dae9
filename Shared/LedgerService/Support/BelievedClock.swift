import LedgerCore
import Synchronization

/// The clock that the ledger decides by: the process's own while it is believed, else the last
/// believed time and what has passed since.
///
/// - ``now()`` is never too late: it stamps events and calls them expired.
/// - ``wall()`` is never too early while the clock was not set back: it decides trust, since rows may
///   be gone that were kept until a certain time.
/// - ``instant()`` has both clocks as they are, and measures ages: a leap may be the only sign that
///   the process stood still.
final class BelievedClock: LedgerClock {
    private struct State {
        var trust: ClockTrust
        /// The uptime from which on the table is asked again; nil until it was asked once.
        var due: Duration?
        /// The result of the last check, so that only a change is logged.
        var wasDoubted = false
    }

    private let clock: any LedgerClock
    private let rules: Rules
    private let state: Mutex<State>

    /// Holds the clock against what it says now until the table was asked.
    init(_ clock: any LedgerClock, rules: Rules) {
        self.clock = clock
        self.rules = rules
        var state = State(trust: ClockTrust(rules: rules))
        _ = state.trust.judge(clock.instant())
        self.state = Mutex(state)
    }

    /// The time to stamp and to expire by: never later than the truth, as far as that can be known.
    func now() -> Timestamp {
        switch opinion() {
        case .believed(let now): now
        case .doubted(let doubt): doubt.instead
        }
    }

    /// The time to trust, to keep and to wait by: the clock's own, which is earlier than the truth
    /// only if it was set back.
    func wall() -> Timestamp { clock.now() }

    func uptime() -> Duration { clock.uptime() }

    /// A reading of both clocks as they are, for ages only.
    func instant() -> Instant { clock.instant() }

    /// True while a value may still be used without reading it again.
    func isFresh(_ observed: Observed<some Sendable>) -> Bool {
        observed.readAt.isFresh(at: instant(), rules: rules)
    }

    func bootMoment() -> BootMoment? { clock.bootMoment() }

    func sleep(for length: Duration) async throws(CancellationError) {
        try await clock.sleep(for: length)
    }

    /// Judges the process's clock at this moment.
    func opinion() -> ClockTrust.Opinion {
        let instant = clock.instant()
        return state.withLock { $0.trust.judge(instant) }
    }

    // MARK: Checks against the table

    /// True when the table must be asked: its answer is old, or the clock is in doubt.
    var isCheckDue: Bool {
        let instant = clock.instant()
        return state.withLock { state in
            if case .doubted = state.trust.judge(instant) { return true }
            return state.due.map { instant.uptime >= $0 } ?? true
        }
    }

    /// Judges the clock by the row that the table has.
    ///
    /// - Parameters:
    ///   - row: Nil while nothing was ever written.
    ///   - asked: A reading from before the table was asked.
    ///   - isProven: The engine answers nobody whose clock is wrong.
    /// - Returns: The opinion, whether it changed since the last check, and the row to write, if any.
    func checked(
        _ row: ClockRow?,
        asked: Instant,
        isProven: Bool
    ) -> (opinion: ClockTrust.Opinion, changed: Bool, row: ClockRow?) {
        let (instant, boot) = (clock.instant(), clock.bootMoment())
        return state.withLock { state in
            state.trust.learn(row, at: instant, boot: boot)
            // The clock was read somewhere in between.
            if isProven, instant.elapsed(since: asked) < Limits.clockLead {
                state.trust.believe(instant)
            }
            let (opinion, next) = state.trust.settle(row, at: instant, boot: boot)
            state.due = instant.uptime + Limits.clockInterval
            var isDoubted = false
            if case .doubted = opinion { isDoubted = true }
            defer { state.wasDoubted = isDoubted }
            return (opinion, isDoubted != state.wasDoubted, next)
        }
    }

    /// Makes the row with which an operator says that the clock is right, and tells what it says.
    func accepting(_ row: ClockRow?) -> (row: ClockRow, instant: Instant) {
        let instant = clock.instant()
        let next = ClockTrust.accepted(after: row, at: instant, boot: clock.bootMoment())
        return (next, instant)
    }

    /// Believes the clock from `instant` on: the operator's word is in the table.
    func accept(_ instant: Instant) {
        state.withLock { $0.trust.believe(instant) }
    }
}
