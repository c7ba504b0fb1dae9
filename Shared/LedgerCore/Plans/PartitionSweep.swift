/// One look of the sweep at one partition.
///
///     start ─→ readTail ─┬─ sealed, or empty where only the sweep deletes ──────→ finish
///                        ├─ unverified ─────────────────────────────────────────→ fail
///                        └─→ confirm ─┬─→ mark ─┬─→ enqueue or comeBack ─→ trim ─→ finish
///                                     └─────────┴─ the watermark is there ──↑
///
/// An engine that leaves the log to the sweep needs no mark: nobody else deletes there, so a tail is
/// always what it seems, and an empty partition need not be remembered as one.
package struct PartitionSweep: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Read the partition's end, then ``PartitionSweep/receive(_:now:)``.
        case readTail
        /// Refuse to go on when the stream's row was read too long ago, since the stream may be
        /// deleted by now and its rows removed. Then ``PartitionSweep/confirmed()``.
        case confirm
        /// Mark the tail as verified by a ``SweptMark``, then ``PartitionSweep/marked()``.
        case mark(ProgressRow, tail: Offset)
        /// Have this process's background folds bring the watermark from here to there, with the
        /// same consideration for publishers; then ``PartitionSweep/followed()``.
        case enqueue(from: Offset, to: Offset)
        /// Have the run fold the partition later on, then ``PartitionSweep/followed()``.
        case comeBack
        /// Remove what has expired by a ``TrimPlan``, then ``PartitionSweep/trimmed(due:)``.
        case trim(TailReading)
        /// Before `due` there is nothing more to do, unless something is appended; nil: nothing is
        /// going to expire.
        case finish(due: Timestamp?)
        /// Newer chunks may have expired; an operator must accept the tail.
        case fail
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: reading.
        case idle
        /// The tail is being read. Next: confirming, finished.
        case reading
        /// The stream's row is being checked. Next: marking, following, trimming.
        case confirming(TailReading, Tail)
        /// The tail is being marked as verified. Next: following, trimming.
        case marking(TailReading, Tail)
        /// Somebody is being asked to fold. Next: trimming.
        case following(TailReading)
        /// `isBehind`: The watermark has not reached the tail, so the next look is due at once.
        /// Next: finished.
        case trimming(isBehind: Bool)
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let partition: Partition
    private let stream: StreamRow
    private let trust: TailTrust
    private let foldsInBackground: Bool
    private let began: Timestamp
    private var state = State.idle

    /// A look at one partition of `stream`.
    ///
    /// - Parameters:
    ///   - partition: The partition.
    ///   - stream: The stream.
    ///   - trust: The trust in the ends of its logs.
    ///   - foldsInBackground: This process folds by itself what is enqueued.
    ///   - began: A moment before anything is read.
    package init(
        at partition: Partition,
        of stream: StreamRow,
        trust: TailTrust,
        foldsInBackground: Bool,
        began: Timestamp
    ) {
        self.partition = partition
        self.stream = stream
        self.trust = trust
        self.foldsInBackground = foldsInBackground
        self.began = began
    }

    /// Begins with the partition's end.
    package mutating func start() -> Action {
        guard case .idle = state else { preconditionFailure("a look starts once") }
        return take((.reading, .readTail))
    }

    /// Takes the partition's end, read strongly consistent with its progress.
    package mutating func receive(_ reading: TailReading, now: Timestamp) -> Action {
        guard case .reading = state else { preconditionFailure("no tail is being read") }
        switch reading.verdict(at: now, trusting: trust) {
        case .sealed: return take((.finished, .finish(due: nil)))
        case .unverified: return take((.finished, .fail))
        case .tail(.empty) where trust.onlySweepDeletes:
            return take((.finished, .finish(due: nil)))
        case .tail(let tail): return take((.confirming(reading, tail), .confirm))
        }
    }

    /// Goes on after a ``Action/confirm``.
    package mutating func confirmed() -> Action {
        guard case .confirming(let reading, let tail) = state else {
            preconditionFailure("nothing is to be confirmed")
        }
        guard !trust.onlySweepDeletes else { return take(follow(tail, reading)) }
        return take(
            (.marking(reading, tail), .mark(progress(in: reading), tail: tail.next))
        )
    }

    /// Goes on after a ``Action/mark(_:tail:)``.
    package mutating func marked() -> Action {
        guard case .marking(let reading, let tail) = state else {
            preconditionFailure("no tail is being marked")
        }
        return take(follow(tail, reading))
    }

    /// Goes on after an ``Action/enqueue(from:to:)`` or a ``Action/comeBack``.
    package mutating func followed() -> Action {
        guard case .following(let reading) = state else {
            preconditionFailure("no watermark is being followed up")
        }
        return take((.trimming(isBehind: true), .trim(reading)))
    }

    /// Goes on after a ``Action/trim(_:)``; `due`: When the next chunk may go, nil when none is.
    package mutating func trimmed(due: Timestamp?) -> Action {
        guard case .trimming(let isBehind) = state else { preconditionFailure("no log is trimmed") }
        return take((.finished, .finish(due: isBehind ? began : due)))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private func progress(in reading: TailReading) -> ProgressRow {
        reading.progress ?? ProgressRow(stream: stream.incarnation, partition: partition)
    }

    /// Has the watermark brought to the tail, where it is behind.
    private func follow(_ tail: Tail, _ reading: TailReading) -> Step {
        let folded = progress(in: reading).foldedTail.next
        guard tail.next > folded else {
            return (.trimming(isBehind: false), .trim(reading))
        }
        let isQueued = foldsInBackground && stream.compaction
        return (.following(reading), isQueued ? .enqueue(from: folded, to: tail.next) : .comeBack)
    }
}
