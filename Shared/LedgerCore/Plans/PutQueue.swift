/// The puts of one step of a fold: which is sent when, and how many at once.
///
///     next ─→ sent ─┬─ applied, or something newer was there ─→ done
///              ↑    ├─ refused for the moment ─→ back off ─┐
///              │    └─ anything else: the step fails       │
///              └───────────────────────────────────────────┘
///
/// A put may be repeated whatever became of it, for its condition is that nothing newer is there.
package struct PutQueue: Sendable {
    /// One put on its way.
    package struct Sending: Sendable {
        package let write: Write
        /// The pause before it is sent: anything in the range.
        package let pause: ClosedRange<Duration>
        fileprivate var backOff = BackOff()
        /// The pace's ``PutPace/throttles`` when it was sent.
        fileprivate let throttles: Int
    }

    /// The end of one try of a put.
    package enum Outcome: Sendable {
        /// It was applied, or something newer is there.
        case stored
        /// It was not applied, or nobody knows whether it was.
        case refused(TableError)
        /// It is not to be sent again.
        case abandoned(TableError)
    }

    private var fresh: ArraySlice<Write>
    private var again: [Sending] = []
    private var underWay = 0
    private var lastStored: Duration
    private let rules: Rules
    /// The number that is sent at once; the next step goes on at this pace.
    package private(set) var pace: PutPace
    /// The reason why the step failed; nil while it has not.
    package private(set) var failure: TableError?

    /// A queue of `writes` in their order.
    ///
    /// `now` is read from a clock that never goes back, here as in ``receive(_:of:now:)``.
    package init(_ writes: [Write], pace: PutPace, now: Duration, rules: Rules = .all) {
        fresh = writes[...]
        self.pace = pace
        self.rules = rules
        lastStored = now
    }

    /// The next put to send at once; nil: first wait for one that is under way, or all is done.
    package mutating func next() -> Sending? {
        guard failure == nil, underWay < pace.together else { return nil }
        guard let sending = again.popLast() ?? unsent() else { return nil }
        underWay += 1
        return sending
    }

    private mutating func unsent() -> Sending? {
        fresh.popFirst().map {
            Sending(write: $0, pause: .zero ... .zero, throttles: pace.throttles)
        }
    }

    /// True while it is worth sending again what was refused.
    private func mayPass(_ error: TableError, at now: Duration) -> Bool {
        error.mayPass && now - lastStored < Limits.foldStandstill && rules.keep(.foldProgress)
    }

    /// Takes the outcome of a put that ``next()`` returned.
    package mutating func receive(_ outcome: Outcome, of sending: Sending, now: Duration) {
        underWay -= 1
        switch outcome {
        case .stored:
            lastStored = now
            pace.stored()
        case .refused(let error) where mayPass(error, at: now):
            if error.reason == .throttled { pace.throttled(sentAfter: sending.throttles) }
            var backOff = sending.backOff
            let pause = backOff.refused()
            again.append(
                Sending(
                    write: sending.write,
                    pause: pause,
                    backOff: backOff,
                    throttles: pace.throttles
                )
            )
        case .refused(let error), .abandoned(let error): failure = failure ?? error
        }
    }
}

/// The number of puts that a fold sends at once: halved by a throttle, then slowly raised again.
package struct PutPace: Hashable, Sendable {
    /// Puts under way at most.
    package private(set) var together = Limits.foldPutsAtOnce
    /// Counts how often it was halved.
    fileprivate private(set) var throttles = 0
    private var storedSince = 0

    /// The pace of a table that never complained.
    package init() {}

    fileprivate mutating func stored() {
        storedSince += 1
        guard storedSince >= together else { return }
        storedSince = 0
        together = min(together + max(1, together / 8), Limits.foldPutsAtOnce)
    }

    /// Halves the pace, once for all puts that were on their way together: they say the same.
    fileprivate mutating func throttled(sentAfter throttles: Int) {
        guard throttles == self.throttles else { return }
        self.throttles += 1
        storedSince = 0
        together = max(1, together / 2)
    }
}

/// The growing pauses between the tries of a call that is refused for the moment.
package struct BackOff: Sendable {
    private var refusals = 0

    /// The back-off of a call that was not refused yet.
    package init() {}

    /// Counts a refusal.
    ///
    /// - Returns: The pause before the next try: anything in the range, so that many that were
    ///   refused together do not come back together.
    package mutating func refused() -> ClosedRange<Duration> {
        let range = Limits.foldPause
        let longest = min(range.lowerBound * (1 << min(refusals, 16)), range.upperBound)
        refusals += 1
        return longest / 2...longest
    }
}

extension TableError {
    /// True if the same call can succeed soon.
    package var mayPass: Bool {
        switch reason {
        case .throttled, .unavailable: true
        case .full, .corrupt, .invalid, .closed: false
        }
    }
}
