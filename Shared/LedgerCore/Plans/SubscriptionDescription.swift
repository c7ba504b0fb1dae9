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
    }

    /// The stream as it was read with the subscription.
    package let stream: StreamRow
    /// The subscription in its present epoch.
    package let subscription: SubscriptionRow
    /// All partitions of the stream, in order.
    package let partitions: [PartitionState]
    /// The number of its group's members.
    package let members: Int

    /// A description; `partitions` holds one of each partition.
    package init(_ state: SubscriptionState, partitions: [PartitionState], members: Int) {
        self.members = members
        stream = state.stream
        subscription = state.subscription
        self.partitions = partitions
    }

    /// Events that are left in all partitions together.
    package var lag: Int64 { partitions.reduce(0) { $0 + $1.lag } }
}

/// Compares a position with what its partition holds.
///
///     readEnd ─┬─ at the end, or beyond ───────────────────────→ finish
///              └─ before it ─→ searchEarliest ─────────────────→ finish
package struct PositionPlan: ~Copyable {
    /// The next step of the shell, which gives up on any error of its own.
    package enum Action: Sendable {
        /// Find where the partition ends, then ``PositionPlan/receive(end:)``.
        case readEnd(Partition)
        /// Find the earliest offset before this end, then ``PositionPlan/receive(earliest:)``.
        case searchEarliest(Partition, PartitionEnd)
        /// The place was found.
        case finish(SubscriptionDescription.PartitionState)
    }

    private enum State: Sendable {
        /// Nothing was asked yet. Next: readingEnd.
        case created
        /// The partition's end is being found. Next: searching, finished.
        case readingEnd
        /// The partition ends there. Next: finished.
        case searching(Offset)
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
        return finish(tail: tail, earliest: earliest)
    }

    private mutating func finish(tail: Offset, earliest: Offset) -> Action {
        state = .finished
        let offset = position.logOffset
        return .finish(
            SubscriptionDescription.PartitionState(
                partition: partition,
                offset: offset,
                lag: max(tail.distance(from: max(offset, earliest)), 0),
                isBootstrapping: position.isSnapshot,
                hasExpired: offset < earliest,
                isBeyondTail: offset > tail
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
