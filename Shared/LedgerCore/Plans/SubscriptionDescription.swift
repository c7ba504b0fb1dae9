/// A subscription and its place in each partition.
package struct SubscriptionDescription: Sendable {
    /// The place in one partition.
    package struct PartitionState: Hashable, Sendable {
        /// The partition of the place.
        package let partition: Partition
        /// The next event's offset; while bootstrapping, where the log will begin.
        package let offset: Offset
        /// Events from there to the end, without those that have expired.
        package let lag: Int64
        /// True while polls still read the compacted state.
        package let isBootstrapping: Bool
        /// The event there has expired: a poll is refused until the subscription is sought.
        package let hasExpired: Bool
        /// The partition ends before it: a poll is refused until the subscription is sought.
        package let isBeyondTail: Bool
        /// The time of the first of the events that ``lag`` counts; nil when it counts none.
        package let oldestPending: Timestamp?
    }

    /// The stream as it was read with the subscription.
    package let stream: StreamRow
    /// The subscription in its present epoch.
    package let subscription: SubscriptionRow
    /// All partitions of the stream, in order.
    package let partitions: [PartitionState]
    /// The number of its group's members.
    package let members: Int
    /// What is open where events are acknowledged one by one; nil: by cursors.
    package let delivery: DeliverySummary?
    /// The health of its webhook's endpoint; nil: it has no webhook.
    package let webhook: WebhookRow?
    /// The time of the description, by the believed clock.
    package let time: Timestamp

    /// A description as of `time`; `partitions` holds one of each partition.
    package init(
        _ state: SubscriptionState,
        partitions: [PartitionState],
        members: Int,
        webhook: WebhookRow? = nil,
        at time: Timestamp
    ) {
        self.members = members
        self.webhook = webhook
        var delivery = DeliverySummary(of: state)
        let waiting = zip(partitions, state.deliveries).filter { place, row in
            place.lag > 0 || row?.open.isEmpty == false
        }
        delivery?.block(waiting.map(\.0.partition), by: webhook)
        self.delivery = delivery
        self.time = time
        stream = state.stream
        subscription = state.subscription
        self.partitions = partitions
    }

    /// Events that are left in all partitions together, those that are open included.
    package var lag: Int64 {
        partitions.reduce(0) { $0 + $1.lag } + (delivery?.unfinished ?? 0)
    }

    /// The time of the oldest of these events; nil when there is none.
    package var oldestPending: Timestamp? { partitions.compactMap(\.oldestPending).min() }

    /// The age of the oldest of these events; zero when there is none.
    package var lagAge: Duration { SubscriptionLag.age(ofEventAt: oldestPending, at: time) }
}

/// Compares a position with what its partition holds.
///
///     readEnd ─┬─ at the end, or beyond ───────────────────────────→ finish
///              └─ before it ─→ searchEarliest ─┬─ all have expired ─→ finish
///                                              └─→ readTime ────────→ finish
package struct PositionPlan: ~Copyable {
    /// The next step of the shell, which gives up on any error of its own.
    package enum Action: Sendable {
        /// Find where the partition ends, then ``PositionPlan/receive(end:)``.
        case readEnd(Partition)
        /// Find the earliest offset before this end, then ``PositionPlan/receive(earliest:)``.
        case searchEarliest(Partition, PartitionEnd)
        /// Find the time of the first event at or behind this offset, nil when there is none, then
        /// ``PositionPlan/receive(time:)``.
        case readTime(Partition, Offset)
        /// The place was found.
        case finish(SubscriptionDescription.PartitionState)
    }

    private enum State: Sendable {
        /// Nothing was asked yet. Next: readingEnd.
        case created
        /// The partition's end is being found. Next: searching, finished.
        case readingEnd
        /// The partition ends there. Next: readingTime, finished.
        case searching(Offset)
        /// The partition ends there and begins here, and events are left. Next: finished.
        case readingTime(tail: Offset, earliest: Offset)
        /// The answer was given. Next: nothing.
        case finished
    }

    private let partition: Partition
    private let position: Position
    private var state = State.created

    /// A comparison of one partition's position.
    package init(of position: Position, in partition: Partition) {
        self.position = position
        self.partition = partition
    }

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("a position is compared once") }
        state = .readingEnd
        return .readEnd(partition)
    }

    /// Takes the outcome of ``Action/readEnd(_:)``.
    package mutating func receive(end: PartitionEnd) -> Action {
        guard case .readingEnd = state else { preconditionFailure("an end came unasked") }
        guard position.logOffset < end.next else { return finish(tail: end.next, earliest: .zero) }
        state = .searching(end.next)
        return .searchEarliest(partition, end)
    }

    /// Takes the outcome of ``Action/searchEarliest(_:_:)``.
    package mutating func receive(earliest: Offset) -> Action {
        guard case .searching(let tail) = state else {
            preconditionFailure("an earliest offset came unasked")
        }
        let first = max(position.logOffset, earliest)
        guard first < tail else { return finish(tail: tail, earliest: earliest) }
        state = .readingTime(tail: tail, earliest: earliest)
        return .readTime(partition, first)
    }

    /// Takes the outcome of ``Action/readTime(_:_:)``.
    package mutating func receive(time: Timestamp?) -> Action {
        guard case .readingTime(let tail, let earliest) = state else {
            preconditionFailure("a time came unasked")
        }
        return finish(tail: tail, earliest: earliest, oldestPending: time)
    }

    private mutating func finish(
        tail: Offset,
        earliest: Offset,
        oldestPending: Timestamp? = nil
    ) -> Action {
        state = .finished
        let offset = position.logOffset
        return .finish(
            SubscriptionDescription.PartitionState(
                partition: partition,
                offset: offset,
                lag: max(tail.distance(from: max(offset, earliest)), 0),
                isBootstrapping: position.isSnapshot,
                hasExpired: offset < earliest,
                isBeyondTail: offset > tail,
                oldestPending: oldestPending
            )
        )
    }
}

extension Position {
    /// The offset at which the log is or will be read.
    package var logOffset: Offset {
        switch self {
        case .log(let offset): offset
        case .snapshot(let watermark, _): watermark
        }
    }
}
