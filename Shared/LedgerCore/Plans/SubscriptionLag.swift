/// A subscription by its names, which may be another one's later.
package struct SubscriptionName: Hashable, Comparable, Sendable {
    /// The name of its stream.
    package let stream: StreamID
    /// Its own name.
    package let subscription: SubscriptionID

    /// The subscription that has these names.
    package init(_ subscription: SubscriptionID, of stream: StreamID) {
        self.stream = stream
        self.subscription = subscription
    }

    /// In order of their streams, then of their own names.
    package static func < (left: SubscriptionName, right: SubscriptionName) -> Bool {
        (left.stream, left.subscription) < (right.stream, right.subscription)
    }
}

/// How far a subscription is behind.
package struct SubscriptionLag: Hashable, Sendable {
    /// The subscription.
    package let name: SubscriptionName
    /// Events that it has not committed, without those that have expired; nil where that is not known.
    package let events: Int64?
    /// The age of the oldest of them; zero when there is none.
    package let age: Duration

    /// A lag of so many events, whose oldest is of the time `oldest`; nil: none is known.
    package init(of name: SubscriptionName, events: Int64?, oldest: Timestamp?, at now: Timestamp) {
        self.name = name
        self.events = events
        age = Self.age(ofEventAt: oldest, at: now)
    }

    /// The lag that a description says.
    package init(_ description: SubscriptionDescription) {
        self.init(
            of: description.name,
            events: description.lag,
            oldest: description.oldestPending,
            at: description.time
        )
    }

    /// The lag that a page shows where it began: the age of its oldest event.
    ///
    /// How many events are left a poll does not find out. Nil where the page shows nothing: without
    /// events of the log, before the end.
    package init?(of name: SubscriptionName, before page: EventPage, at now: Timestamp) {
        let oldest = page.oldestEvent
        guard oldest != nil || page.isIdle else { return nil }
        self.init(of: name, events: nil, oldest: oldest, at: now)
    }

    /// The time since an event, never negative: its writer's clock may have been ahead; zero for none.
    static func age(ofEventAt time: Timestamp?, at now: Timestamp) -> Duration {
        guard let time else { return .zero }
        return max(now - time, .zero)
    }
}

extension SubscriptionDescription {
    /// The subscription that is described.
    package var name: SubscriptionName { SubscriptionName(subscription.id, of: stream.id) }
}

extension EventPage {
    /// The time of the oldest event that comes from the log; nil when none does.
    fileprivate var oldestEvent: Timestamp? {
        events.lazy.compactMap { event in
            guard case .log(let batch, let record) = event.source else { return nil }
            return batches[batch].timestamp(of: batches[batch].records[record])
        }.min()
    }
}
