/// Repeats a change of one row until nobody else comes in between.
///
///     attempt ─┬─ applied ─────────────────────────────→ finish
///        ↑     ├─ someone else was first, tries left ─┐
///        │     └─ … and none left ────────────────────│→ fail
///        └────────────────────────────────────────────┘
///
/// An attempt reads the row, decides what it is to become and writes that on the condition that the
/// row is still as it was read. An error ends it: whether the row changed is then the error's to say.
package struct CompareAndSet<Value>: ~Copyable {
    /// The next step of the shell.
    package enum Action {
        /// Read, decide and write, then ``CompareAndSet/receive(isApplied:_:)``.
        case attempt
        /// The change is durable; with what the attempt made of it.
        case finish(Value)
        /// Others were first each time; nothing was changed.
        case fail(Refusal)
    }

    private enum State {
        /// Nothing was tried yet. Next: attempting.
        case created
        /// So many tries are left after this one. Next: attempting, finished.
        case attempting(triesLeft: Int)
        /// The answer was given. Next: nothing.
        case finished
    }

    private var state = State.created

    /// A change that was not tried yet.
    package init() {}

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("a change is made once") }
        state = .attempting(triesLeft: Limits.casTries - 1)
        return .attempt
    }

    /// Takes what became of an attempt's write, and what the attempt made of it.
    package mutating func receive(isApplied: Bool, _ value: Value) -> Action {
        switch state {
        case .attempting where isApplied:
            state = .finished
            return .finish(value)
        case .attempting(triesLeft: 0):
            state = .finished
            return .fail(.contention)
        case .attempting(let left):
            state = .attempting(triesLeft: left - 1)
            return .attempt
        case .created, .finished: preconditionFailure("an outcome came of no attempt")
        }
    }
}

extension WriteOutcome {
    /// True when the write is durable, false when its condition failed.
    package var isApplied: Bool {
        switch self {
        case .applied: true
        case .conditionFailed: false
        }
    }
}

extension TransactionOutcome {
    /// True when all of it is durable, false when nothing was written.
    package var isApplied: Bool {
        switch self {
        case .applied: true
        case .conditionFailed: false
        }
    }
}

extension StreamRow {
    /// The stream with another retention, in hours or for ever, and the write that makes it so.
    package func retaining(hours: Int?) -> (stream: StreamRow, write: Write) {
        var changed = self
        changed.retentionHours = hours
        changed.version += 1
        return (changed, .put(changed.item, if: unchanged))
    }
}
