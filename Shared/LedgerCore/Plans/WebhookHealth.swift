import LedgerBytes

/// Decides what may be sent to a webhook's endpoint, by how it answers.
///
///     pending ─ verified ─→ active ─┬─ fault, outage ─→ failing ─┬─ a probe fails ─→ failing
///                             ↑     └─ gone ─→ disabled          ├─ gone, too long ─→ disabled
///                             ├─── resumed ───────┘              │
///                             └── resumed, a probe acknowledged ─┘
///     any state ─ another address ─→ pending
///
/// An event that fails says something about the event. Only when ``Limits/webhookFailures`` fail in
/// a row, of at least ``Limits/webhookFailureKeys`` keys, it is an outage of the endpoint. A
/// failing endpoint gets one request at a time, a probe, after pauses that grow, and no other
/// answer counts but that it is gone: what was under way when it began to fail says nothing about
/// later.
///
/// What processes decide at the same time is settled by the row's version (``WebhookRow``). Who
/// comes second goes on with what the first one stored; the next answers will tell it the same
/// again.
package struct WebhookHealth: Hashable, Sendable {
    /// The states of an endpoint.
    package enum State: Hashable, Sendable {
        /// Its address is not verified: it gets no event. Next: active.
        case pending
        /// It gets every event. Next: failing, disabled, pending.
        case active(FailureStreak)
        /// It gets probes. Next: active, failing (a later probe), disabled, pending.
        case failing(Probing)
        /// It gets nothing until somebody resumes it. Next: active, pending.
        case disabled
    }

    /// The states by name, as clients know them.
    package enum Kind: String, CaseIterable, Sendable {
        case pending
        case active
        case failing
        case disabled
    }

    /// What happens to an endpoint.
    package enum Event: Hashable, Sendable {
        /// It has another address, which must be verified.
        case readdressed
        /// It has met the challenge that its present address was sent: stored only over the row as
        /// it was then, for another address must meet its own.
        case verified
        /// Somebody wants everything to be sent to it again.
        case resumed
        /// A request that is no probe was answered; with the key of its event.
        case answered(WebhookAnswer, key: EventKey)
        /// A probe is to be sent, whose answer comes within `timeout` or not at all.
        case probing(timeout: Duration)
        /// A probe was answered; with the hours after which a failing endpoint is disabled.
        case probed(WebhookAnswer, disableAfterHours: Int)
    }

    /// The state it is in.
    package private(set) var state: State
    /// The moment at which that began.
    package private(set) var since: Timestamp

    /// The state of an endpoint as it is stored.
    init(_ state: State, since: Timestamp) {
        self.state = state
        self.since = since
    }

    /// The state of an endpoint whose address was set at `now`.
    package static func unverified(at now: Timestamp) -> WebhookHealth {
        WebhookHealth(.pending, since: now)
    }

    /// Takes what happened at `now`.
    package mutating func receive(_ event: Event, at now: Timestamp) {
        switch event {
        case .readdressed: enter(.pending, at: now)
        case .verified: if case .pending = state { enter(.active(FailureStreak()), at: now) }
        case .resumed: resume(at: now)
        case .answered(let answer, let key): receive(answer, of: key, at: now)
        case .probing(let timeout):
            guard case .failing(var probing) = state else { return }
            probing.begin(at: now, for: timeout)
            state = .failing(probing)
        case .probed(let answer, let hours):
            receive(answer, disablingAfter: .hours(hours), at: now)
        }
    }

    /// The name of the state it is in.
    package var kind: Kind {
        switch state {
        case .pending: .pending
        case .active: .active
        case .failing: .failing
        case .disabled: .disabled
        }
    }

    /// True while every event is to be sent.
    var isActive: Bool { kind == .active }

    /// True if this must be stored at once, in place of `stored`.
    ///
    /// Failures of an active endpoint may be stored later, or not at all: they are counted so that
    /// a process that ends need not begin anew.
    package func isOtherCourse(than stored: WebhookHealth) -> Bool {
        if case (.active, .active) = (state, stored.state) { false } else { self != stored }
    }

    private mutating func enter(_ state: State, at now: Timestamp) {
        self.state = state
        since = now
    }

    private mutating func resume(at now: Timestamp) {
        switch state {
        case .failing, .disabled: enter(.active(FailureStreak()), at: now)
        case .pending, .active: break
        }
    }

    private mutating func receive(_ answer: WebhookAnswer, of key: EventKey, at now: Timestamp) {
        switch (state, answer) {
        case (.active, .gone), (.failing, .gone): enter(.disabled, at: now)
        case (.active, .acknowledged): state = .active(FailureStreak())
        case (.active(var streak), .failed):
            streak.add(key)
            guard streak.isOutage else { return state = .active(streak) }
            enter(.failing(Probing(after: nil, at: now)), at: now)
        case (.active, .unavailable(_, let retryAfter)):
            enter(.failing(Probing(after: retryAfter, at: now)), at: now)
        case (.pending, _), (.failing, _), (.disabled, _): break
        }
    }

    private mutating func receive(
        _ answer: WebhookAnswer,
        disablingAfter patience: Duration,
        at now: Timestamp
    ) {
        guard case .failing(var probing) = state else { return }
        switch answer {
        case .acknowledged: enter(.active(FailureStreak()), at: now)
        case .gone: enter(.disabled, at: now)
        case .failed(_, let retryAfter), .unavailable(_, let retryAfter):
            guard now - since < patience else { return enter(.disabled, at: now) }
            probing.fail(retryAfter: retryAfter, at: now)
            state = .failing(probing)
        }
    }
}

