/// Decides, for a call that waits for events, when it waits, looks again, reads again and ends.
///
///     a page was read ─┬─ events, or more to read ────────────────────→ finish
///        ↑             └─ idle ─→ wait ─┬─ over, and nobody to ask ───→ finish
///        │                              └─ news ─→ look ─┬─ moved ────│→ readAnew ─┐
///        │                                               ├─ events ───│→ readOn ───┤
///        │                                               ├─ neither ──┴→ finish    │
///        │                                               └─ another stream → fail  │
///        └─────────────────────────────────────────────────────────────────────────┘
///
/// After every wait it looks at the stream, and the subscription if it reads one: either may be gone,
/// and an idle page would hide that. When the time is over, one last look is all that follows, but
/// for a page from where a subscription was moved to.
package struct WaitPlan: ~Copyable {
    /// The things that end a wait.
    package enum News: Hashable, Sendable {
        /// There are events beyond the page.
        case events
        /// The stream or the subscription was moved or is gone.
        case change
        /// Nothing: the time is over, or the caller is gone.
        case nothing
        /// Nothing, and no more waiting: the process stops.
        case end
    }

    /// The reader's ground: by it the plan sees that something was moved.
    package struct Ground: Hashable, Sendable {
        /// The incarnation that the rest belongs to.
        let stream: StreamIncarnation
        fileprivate let subscription: SubscriptionIncarnation?
        fileprivate let epoch: Int64
        fileprivate let positions: [Position]

        /// The ground of a read without a subscription, which nobody can move.
        package init(_ stream: StreamRow) {
            self.stream = stream.incarnation
            subscription = nil
            epoch = 0
            positions = []
        }

        /// The ground of a poll, which a seek and a commit move.
        package init(_ state: SubscriptionState) {
            stream = state.stream.incarnation
            subscription = state.subscription.incarnation
            epoch = state.subscription.epoch
            positions = state.positions
        }
    }

    /// The next step of the shell.
    package enum Action: Hashable, Sendable {
        /// Wait for news beyond the last page, at most so long, then
        /// ``WaitPlan/receive(_:isCancelled:)``. Not positive: the time is over, so there is nothing.
        case wait(atMost: Duration)
        /// Read the stream, and the subscription if there is one, then ``WaitPlan/receive(_:)``.
        case look
        /// Read a page from the beginning of the call, or where the subscription stands now; then
        /// ``WaitPlan/receive(isIdle:now:)``.
        case readAnew
        /// Read on behind the last page where there is news; then ``WaitPlan/receive(isIdle:now:)``.
        case readOn
        /// The last page is the answer.
        case finish
        /// There is no answer.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// A page is being read. Next: waiting, finished.
        case reading(Ground, isLast: Bool)
        /// The last page was idle. Next: looking, finished.
        case waiting(Ground, isOver: Bool)
        /// The ground is being read anew. Next: reading, finished.
        case looking(Ground, News)
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamID
    private let begun: Instant
    private let patience: Duration
    private var state: State

    /// A plan for a call whose first page is being read, on this ground.
    ///
    /// The call ends without events `patience` after it was begun.
    package init(of stream: StreamID, on ground: Ground, begun: Instant, patience: Duration) {
        self.stream = stream
        self.begun = begun
        self.patience = patience
        state = .reading(ground, isLast: false)
    }

    /// Takes a page that was read: an idle one has no events, and nothing is left behind it.
    package mutating func receive(isIdle: Bool, now: Instant) -> Action {
        guard case .reading(let ground, let isLast) = state else {
            preconditionFailure("a page came that was not asked for")
        }
        let left = patience - now.elapsed(since: begun)
        guard isIdle, !isLast else { return take((.finished, .finish)) }
        return take((.waiting(ground, isOver: left <= .zero), .wait(atMost: left)))
    }

    /// Takes the outcome of a ``Action/wait(atMost:)``.
    package mutating func receive(_ news: News, isCancelled: Bool) -> Action {
        guard case .waiting(let ground, let isOver) = state else {
            preconditionFailure("news came that was not waited for")
        }
        let isUnasked = isOver && ground.subscription == nil
        guard news != .end, !isCancelled, !isUnasked else { return take((.finished, .finish)) }
        return take((.looking(ground, news), .look))
    }

    /// Takes the outcome of a ``Action/look``.
    package mutating func receive(_ ground: Ground) -> Action {
        guard case .looking(let before, let news) = state else {
            preconditionFailure("a look came that was not asked for")
        }
        guard ground.stream == before.stream else {
            return take((.finished, .fail(.streamNotFound(stream))))
        }
        let isUnmoved = ground == before
        switch news {
        case .nothing, .end:
            guard !isUnmoved else { return take((.finished, .finish)) }
            return take((.reading(ground, isLast: true), .readAnew))
        case .events where isUnmoved, .change where isUnmoved && ground.subscription == nil:
            return take((.reading(ground, isLast: false), .readOn))
        case .events, .change: return take((.reading(ground, isLast: false), .readAnew))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }
}
