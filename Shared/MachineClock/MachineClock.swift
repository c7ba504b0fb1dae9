#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
public import LedgerCore

/// The machine's clocks: the one place that reads them for decisions about stored rows.
public enum MachineClock {
    /// The wall clock.
    public static func now() -> Timestamp {
        Timestamp(milliseconds: milliseconds(CLOCK_REALTIME))
    }

    /// Milliseconds on a clock that never goes back and counts the time in which the machine was
    /// suspended, where the system has such a clock.
    public static func uptime() -> Int64 {
        #if os(Linux)
        milliseconds(CLOCK_BOOTTIME)
        #else
        milliseconds(CLOCK_MONOTONIC)
        #endif
    }

    /// Both.
    public static func instant() -> Instant { Instant(now: now(), uptime: uptime()) }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
