/// A moment by both clocks of one process.
public struct Instant: Hashable, Sendable {
    /// The wall clock: it may jump, but it knows when the process was frozen.
    public let now: Timestamp
    /// Milliseconds on a clock that never goes back.
    public let uptime: Int64

    /// A moment.
    public init(now: Timestamp, uptime: Int64) {
        self.now = now
        self.uptime = uptime
    }

    /// Milliseconds since `earlier`, by the clock that has moved further; never negative.
    ///
    /// A function's or a suspended machine's clock need not have counted the time in which it
    /// stood still, so what must not be too old is measured by both.
    public func elapsed(since earlier: Instant) -> Int64 {
        max(now.milliseconds - earlier.now.milliseconds, uptime - earlier.uptime, 0)
    }
}
