/// Decides for which streams the function that sends webhooks is rung, when chunks were appended to
/// them.
///
///     ring ─┬─ what is known of webhooks is old ─→ look ─→ receive, or nothing ─→ ring
///           └─ the streams to ring for, each at most once a second
///
/// It is rung for a stream whose webhook gets every event. An endpoint that fails gets probes, which
/// are due by time and by no append. Rings may be left out, and webhooks that are new may be unknown
/// for a minute: the function looks at all of them each minute anyway. So what cannot be read leaves
/// things as they were.
package struct PushBell: Sendable {
    /// The streams with a webhook that gets everything, as they were last read.
    private var streams: Set<StreamIncarnation> = []
    /// The moment of the last look, whatever it found.
    private var lookedAt: Instant?
    /// The moment of the last ring for each of these streams.
    private var rungAt: [StreamIncarnation: Instant] = [:]

    /// A bell that knows of no webhook yet.
    package init() {}

    /// The rows to read, then ``receive(_:)``, before the next ``ring(for:at:)``; nil: none are due.
    package mutating func look(at now: Instant) -> Query? {
        guard lookedAt.map({ !$0.isFresh(at: now, for: Limits.cacheAge) }) ?? true else {
            return nil
        }
        lookedAt = now
        return Query(.pushes, limit: Limits.pushRows, consistency: .eventual)
    }

    /// Takes the rows of all webhooks.
    package mutating func receive(_ rows: [WebhookRow]) {
        streams = Set(rows.filter(\.getsEverything).map(\.stream))
        rungAt = rungAt.filter { streams.contains($0.key) }
    }

    /// The streams for which the function is to be rung now, of those that were appended to.
    package mutating func ring(
        for appended: Set<StreamIncarnation>,
        at now: Instant
    ) -> Set<StreamIncarnation> {
        let due = appended.intersection(streams).filter { stream in
            rungAt[stream].map { !$0.isFresh(at: now, for: Limits.pushRingPause) } ?? true
        }
        for stream in due { rungAt[stream] = now }
        return due
    }
}

extension WebhookRow {
    /// True while every event is sent to its endpoint, and not only probes or nothing.
    fileprivate var getsEverything: Bool {
        if case .active = health.state { true } else { false }
    }
}
