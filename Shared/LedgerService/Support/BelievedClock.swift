import LedgerCore
import Synchronization

/// The clock that the ledger decides by: the process's own while it is believed, else the time
/// that has passed since it was.
///
/// Whoever stamps something or calls it expired asks ``now()``, which is never too late. Where too
/// early would be wrong, since rows may be gone that were kept until a certain time, it is
/// ``wall()``, which is right if the clock is, and else too late. Ages of what is cached or under way
/// are measured by the clocks as they are, ``instant()``: a leap may be the only sign that the
/// process stood still.
final class BelievedClock: LedgerClock {
    private struct State {
        var trust: ClockTrust
        /// By uptime: when the table is asked next.
        var due: Int64 = .min
        /// Whether the last check found the clock in doubt.
        var wasDoubted = false
    }

    private let clock: any LedgerClock
    private let rules: Rules
    private let state: Mutex<State>

    /// Until the table was asked, the clock is held against what it says now.
    init(_ clock: any LedgerClock, rules: Rules) {
        self.clock = clock
        self.rules = rules
        var state = State(trust: ClockTrust(rules: rules))
        _ = state.trust.judge(clock.instant())
        self.state = Mutex(state)
    }

    /// The time to stamp and to expire by: never later than the truth, for all that is known.
    func now() -> Timestamp {
        switch opinion() {
        case .believed(let now): now
        case .doubted(let doubt): doubt.instead
        }
    }

    /// The time to trust, to keep and to wait by: the clock's own, which is earlier than the truth
    /// only if it was set back.
    func wall() -> Timestamp { clock.now() }

    func uptime() -> Int64 { clock.uptime() }

    /// Both clocks as they are, for ages only.
    func instant() -> Instant { clock.instant() }

    /// True while what was known `then` may still be used: for ``Limits/cacheAge``, by the larger of
    /// what the two clocks say, since functions are frozen between calls and wall clocks jump.
    func isFresh(since then: Instant) -> Bool {
        guard rules.keep(.cacheAge) else { return true }
        let instant = instant()
        return instant.now >= then.now && instant.elapsed(since: then) < Limits.cacheAge
    }

    func bootMoment() -> BootMoment? { clock.bootMoment() }

    func sleep(milliseconds: Int64) async throws(CancellationError) {
        try await clock.sleep(milliseconds: milliseconds)
    }

    /// What to make of the process's clock right now.
    func opinion() -> ClockTrust.Opinion {
        let instant = clock.instant()
        return state.withLock { $0.trust.judge(instant) }
    }

    // MARK: Checks against the table

    /// Whether the table is to be asked.
    var isCheckDue: Bool {
        let instant = clock.instant()
        return state.withLock { state in
            if case .doubted = state.trust.judge(instant) { return true }
            return instant.uptime >= state.due
        }
    }

    /// Takes the row that the table has; the opinion, whether it is another one than before, and the
    /// row to write.
    ///
    /// `row`: Nil: there is none yet. `asked`: A moment before the table was asked. `isProven`: The
    /// engine would not have answered a clock that is wrong.
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

    /// The row with which an operator says that the clock is right, and what it says.
    func accepting(_ row: ClockRow?) -> (row: ClockRow, instant: Instant) {
        let instant = clock.instant()
        let next = ClockTrust.accepted(after: row, at: instant, boot: clock.bootMoment())
        return (next, instant)
    }

    /// The operator's word is in the table.
    func accept(_ instant: Instant) {
        state.withLock { $0.trust.believe(instant) }
    }
}
