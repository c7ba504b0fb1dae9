/// Records that a partition's tail was verified, by compare-and-set on its progress.
///
///     start ─┬─→ readProgress ─┬─ the watermark is behind the tail ───────→ finish
///            │       ↑         ├─ marked not long ago, by a sweep ────────→ finish
///            └───────│─────────┴─→ write ─┬─ applied ─────────────────────→ finish
///                    │                    └─ changed meanwhile ─┬─ too often ─→ giveUp
///                    └──────────────────────────────────────────┘
///
/// There is no mark before the watermark has reached the tail, for only the watermark remembers a
/// tail whose chunks expire. A mark is a write, so a sweep leaves one that is young.
package struct SweptMark: ~Copyable {
    /// The ground on which the tail counts as verified.
    package enum Basis: Sendable {
        /// A sweep read the tail together with this progress, and decided before.
        case sweep(ProgressRow, decided: Instant)
        /// An operator says so, whatever mark there is.
        case operatorsWord
    }

    /// The next step of the shell.
    package enum Action: Sendable {
        /// Read this row, then ``SweptMark/receive(progress:asked:)``.
        case readProgress(TableKey)
        /// Do this write, then ``SweptMark/receive(_:)``.
        case write(Write, decided: Instant)
        /// The tail is marked as far as it is to be.
        case finish
        /// Someone else changed the progress at each of ``Limits/casTries`` tries.
        case giveUp
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: readingProgress, writing, finished.
        case idle
        /// The progress is being read. Next: writing, finished.
        case readingProgress(triesLeft: Int)
        /// The mark is with the table. Next: readingProgress, finished.
        case writing(triesLeft: Int)
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let request: FoldRequest
    private let tail: Offset
    private let verifiedAt: Timestamp
    private let basis: Basis
    private let rules: Rules
    private var state = State.idle

    /// A mark for the partition that `request` names.
    ///
    /// - Parameters:
    ///   - request: The partition.
    ///   - tail: The tail that was verified.
    ///   - verifiedAt: A moment before it was read: what was written since lives for two days more.
    ///   - basis: A sweep's look, or an operator's word.
    ///   - rules: The rules that are kept.
    package init(
        of request: FoldRequest,
        tail: Offset,
        verifiedAt: Timestamp,
        basis: Basis,
        rules: Rules = .all
    ) {
        self.request = request
        self.tail = tail
        self.verifiedAt = verifiedAt
        self.basis = basis
        self.rules = rules
    }

    /// Begins with what the basis tells, or with a read.
    package mutating func start() -> Action {
        guard case .idle = state else { preconditionFailure("a mark starts once") }
        switch basis {
        case .sweep(let progress, let decided):
            return take(mark(progress, decided: decided, triesLeft: Limits.casTries))
        case .operatorsWord: return take(readProgress(triesLeft: Limits.casTries))
        }
    }

    /// Takes the row that an ``Action/readProgress(_:)`` found; `asked`: A moment before.
    package mutating func receive(
        progress item: Item?,
        asked: Instant
    ) throws(TableError) -> Action {
        guard case .readingProgress(let triesLeft) = state else {
            preconditionFailure("no progress is being read")
        }
        var progress = ProgressRow(stream: request.stream, partition: request.partition)
        if let item { progress = try ProgressRow(item) }
        return take(mark(progress, decided: decided ?? asked, triesLeft: triesLeft))
    }

    /// Takes the outcome of a ``Action/write(_:decided:)``.
    package mutating func receive(_ outcome: WriteOutcome) -> Action {
        guard case .writing(let triesLeft) = state else {
            preconditionFailure("no mark is being written")
        }
        switch outcome {
        case .applied: return take((.finished, .finish))
        case .conditionFailed where triesLeft > 1:
            return take(readProgress(triesLeft: triesLeft - 1))
        case .conditionFailed: return take((.finished, .giveUp))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    /// The moment of the sweep's decision, which a change of the progress does not make younger: the
    /// tail was read then.
    private var decided: Instant? {
        switch basis {
        case .sweep(_, let decided): decided
        case .operatorsWord: nil
        }
    }

    private func readProgress(triesLeft: Int) -> Step {
        let key = TableKey.progress(request.stream, request.partition)
        return (.readingProgress(triesLeft: triesLeft), .readProgress(key))
    }

    private func mark(_ progress: ProgressRow, decided: Instant, triesLeft: Int) -> Step {
        guard isDue(after: progress.tailVerifiedAt),
            progress.foldedTail.next >= tail || !rules.keep(.sweptLast)
        else { return (.finished, .finish) }
        var marked = progress
        marked.tailVerifiedAt = verifiedAt
        let write = progress.replacement(by: marked)
        return (.writing(triesLeft: triesLeft), .write(write, decided: decided))
    }

    private func isDue(after swept: Timestamp?) -> Bool {
        guard case .sweep = basis, let swept else { return true }
        return swept.advanced(by: Limits.sweptMarkAge) <= verifiedAt
    }
}
