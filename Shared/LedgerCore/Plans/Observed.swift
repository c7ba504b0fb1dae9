/// A value from the table, and a moment of this process before it was read.
///
/// The two stay together because the process may stand still at any time: what was read long ago may
/// be gone, and only the moment before the read tells.
package struct Observed<Value: Sendable>: Sendable {
    /// The value as it was read.
    package let value: Value
    /// By both clocks, before the read began.
    package let readAt: Instant

    /// A value that was read after `readAt`.
    @inlinable
    package init(_ value: Value, readAt: Instant) {
        self.value = value
        self.readAt = readAt
    }
}

extension Instant {
    /// True while what was known at this moment may still be used: for ``Limits/cacheAge``.
    package func isFresh(at now: Instant, rules: Rules) -> Bool {
        guard rules.keep(.cacheAge) else { return true }
        return isFresh(at: now, for: Limits.cacheAge)
    }

    /// True for less than `age` after this moment.
    ///
    /// The clock that moved further counts, since functions are frozen between calls and wall clocks
    /// jump; and a clock that was set back makes everything old.
    package func isFresh(at now: Instant, for age: Duration) -> Bool {
        now.now >= self.now && now.elapsed(since: self) < age
    }
}

/// The age from which what was read is not trusted: a process may stand still while its stream is
/// deleted and its rows go, and an empty page would hide it.
package struct ReadPatience: Sendable {
    private let readAt: Instant
    private let rules: Rules

    /// A read whose stream was read after `readAt`.
    package init(since readAt: Instant, rules: Rules) {
        self.readAt = readAt
        self.rules = rules
    }

    /// Refuses what was found, once it has taken ``Limits/readPatience``.
    package func check(at now: Instant) throws(Refusal) {
        let age = now.elapsed(since: readAt)
        guard age < Limits.readPatience || !rules.keep(.readDeadline) else {
            throw .tooSlow(age)
        }
    }
}
