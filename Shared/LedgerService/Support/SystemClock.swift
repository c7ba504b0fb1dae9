public import LedgerCore
import MachineClock

/// The machine's clocks.
public struct SystemClock: LedgerClock {
    /// The clocks of this machine.
    public init() {}

    /// The wall clock.
    public func now() -> Timestamp { MachineClock.now() }

    /// Milliseconds on a clock that never goes back.
    public func uptime() -> Int64 { MachineClock.uptime() }

    /// By the kernel's own files, where it has them.
    public func bootMoment() -> BootMoment? { MachineClock.bootMoment() }

    /// Returns after so many milliseconds, or throws when the task is cancelled.
    public func sleep(milliseconds: Int64) async throws(CancellationError) {
        do {
            try await Task.sleep(for: .milliseconds(milliseconds))
        } catch {
            throw CancellationError()
        }
    }
}
