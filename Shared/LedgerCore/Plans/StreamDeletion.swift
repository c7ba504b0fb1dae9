/// Marks a stream as being deleted, by compare-and-set.
///
///     start ─┬─ no such stream ────────────────────────→ fail
///            ├─ marked before, its deletion unfinished ─→ finish
///            └─→ write ─┬─ applied ────────────────────→ finish
///                 ↑     ├─ gone, or another incarnation → fail
///                 │     └─ changed meanwhile ─┬─ too often ─→ fail
///                 └───────────────────────────┘
///
/// From the mark on no call finds the stream, and whoever sees the mark may finish the deletion.
package struct DeletionMark: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Do this write, then ``DeletionMark/receive(_:)``.
        case write(Write)
        /// The stream is marked: seal its partitions.
        case finish(StreamRow)
        /// There is no mark of ours, and nothing was changed.
        case fail(Failure)
    }

    /// The reason why there is no mark.
    package enum Failure: Hashable, Sendable {
        case noSuchStream
        /// Someone else changed the stream at each of ``Limits/casTries`` tries.
        case contention
    }

    private enum State: Sendable {
        /// Nothing is known of the stream. Next: writing, finished.
        case idle
        /// The mark on `stream` is with the table. Next: writing, finished.
        case writing(StreamRow, triesLeft: Int)
        case finished
    }

    private typealias Step = Transition<State, Action>

    private var state = State.idle

    package init() {}

    /// Takes the row of the stream to delete, nil when there is none.
    package mutating func start(_ item: Item?) throws(TableError) -> Action {
        guard case .idle = state else { preconditionFailure("a deletion mark starts once") }
        guard let item else { return take((.finished, .fail(.noSuchStream))) }
        return take(Self.mark(try StreamRow(item), triesLeft: Limits.casTries))
    }

    /// Takes the outcome of an ``Action/write(_:)``.
    package mutating func receive(_ outcome: WriteOutcome) throws(TableError) -> Action {
        guard case .writing(let stream, let triesLeft) = state else {
            preconditionFailure("no mark is being written")
        }
        return take(try Self.step(after: outcome, on: stream, triesLeft: triesLeft - 1))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private static func step(
        after outcome: WriteOutcome,
        on stream: StreamRow,
        triesLeft: Int
    ) throws(TableError) -> Step {
        switch outcome {
        case .applied: return (.finished, .finish(stream.markedDeleting))
        case .conditionFailed(nil): return (.finished, .fail(.noSuchStream))
        case .conditionFailed(let item?):
            let current = try StreamRow(item)
            guard current.incarnation == stream.incarnation else {
                return (.finished, .fail(.noSuchStream))
            }
            guard triesLeft > 0 else { return (.finished, .fail(.contention)) }
            return mark(current, triesLeft: triesLeft)
        }
    }

    private static func mark(_ stream: StreamRow, triesLeft: Int) -> Step {
        guard stream.state == .active else { return (.finished, .finish(stream)) }
        let write = Write.put(stream.markedDeleting.item, if: stream.unchanged)
        return (.writing(stream, triesLeft: triesLeft), .write(write))
    }
}

extension StreamRow {
    /// The next version of this row, in which the stream is being deleted.
    fileprivate var markedDeleting: StreamRow {
        var deleting = self
        deleting.state = .deleting
        deleting.version += 1
        return deleting
    }

    /// The transaction that frees the name of a stream whose partitions are sealed, and leaves its
    /// rows to a ``DeletionJob``.
    ///
    /// It fails when the row changed: then someone else finished the deletion.
    package func release(at now: Timestamp, rules: Rules = .all) -> [Write] {
        let job = DeletionJob(
            stream: incarnation,
            subscription: nil,
            partitionCount: partitionCount,
            deletedAt: now,
            rules: rules
        )
        return [.delete(.stream(id), if: unchanged), .put(job.item, if: .notExists)]
    }
}

/// Puts a seal at a partition's tail: every append that knows an earlier tail runs into it.
///
///     start ─→ readTail ─┬─→ write ─┬─ applied, or a seal is there ─→ finish
///                 ↑      │     ↑    ├─ a chunk: behind it ─┐
///                 │      │     └────│──────────────────────┘
///                 └──────│──────────┴─ a row, nobody says which
///                        └─ sealed ─────────────────────────────────→ finish
///
/// The tail need not be a verified one. Chunks behind it may have expired, also while the process
/// stood still, but no writer can know a later tail: it would have to be two days old.
package struct PartitionSeal: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Read the partition's end, then ``PartitionSeal/receive(_:now:)``.
        case readTail
        /// Do this write, as decided before the tail was read; then ``PartitionSeal/receive(_:)``.
        case write(Write)
        /// No append to the partition can succeed any more.
        case finish
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: reading.
        case idle
        /// The tail is being read. Next: writing, finished.
        case reading
        /// A seal is with the table. Next: writing, reading, finished.
        case writing
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamRow
    private let partition: Partition
    private let rules: Rules
    private var state = State.idle

    /// A seal of one partition of `stream`, which is marked as being deleted.
    package init(_ partition: Partition, of stream: StreamRow, rules: Rules = .all) {
        self.stream = stream
        self.partition = partition
        self.rules = rules
    }

    /// Begins with the partition's end.
    package mutating func start() -> Action {
        guard case .idle = state else { preconditionFailure("a seal starts once") }
        return take((.reading, .readTail))
    }

    /// Takes the end of the partition, read strongly consistent.
    package mutating func receive(_ reading: TailReading, now: Timestamp) -> Action {
        guard case .reading = state else { preconditionFailure("no tail is being read") }
        let trust = TailTrust(created: stream.created, onlySweepDeletes: true, rules: rules)
        guard case .tail(let tail) = reading.verdict(at: now, trusting: trust), rules.keep(.seal)
        else {
            return take((.finished, .finish))
        }
        return take(seal(at: tail.next))
    }

    /// Takes the outcome of an ``Action/write(_:)``.
    package mutating func receive(_ outcome: WriteOutcome) throws(TableError) -> Action {
        guard case .writing = state else { preconditionFailure("no seal is being written") }
        switch outcome {
        case .applied: return take((.finished, .finish))
        case .conditionFailed(let current?):
            guard case .chunk(let chunk) = try LogEntry(current) else {
                return take((.finished, .finish))
            }
            return take(seal(at: chunk.end))
        // The engine did not say which row is in the way, and an append may pass any but a seal.
        case .conditionFailed(nil): return take((.reading, .readTail))
        }
    }

    private func seal(at offset: Offset) -> Step {
        let item = LogEntry.sealItem(
            stream: stream.incarnation,
            partition: partition,
            at: offset
        )
        return (.writing, .write(.put(item, if: .notExists)))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }
}
