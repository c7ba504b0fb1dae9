#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
public import LedgerCore

/// The machine's clocks.
public struct SystemClock: LedgerClock {
    /// The clocks of this machine.
    public init() {}

    /// The wall clock.
    public func now() -> Timestamp {
        Timestamp(milliseconds: Self.milliseconds(CLOCK_REALTIME))
    }

    /// Milliseconds on a clock that never goes back.
    public func uptime() -> Int64 {
        #if os(Linux)
        Self.milliseconds(CLOCK_BOOTTIME)
        #else
        Self.milliseconds(CLOCK_MONOTONIC)
        #endif
    }

    /// Returns after so many milliseconds, or throws when the task is cancelled.
    public func sleep(milliseconds: Int64) async throws(CancellationError) {
        do {
            try await Task.sleep(for: .milliseconds(milliseconds))
        } catch {
            throw CancellationError()
        }
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
