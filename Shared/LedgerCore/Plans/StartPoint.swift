/// The place where a subscription begins, or is sought to.
package enum StartPoint: Hashable, Sendable {
    /// The first event that has not expired.
    case earliest
    /// The end of each partition, behind all that is there now.
    case latest
    /// The compacted state, then the log from where the state ends.
    case compacted
    /// The first event not earlier than this.
    case timestamp(Timestamp)
    /// These offsets by partition number. Partitions left out start at the earliest; in a seek they
    /// stay.
    case offsets([Int: Offset])

    /// Refuses a start point that this stream can't have.
    package func check(against stream: StreamRow) throws(Refusal) {
        switch self {
        case .compacted: _ = try stream.keepingCompactedState()
        case .offsets(let offsets):
            guard let unknown = offsets.keys.filter({ $0 >= stream.partitionCount }).min()
            else { return }
            throw .partitionNotFound(Int64(unknown))
        case .earliest, .latest, .timestamp: return
        }
    }
}

/// Finds a start point's position in one partition.
///
///     readEnd ─┬─ latest, compacted, a given offset, staying ──→ finish
///              ├─ an offset beyond the end ────────────────────→ fail
///              └─ earliest, a time ─→ search ──────────────────→ finish
package struct StartPointPlan: ~Copyable {
    /// The next step of the shell, which gives up on any error of its own.
    package enum Action: Sendable {
        /// Find where the partition ends, then ``StartPointPlan/receive(end:)``.
        case readEnd(Partition)
        /// Find the earliest offset before this end, then ``StartPointPlan/receive(offset:)``.
        case searchEarliest(PartitionEnd)
        /// Find the first event of this time or later, then ``StartPointPlan/receive(offset:)``.
        case search(Timestamp, PartitionEnd)
        /// The position was found.
        case finish(Position)
        /// There is no such position.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was asked yet. Next: readingEnd.
        case created
        /// The partition's end is being found. Next: searching, finished.
        case readingEnd
        /// The offset is being searched for. Next: finished.
        case searching
        /// The answer was given. Next: nothing.
        case finished
    }

    private let point: StartPoint
    private let partition: Partition
    private let staying: Position?
    private let rules: Rules
    private var state = State.created

    /// A plan for one partition.
    ///
    /// A seek leaves a partition that it does not name at its present position, `staying`; nil: a
    /// subscription is being created.
    package init(
        to point: StartPoint,
        in partition: Partition,
        staying: Position?,
        rules: Rules
    ) {
        self.point = point
        self.partition = partition
        self.staying = staying
        self.rules = rules
    }

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("a position is searched for once") }
        state = .readingEnd
        return .readEnd(partition)
    }

    /// Takes the outcome of ``Action/readEnd(_:)``.
    package mutating func receive(end: PartitionEnd) -> Action {
        guard case .readingEnd = state else { preconditionFailure("an end came unasked") }
        let next: Transition<State, Action> = step(from: end)
        state = next.state
        return next.action
    }

    /// Takes the outcome of a search.
    package mutating func receive(offset: Offset) -> Action {
        guard case .searching = state else { preconditionFailure("an offset came unasked") }
        state = .finished
        return .finish(.log(offset))
    }

    private func step(from end: PartitionEnd) -> Transition<State, Action> {
        switch point {
        case .earliest: return (.searching, .searchEarliest(end))
        case .latest: return (.finished, .finish(.log(end.next)))
        case .timestamp(let timestamp): return (.searching, .search(timestamp, end))
        case .compacted:
            // The watermark is taken before any of the state is read: what is folded from now on
            // is then delivered by the log, at worst a second time.
            let watermark = rules.keep(.watermarkFirst) ? end.progress?.foldedTail.next : end.next
            let position = Position.snapshot(watermark: watermark ?? .zero, after: nil)
            return (.finished, .finish(position))
        case .offsets(let offsets):
            guard let offset = offsets[partition.index] else {
                guard let staying else { return (.searching, .searchEarliest(end)) }
                return (.finished, .finish(staying))
            }
            guard offset <= end.next else {
                let refusal = Refusal.startBeyondTail(partition, offset: offset, tail: end.next)
                return (.finished, .fail(refusal))
            }
            return (.finished, .finish(.log(offset)))
        }
    }
}
