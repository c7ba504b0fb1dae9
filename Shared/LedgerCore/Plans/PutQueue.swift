/// The puts of one step of a fold, as a value: which is sent when, and how many at once.
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
        /// What is put.
        package let write: Write
        /// How long to wait before, milliseconds: anything in the range.
        package let pause: ClosedRange<Int64>
        fileprivate var backOff = BackOff()
        /// The pace's ``PutPace/throttles`` when it was sent.
        fileprivate let throttles: Int
    }

    /// What became of a put.
    package enum Outcome: Sendable {
        /// It was applied, or something newer is there.
        case stored
        /// It was not, or nothing is known of it.
        case refused(TableError)
        /// It is not to be sent again.
        case abandoned(TableError)
    }

    private var fresh: ArraySlice<Write>
    private var again: [Sending] = []
    private var underWay = 0
    private var lastStored: Int64
    private let rules: Rules
    /// How many are sent at once; the next step goes on at this pace.
    package private(set) var pace: PutPace
    /// Why the step failed.
    package private(set) var failure: TableError?

    /// A queue of `writes` in their order.
    ///
    /// `now`: Milliseconds on a clock that never goes back, here as in ``receive(_:of:now:)``.
    package init(_ writes: [Write], pace: PutPace, now: Int64, rules: Rules = .all) {
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
        fresh.popFirst().map { Sending(write: $0, pause: 0...0, throttles: pace.throttles) }
    }

    /// True while it is worth sending again what was refused.
    private func mayPass(_ error: TableError, _ now: Int64) -> Bool {
        error.mayPass && now - lastStored < Limits.foldStandstill && rules.keep(.foldProgress)
    }

    /// Takes what became of a put.
    package mutating func receive(_ outcome: Outcome, of sending: Sending, now: Int64) {
        underWay -= 1
        switch outcome {
        case .stored:
            lastStored = now
            pace.stored()
        case .refused(let error) where mayPass(error, now):
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

/// How many puts a fold sends at once: half as many after a throttle, then slowly more again.
package struct PutPace: Hashable, Sendable {
    /// At most so many are under way.
    package private(set) var together = Limits.foldPutsAtOnce
    /// How often it was halved.
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

    /// Puts that were on their way when one was throttled say the same once more, so they halve
    /// nothing.
    fileprivate mutating func throttled(sentAfter throttles: Int) {
        guard throttles == self.throttles else { return }
        self.throttles += 1
        storedSince = 0
        together = max(1, together / 2)
    }
}

/// When a call that was refused for the moment is made again, as a value.
package struct BackOff: Sendable {
    private var refusals = 0

    /// Nothing was refused yet.
    package init() {}

    /// The call was refused.
    ///
    /// - Returns: How long to pause, milliseconds: anything in the range, so that many that were
    ///   refused together do not come back together.
    package mutating func refused() -> ClosedRange<Int64> {
        let range = Limits.foldPause
        let longest = min(range.lowerBound << Int64(min(refusals, 16)), range.upperBound)
        refusals += 1
        return longest / 2...longest
    }
}

extension TableError {
    /// Whether the same call can succeed soon.
    package var mayPass: Bool {
        switch reason {
        case .throttled, .unavailable: true
        case .full, .corrupt, .invalid, .closed: false
        }
    }
}
