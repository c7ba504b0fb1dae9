import Glibc

/// The machine's wall clock, for what only tells the time.
///
/// Decisions about stored rows ask `MachineClock`.
package enum WallClock {
    /// Milliseconds since 1970 began, leap seconds not counted.
    package static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
