/// Removes rows, also while the table takes few writes: in smaller batches, after pauses.
///
///     start ─→ delete ─┬─ done ───────→ the next ones, up to twice as many; none left ─→ finish
///                ↑     ├─ refused for the moment ─→ pause ─→ half as many ─┐
///                │     └─ anything else, too often, or the run is over ────│─→ fail
///                └─────────────────────────────────────────────────────────┘
///
/// A batch that failed may be removed in part; to remove it again does no harm.
package struct RemovalPlan: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Remove these rows, then ``RemovalPlan/receive(_:isOver:)``.
        case delete([TableKey])
        /// Wait so long, then ``RemovalPlan/resume()``. A jitter scales it.
        case pause(Duration)
        /// All rows are removed.
        case finish
        /// Some rows are left.
        case fail(TableError)
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: deleting, finished.
        case idle(Rest)
        /// A batch is with the table. Next: deleting (the next one), pausing, finished.
        case deleting(Rest)
        /// A batch was refused for the moment. Next: deleting.
        case pausing(Rest)
        case finished
    }

    /// The rows that are left, and how to go on with them.
    private struct Rest: Sendable {
        var keys: ArraySlice<TableKey>
        /// Rows in the next batch at most.
        var size = Limits.sweepPageRows
        /// Refusals since a batch was last removed.
        var refusals = 0

        /// The rest after a batch was removed.
        var afterRemoval: Rest {
            var rest = self
            rest.keys = keys.dropFirst(size)
            rest.size = min(size * 2, Limits.sweepPageRows)
            rest.refusals = 0
            return rest
        }

        /// The pause after so many refusals.
        var pause: Duration {
            let range = Limits.removalPause
            return min(range.lowerBound * (1 << min(refusals, 10)), range.upperBound)
        }
    }

    private typealias Step = Transition<State, Action>

    private var state: State

    /// A removal of `keys`, in their order.
    package init(of keys: [TableKey]) {
        state = .idle(Rest(keys: keys[...]))
    }

    /// Begins with the first batch; there is none of no rows.
    package mutating func start() -> Action {
        guard case .idle(let rest) = state else { preconditionFailure("a removal starts once") }
        return take(Self.delete(rest))
    }

    /// Takes the outcome of a ``Action/delete(_:)``.
    ///
    /// - Parameters:
    ///   - outcome: Success, or why the batch may not be removed as a whole.
    ///   - isOver: The run is over: what is refused now is left to the next one.
    /// - Returns: What to do next.
    package mutating func receive(_ outcome: Result<Void, TableError>, isOver: Bool) -> Action {
        guard case .deleting(let rest) = state else {
            preconditionFailure("no row is being deleted")
        }
        switch outcome {
        case .success: return take(Self.delete(rest.afterRemoval))
        case .failure(let error):
            var rest = rest
            rest.refusals += 1
            guard error.mayPass, rest.refusals < Limits.removalAttempts, !isOver else {
                return take((.finished, .fail(error)))
            }
            rest.size = max(rest.size / 2, Limits.removalBatch)
            return take((.pausing(rest), .pause(rest.pause)))
        }
    }

    /// Goes on after an ``Action/pause(_:)``.
    package mutating func resume() -> Action {
        guard case .pausing(let rest) = state else {
            preconditionFailure("the removal is not pausing")
        }
        return take(Self.delete(rest))
    }

    private static func delete(_ rest: Rest) -> Step {
        guard !rest.keys.isEmpty else { return (.finished, .finish) }
        return (.deleting(rest), .delete(Array(rest.keys.prefix(rest.size))))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }
}
