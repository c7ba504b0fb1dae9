/// The age up to which a fold may store what it has read.
///
/// A key that was read long ago may have been deleted since, and its tombstone, or the stream's seal,
/// be gone: storing the key would bring it back. So each write of a fold is decided anew, and refused
/// once the progress that the fold began with is ``Limits/foldPatience`` old.
package struct FoldPatience: Sendable {
    /// A moment before the fold's progress was read, or was proven to be current.
    private var began: Instant
    private let rules: Rules

    /// Patience from `began` on.
    package init(from began: Instant, rules: Rules = .all) {
        self.began = began
        self.rules = rules
    }

    /// Counts from `moment` on: the progress was read anew after it, or a compare-and-set that was
    /// sent after it proved the progress current.
    package mutating func restart(at moment: Instant) { began = moment }

    /// Decides a call of the fold at `now`; throws when the fold stood still for too long.
    ///
    /// - Parameter now: This moment.
    /// - Returns: The moment of the decision.
    /// - Throws: ``TableError/Reason/unavailable``, definite.
    package func decide(at now: Instant) throws(TableError) -> Instant {
        guard now.elapsed(since: began) < Limits.foldPatience || !rules.keep(.foldDeadline)
        else {
            throw TableError(
                .definite,
                reason: .unavailable,
                message: "the fold stood still for too long"
            )
        }
        return now
    }
}

/// A call of a fold that is made again and again while it is only refused for the moment.
///
///     call ─┬─ done, or refused for good ─────────────→ its outcome
///       ↑   ├─ refused for the moment, for too long ──→ its outcome
///       │   └─ refused for the moment ─→ pause ─┐
///       └───────────────────────────────────────┘
package struct RepeatedCall: Sendable {
    private let start: Duration
    private let rules: Rules
    private var backOff = BackOff()

    /// A call that is first made at `uptime`.
    package init(at uptime: Duration, rules: Rules = .all) {
        start = uptime
        self.rules = rules
    }

    /// Takes a refusal at `uptime`.
    ///
    /// - Returns: How long to pause before the same call; nil: not to repeat it.
    package mutating func refused(
        _ error: TableError,
        at uptime: Duration
    ) -> ClosedRange<Duration>? {
        guard error.mayPass, rules.keep(.foldProgress), uptime - start < Limits.foldStandstill
        else { return nil }
        return backOff.refused()
    }
}

extension FoldReport {
    /// True when there is no use, or no need, in another fold up to `target`.
    package func reaches(_ target: Offset) -> Bool { isAtEnd || watermark >= target }
}
