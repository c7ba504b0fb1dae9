/// Decides, for a call that waits for events of a delivery, when it waits, receives again and ends.
///
///     a page was received ─┬─ events, more to receive, time over ─→ finish
///        ↑                 └─ idle ─→ wait ─┬─ the process stops ─→ finish
///        └──────────────────────────────────┘
///
/// While anything is open it looks again at least every ``Limits/groupLookPause``, and once the next
/// timer may be over: a consumer elsewhere may have finished what was in the way.
package struct ReceiveWait: ~Copyable {
    /// The next step of the shell.
    package enum Action: Hashable, Sendable {
        /// Wait for appends beyond what was scanned, at most so long, then
        /// ``ReceiveWait/receive(_:isCancelled:)``.
        case wait(atMost: Duration)
        /// Receive again, then ``ReceiveWait/receive(_:isIdle:now:)``.
        case receive
        /// The last page is the answer.
        case finish
    }

    private enum State {
        /// A page is being received. Next: waiting, finished.
        case receiving
        /// The last page was idle. Next: receiving, finished.
        case waiting
        /// The answer was given. Next: nothing.
        case finished
    }

    private let begun: Instant
    private let patience: Duration
    private var state = State.receiving

    /// A call that was begun then, and that ends without events after its patience.
    package init(begun: Instant, patience: Duration) {
        self.begun = begun
        self.patience = patience
    }

    /// Takes the rows as a page left them; an idle page has no events, and could not have any.
    package mutating func receive(_ rows: [DeliveryRow], isIdle: Bool, now: Instant) -> Action {
        guard case .receiving = state else { preconditionFailure("a page came unasked") }
        let left = patience - now.elapsed(since: begun)
        guard isIdle, left > .zero else {
            state = .finished
            return .finish
        }
        state = .waiting
        return .wait(atMost: min(left, Self.pause(before: rows, now: now.now)))
    }

    /// Takes the end of a wait.
    package mutating func receive(_ news: WaitPlan.News, isCancelled: Bool) -> Action {
        guard case .waiting = state else { preconditionFailure("news came unasked") }
        guard news != .end, !isCancelled else {
            state = .finished
            return .finish
        }
        state = .receiving
        return .receive
    }

    /// The longest time to wait where nobody says that anything has changed.
    private static func pause(before rows: [DeliveryRow], now: Timestamp) -> Duration {
        guard rows.contains(where: { !$0.open.isEmpty }) else { return Limits.wait.upperBound }
        let dues = rows.compactMap { $0.nextDue(after: now) }
        return min(dues.map { $0 - now }.min() ?? Limits.groupLookPause, Limits.groupLookPause)
    }
}

extension DeliveryRow {
    /// The next moment at which one of its timers is over, if the clocks agree; nil: none is left.
    package func nextDue(after now: Timestamp) -> Timestamp? {
        let waiting = open.events.compactMap { event -> Timestamp? in
            if case .waiting(let timer) = event.state { timer.end } else { nil }
        }
        return (open.leases.map(\.timer.end) + waiting).filter { $0 > now }.min()
    }
}
