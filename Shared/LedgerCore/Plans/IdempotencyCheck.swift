import LedgerBytes

/// Publishes with an `Idempotency-Key` once, however often it is sent.
///
///     start ─→ look ─┬─ stored before in every partition ─→ finish
///                    ├─ used with another body ──────────→ refuse
///                    └─ not stored, or in some only ─→ append ─┬─ proven ───────────→ finish
///                                                              └─ not ─→ look again ─→ finish
///
/// The append itself finds a row of the same key that it meets (``AppendPlan``). The look before
/// saves it where all is stored; the one behind it is for what an append could not store: its twin
/// may have stored it meanwhile, so only a look that did not find it makes that certain.
package struct IdempotencyCheck: Sendable {
    /// The shell's next step.
    package enum Action: Sendable {
        /// Do this query, then ``IdempotencyCheck/receive(_:now:)`` or
        /// ``IdempotencyCheck/receive(failure:)``.
        case look(Query)
        /// Append to all partitions, then ``IdempotencyCheck/receive(outcomes:)``.
        case append
        /// The publish is over, with the outcome of each partition.
        case finish([AppendOutcome])
        /// The key was used with another body. Nothing was stored.
        case refuse
        /// The first look failed. Nothing was stored.
        case fail(TableError)
    }

    private enum State: Sendable {
        /// Nothing was asked for yet. Next: lookingBefore.
        case new
        /// Next: appending, finished.
        case lookingBefore
        /// Next: lookingAfter, finished.
        case appending
        /// The append left these outcomes, some of them unproven. Next: finished.
        case lookingAfter([AppendOutcome])
        /// The publish is over. Next: none.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamIncarnation
    private let partitions: [Partition]
    private let mark: IdempotencyMark
    private var state = State.new

    /// A check of a publish to `partitions`, in whose order its outcomes are.
    package init(
        of mark: IdempotencyMark,
        to partitions: [Partition],
        in stream: StreamIncarnation
    ) {
        self.mark = mark
        self.partitions = partitions
        self.stream = stream
    }

    /// The first action.
    package mutating func start() -> Action {
        guard case .new = state else { preconditionFailure("a check starts once") }
        return take((.lookingBefore, .look(query)))
    }

    /// Takes the rows that an ``Action/look(_:)`` found, of which those count that are live at `now`.
    package mutating func receive(_ page: QueryPage, now: Timestamp) -> Action {
        let rows: [Partition: IdempotencyRow]
        do throws(TableError) {
            rows = try liveRows(of: page, at: now)
        } catch {
            return receive(failure: error)
        }
        switch state {
        case .lookingBefore: return take(decide(by: rows))
        case .lookingAfter(let outcomes):
            return take((.finished, .finish(reconsidered(outcomes, by: rows))))
        case .new, .appending, .finished: preconditionFailure("no look was asked for")
        }
    }

    /// Takes the failure of an ``Action/look(_:)``.
    package mutating func receive(failure: TableError) -> Action {
        switch state {
        case .lookingBefore: return take((.finished, .fail(failure)))
        case .lookingAfter(let outcomes):
            let known = outcomes.map { $0.isProven ? $0 : .unknown }
            return take((.finished, .finish(known)))
        case .new, .appending, .finished: preconditionFailure("no look was asked for")
        }
    }

    /// Takes the outcomes of an ``Action/append``, by partition.
    package mutating func receive(outcomes: [AppendOutcome]) -> Action {
        guard case .appending = state else { preconditionFailure("no append was asked for") }
        guard !outcomes.allSatisfy(\.isProven) else {
            return take((.finished, .finish(outcomes)))
        }
        return take((.lookingAfter(outcomes), .look(query)))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private func decide(by rows: [Partition: IdempotencyRow]) -> Step {
        guard rows.values.allSatisfy({ $0.bodyHash == mark.bodyHash }) else {
            return (.finished, .refuse)
        }
        guard partitions.allSatisfy({ rows[$0] != nil }) else { return (.appending, .append) }
        return (.finished, .finish(partitions.compactMap { rows[$0] }.map { .stored($0.stored) }))
    }

    /// The outcomes, where a row may tell more than the append did.
    private func reconsidered(
        _ outcomes: [AppendOutcome],
        by rows: [Partition: IdempotencyRow]
    ) -> [AppendOutcome] {
        zip(partitions, outcomes).map { partition, outcome in
            guard !outcome.isProven, let row = rows[partition] else { return outcome }
            return row.bodyHash == mark.bodyHash ? .stored(row.stored) : .idempotencyKeyReused
        }
    }

    private func liveRows(
        of page: QueryPage,
        at now: Timestamp
    ) throws(TableError) -> [Partition: IdempotencyRow] {
        var rows: [Partition: IdempotencyRow] = [:]
        for item in page.items {
            let row = try IdempotencyRow(item)
            if row.isLive(at: now) { rows[row.partition] = row }
        }
        return rows
    }

    /// The rows of the key in all partitions.
    private var query: Query {
        let prefix = Array(mark.keyHash.hex.utf8)
        return Query(
            .idempotency(stream),
            from: prefix + [UInt8(ascii: "#")],
            through: prefix + [UInt8(ascii: "#") + 1],
            limit: Limits.partitions.upperBound
        )
    }
}
