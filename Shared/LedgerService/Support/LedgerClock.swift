package import LedgerCore

/// Time, injected: nothing in the ledger reads a clock by itself, so tests need not wait.
package protocol LedgerClock: Sendable {
    /// The wall clock.
    func now() -> Timestamp
    /// Milliseconds since some fixed moment, counting the time in which the machine or function
    /// was suspended (`CLOCK_BOOTTIME`).
    func uptime() -> Int64
    /// What time it is, by both clocks.
    func instant() -> Instant
    /// What time it is by the machine's boot, comparable between processes; nil where the system
    /// does not say.
    func bootMoment() -> BootMoment?
    /// Returns after `milliseconds`, or throws when the task is cancelled.
    func sleep(milliseconds: Int64) async throws(CancellationError)
}

extension LedgerClock {
    /// What time it is, by both clocks.
    package func instant() -> Instant { Instant(now: now(), uptime: uptime()) }

    /// Nil: nothing is known of the machine.
    package func bootMoment() -> BootMoment? { nil }
}
