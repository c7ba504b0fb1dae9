/// Decides, for a group's member that waits for events, when it waits, looks and reads again.
///
///     a page was read ─┬─ events, more to read, the last one ────────────→ finish
///        ↑             └─ idle ─→ wait ─┬─ the process stops ────────────→ finish
///        │                   ↑          └─ else ─→ look ─┬─ no news ─┐
///        │                   └───────────────────────────│───────────┘
///        │                                               ├─ news, moved, over ─┐
///        └───────────────────────────────────────────────│─────────────────────┘
///                                                        └─ another stream ──→ fail
///
/// It looks at least every ``Limits/groupLookPause``: only by looking do members hand partitions
/// over. When the member holds other partitions than at first, the page that follows is the last one,
/// so that the client learns of them.
package struct GroupWaitPlan: ~Copyable {
    /// A look's result, as far as it decides.
    package struct View: Hashable, Sendable {
        fileprivate let subscription: SubscriptionRow
        fileprivate let share: GroupShare

        /// The share of a member in a subscription as it was then.
        package init(_ share: GroupShare, of subscription: SubscriptionRow) {
            self.share = share
            self.subscription = subscription
        }
    }

    /// The next step of the shell.
    package enum Action: Hashable, Sendable {
        /// Wait for news beyond the last page, at most so long, then
        /// ``GroupWaitPlan/receive(_:isCancelled:)``.
        case wait(atMost: Duration)
        /// Take a look at the group, then ``GroupWaitPlan/receive(_:now:)``.
        case look
        /// Read a page of what the last look found, then ``GroupWaitPlan/receive(isIdle:now:)``.
        case read
        /// The last page is the answer.
        case finish
        /// There is no answer.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// A page is being read. Next: waiting, finished.
        case reading(isLast: Bool)
        /// The last page was idle. Next: looking, finished.
        case waiting
        /// The group is being looked at. Next: waiting, reading, finished.
        case looking(WaitPlan.News)
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamID
    private let first: View
    private let begun: Instant
    private let patience: Duration
    private var last: View
    private var state = State.reading(isLast: false)

    /// A plan for a call whose first look was taken, and whose first page is being read.
    ///
    /// The call ends without events `patience` after it was begun.
    package init(of stream: StreamID, seeing view: View, begun: Instant, patience: Duration) {
        self.stream = stream
        self.begun = begun
        self.patience = patience
        first = view
        last = view
    }

    /// Takes a page that was read: an idle one has no events, and nothing is left behind it.
    package mutating func receive(isIdle: Bool, now: Instant) -> Action {
        guard case .reading(let isLast) = state else {
            preconditionFailure("a page came that was not asked for")
        }
        let left = left(at: now)
        guard isIdle, !isLast, left > .zero else { return take((.finished, .finish)) }
        return take(wait(atMost: left))
    }

    /// Takes the outcome of a ``Action/wait(atMost:)``.
    package mutating func receive(_ news: WaitPlan.News, isCancelled: Bool) -> Action {
        guard case .waiting = state else {
            preconditionFailure("news came that was not waited for")
        }
        guard news != .end, !isCancelled else { return take((.finished, .finish)) }
        return take((.looking(news), .look))
    }

    /// Takes the outcome of a ``Action/look``.
    package mutating func receive(_ view: View, now: Instant) -> Action {
        guard case .looking(let news) = state else {
            preconditionFailure("a look came that was not asked for")
        }
        guard view.subscription.stream == first.subscription.stream else {
            return take((.finished, .fail(.streamNotFound(stream))))
        }
        let left = left(at: now)
        let isLast = left <= .zero || !view.share.holdsTheSame(as: first.share)
        guard isLast || news != .nothing || view != last else { return take(wait(atMost: left)) }
        last = view
        return take((.reading(isLast: isLast), .read))
    }

    private func left(at now: Instant) -> Duration { patience - now.elapsed(since: begun) }

    private func wait(atMost left: Duration) -> Step {
        (.waiting, .wait(atMost: min(left, Limits.groupLookPause)))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }
}
