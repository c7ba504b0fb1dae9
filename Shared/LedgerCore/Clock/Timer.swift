/// A time span that one process began and that others see the end of, without a shared clock.
package struct Timer: Hashable, Sendable {
    /// The name of a timer: what it began with, never used for another time span.
    package enum Name: Hashable, Sendable {
        /// A member's session since one renewal.
        case session(SubscriptionIncarnation, MemberName, renewal: Int64)
        /// The release of one lease of a partition.
        case release(SubscriptionIncarnation, Partition, lease: Int64)
        /// A lease of events, or the rest of one that has failed: begun with this version of the
        /// partition's row.
        case delivery(SubscriptionIncarnation, Partition, version: Int64)
        /// The pause before a probe of a webhook's endpoint, since one version of its row.
        case probe(SubscriptionIncarnation, version: Int64)
    }

    /// The name by which a process knows it again.
    package let name: Name
    /// The beginning, by the clock of the process that began it.
    package let start: Timestamp
    /// The time from its beginning to its end.
    package let length: Duration

    /// The moment at which it is over, by the clock of the process that began it.
    package var end: Timestamp { start.advanced(by: length) }

    /// A timer that begins at `start` and is over `length` later.
    package init(_ name: Name, start: Timestamp, length: Duration) {
        self.name = name
        self.start = start
        self.length = length
    }
}

/// The timers that this process knows, and since when: it sees their ends.
///
/// A timer is over once this process has known it for its whole length on the clock that never goes
/// back, or once the wall clock is ``Limits/clockSkew`` past its end. So none ends early while clocks
/// agree to that, and each ends on time where one process has watched it. A clock that stood still
/// with its process, and a timer that was forgotten, make the end later. No safety rests on it.
package struct TimerWatch: Sendable {
    private let rules: Rules
    private let capacity: Int
    /// When each timer was first seen, by the uptime.
    ///
    /// A timer that is seen moves to
    /// `recent`; when that is full, the timers that were not seen meanwhile are forgotten.
    private var recent: [Timer: Duration] = [:]
    private var former: [Timer: Duration] = [:]

    /// Knows no timer yet, and later at least those `capacity` that it saw last.
    package init(capacity: Int = Limits.timers, rules: Rules) {
        self.capacity = capacity
        self.rules = rules
    }

    /// True once the timer is over, as far as this process can know; sees it now.
    package mutating func isOver(_ timer: Timer, at now: Instant) -> Bool {
        guard rules.keep(.timer) else { return now.now > timer.end }
        let known = now.uptime - since(timer, now: now)
        return known >= timer.length || now.now > timer.end.advanced(by: Limits.clockSkew)
    }

    /// The uptime at which the timer was first seen.
    private mutating func since(_ timer: Timer, now: Instant) -> Duration {
        if let since = recent[timer] { return since }
        let since = former[timer] ?? now.uptime
        if recent.count >= capacity {
            former = recent
            recent = [:]
        }
        recent[timer] = since
        return since
    }
}
