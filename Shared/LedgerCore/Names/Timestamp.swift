/// A moment in milliseconds since the Unix epoch.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since the Unix epoch, leap seconds not counted; negative before it.
    public let milliseconds: Int64

    /// The end of year 9999: the last moment that RFC 3339 can name.
    package static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    /// - Parameter milliseconds: Since the Unix epoch.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Whole seconds since the Unix epoch, rounded down: the unit of every `ttl` attribute.
    public var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : -((-milliseconds + 999) / 1000)
    }

    /// This moment moved by `span`, which may be negative; what is below a millisecond is dropped.
    public func advanced(by span: Duration) -> Timestamp {
        Timestamp(milliseconds: milliseconds + span.wholeMilliseconds)
    }

    /// The time from `right` to `left`; negative when `right` is the later one.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds - right.milliseconds)
    }

    /// In order of their values.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension Timestamp {
    /// The bound for ``Table/purgeExpired(before:limit:)``: a `ttl`, in seconds, is earlier than this
    /// moment if and only if it is less than this bound.
    public var firstSecondNotBefore: Int64 {
        // A ttl in seconds is earlier than this moment if it is at most the second of the last whole
        // millisecond before it.
        Timestamp(milliseconds: milliseconds - 1).seconds + 1
    }
}

/// A moment by both clocks of one process.
public struct Instant: Hashable, Sendable {
    /// The wall clock: it may jump, but it knows when the process was frozen.
    public let now: Timestamp
    /// The time since some fixed moment, such as the boot, by a clock that never goes back.
    public let uptime: Duration

    /// Pairs readings of both clocks, taken at the same moment.
    public init(now: Timestamp, uptime: Duration) {
        self.now = now
        self.uptime = uptime
    }

    /// The time since `earlier`, by the clock that has moved further; never negative.
    ///
    /// A function's or a suspended machine's clock need not have counted the time in which it
    /// stood still, so what must not be too old is measured by both.
    public func elapsed(since earlier: Instant) -> Duration {
        max(now - earlier.now, uptime - earlier.uptime, .zero)
    }
}
