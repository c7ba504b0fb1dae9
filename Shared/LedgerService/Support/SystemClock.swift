package import LedgerCore
import MachineClock

/// The machine's clocks.
package struct SystemClock: LedgerClock {
    /// The clocks of this machine.
    package init() {}

    /// The wall clock.
    package func now() -> Timestamp { MachineClock.now() }

    /// Milliseconds on a clock that never goes back.
    package func uptime() -> Int64 { MachineClock.uptime() }

    /// By the kernel's own files, where it has them.
    package func bootMoment() -> BootMoment? { MachineClock.bootMoment() }

    /// Returns after so many milliseconds, or throws when the task is cancelled.
    package func sleep(milliseconds: Int64) async throws(CancellationError) {
        do {
            try await Task.sleep(for: .milliseconds(milliseconds))
        } catch {
            throw CancellationError()
        }
    }
}