extension WebhookHealth {
    /// The failures of an active endpoint since it last acknowledged an event.
    package struct FailureStreak: Hashable, Sendable {
        /// The failures; more than make an outage are not counted.
        package private(set) var count = 0
        /// The first 32 bits of the SHA-256 of the keys of these events; more keys than make an
        /// outage are not noted.
        package private(set) var keys: Set<UInt32> = []

        /// No failure.
        package init() {}

        /// A streak as it is stored.
        init(count: Int, keys: Set<UInt32>) {
            self.count = count
            self.keys = keys
        }

        /// True if the endpoint fails, and not only its events.
        var isOutage: Bool {
            count >= Limits.webhookFailures && keys.count >= Limits.webhookFailureKeys
        }

        mutating func add(_ key: EventKey) {
            count = min(count + 1, Limits.webhookFailures)
            guard keys.count < Limits.webhookFailureKeys else { return }
            let hash = SHA256.digest(key.utf8).bytes
            keys.insert(hash.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
        }
    }

    /// The probes of a failing endpoint.
    package struct Probing: Hashable, Sendable {
        /// The probes that have failed.
        package private(set) var failures: Int
        /// The beginning of the pause before the next one.
        package private(set) var pauseStart: Timestamp
        /// The length of that pause.
        package private(set) var pause: Duration

        /// The first pause of an endpoint that fails from now on.
        init(after retryAfter: Duration?, at now: Timestamp) {
            self.init(failures: 0, pauseStart: now, pause: Self.pause(0, retryAfter: retryAfter))
        }

        /// Probes as they are stored.
        init(failures: Int, pauseStart: Timestamp, pause: Duration) {
            self.failures = failures
            self.pauseStart = pauseStart
            self.pause = pause
        }

        /// Keeps others from sending a probe before this one must have been answered.
        mutating func begin(at now: Timestamp, for timeout: Duration) {
            pauseStart = now
            pause = timeout + Limits.webhookProbeMargin
        }

        mutating func fail(retryAfter: Duration?, at now: Timestamp) {
            failures += 1
            pauseStart = now
            pause = Self.pause(failures, retryAfter: retryAfter)
        }

        /// The pause after so many failed probes, or the one that was asked for instead, unless
        /// that is shorter than any.
        private static func pause(_ failures: Int, retryAfter: Duration?) -> Duration {
            let pauses = Limits.webhookProbePauses
            guard let retryAfter else { return pauses[min(failures, pauses.count - 1)] }
            return max(retryAfter, pauses[0])
        }
    }
}
