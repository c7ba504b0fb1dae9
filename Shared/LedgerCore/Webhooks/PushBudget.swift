/// The time that a run has.
package struct PushBudget: Sendable {
    private let begun: Instant
    /// Nil: as long as it takes.
    private let length: Duration?

    /// So long from `begun` on; nil: without an end.
    package init(from begun: Instant, of length: Duration?) {
        self.begun = begun
        self.length = length
    }

    /// What is left of it; nil: it has no end.
    func left(at now: Instant) -> Duration? { length.map { $0 - now.elapsed(since: begun) } }

    /// True when nothing is left of it.
    package func isOver(at now: Instant) -> Bool { left(at: now).map { $0 <= .zero } ?? false }

    /// The time for which requests may still begin that take so long: they end within it, unless it
    /// is short.
    func beginning(at now: Instant, within timeout: Duration) -> Duration? {
        guard let length, let left = left(at: now) else { return nil }
        return left - min(timeout, length / 2)
    }

    func mayBegin(at now: Instant, within timeout: Duration) -> Bool {
        beginning(at: now, within: timeout).map { $0 > .zero } ?? true
    }

    /// The time of a process that ends: what is under way has a little left.
    func ending(at now: Instant) -> PushBudget {
        let left = left(at: now) ?? Limits.webhookGrace
        return PushBudget(from: now, of: min(max(left, .zero), Limits.webhookGrace))
    }
}
