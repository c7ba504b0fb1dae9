/// The end of a commit by a group's cursor, by partition, ascending.
package struct GroupCommit: Hashable, Sendable {
    /// The partitions that stand at the cursor's position or beyond it, whoever brought them there.
    package fileprivate(set) var committed: [Partition] = []
    /// The partitions whose lease was another one by then: nothing of them was changed.
    package fileprivate(set) var lost: [Partition] = []
}

/// Moves the partitions of a group's cursor forward, each under the lease that the cursor names.
///
///     verify ─┬─ sound ─→ checkTails ─┬─ all reach so far ─→ write ─┬─ all is known ─→ finish
///             │                       │                        ↑    ├─ an open outcome ─┐
///             │                       └─ one does not ─→ fail  └────│───────────────────┘
///             └─ forged, or from before a seek ─→ fail              └─ too often, an error ─→ fail
///
/// A commit at or past the mark of a release ends the lease by the same write. It also renews the
/// sessions of those who hold the leases. Repeating it is safe.
package struct GroupCommitPlan: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Make these checks in parallel, then ``GroupCommitPlan/receive(checks:)`` in their order.
        case checkTails([PositionCheck])
        /// Do these writes in parallel, decided when the state was read, then
        /// ``GroupCommitPlan/receive(writes:)`` in their order.
        case write([Write])
        /// The fate of every partition is known. Where leases were lost the commit has failed.
        case finish(GroupCommit)
        /// The partitions are not, or may not be, at the cursor's position.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// The cursor was not looked at yet. Next: checking, finished.
        case created
        /// The tails of these rows are being read. Next: writing, finished.
        case checking([PositionRow])
        /// These rows are with the table, and renewals behind them. Next: writing (those whose
        /// outcome is open, once more), finished.
        case writing([PositionRow], triesLeft: Int)
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let current: SubscriptionState
    private let trust: TailTrust
    private let rules: Rules
    private var state = State.created
    private var renewals: [Write] = []
    private var fate = GroupCommit()
    /// True once a position may have been written.
    private var isChanged = false

    /// A commit of a group in its present state.
    package init(of current: SubscriptionState, trust: TailTrust, rules: Rules) {
        self.current = current
        self.trust = trust
        self.rules = rules
    }

    /// The first action, for a cursor as the client sent it.
    ///
    /// - Parameters:
    ///   - text: The cursor.
    ///   - offsets: By number, the partitions that are moved so far only: part of a page was handled.
    ///   - now: The time of the decision, by the wall clock.
    ///   - random: A number for the names of new sessions.
    ///   - isReached: True where a log is known to reach so far, so that its tail need not be read.
    /// - Returns: Checks of the tails, or a failure.
    package mutating func start(
        to text: String,
        stoppingAt offsets: [Int: Offset] = [:],
        now: Timestamp,
        random: Int64,
        knowing isReached: (Partition, Offset) -> Bool
    ) -> Action {
        guard case .created = state else { preconditionFailure("a cursor is committed once") }
        do throws(Refusal) {
            let cursor = try stopping(current.groupCursor(text, rules: rules), at: offsets)
            let rows = cursor.parts.compactMap { row(for: $0) }
            renewals = renewals(of: cursor, at: now, random: random)
            let checks: [PositionCheck] = rows.compactMap { row in
                let offset = row.position.logOffset
                guard !isReached(row.partition, offset) else { return nil }
                return PositionCheck(
                    partition: row.partition,
                    offset: offset,
                    stream: current.stream.id,
                    trust: trust
                )
            }
            return take((.checking(rows), .checkTails(checks)))
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    /// Takes the outcome of ``Action/checkTails(_:)``: the first partition's objection counts.
    package mutating func receive(checks: [Result<Offset, Refusal>]) -> Action {
        guard case .checking(let rows) = state else {
            preconditionFailure("checks came that were not asked for")
        }
        do throws(Refusal) {
            for check in checks { _ = try check.get() }
        } catch {
            return take((.finished, .fail(error)))
        }
        guard !(rows.isEmpty && renewals.isEmpty) else { return take(finish()) }
        let writes = rows.map { $0.commitUnderLease(rules: rules) } + renewals
        return take((.writing(rows, triesLeft: Limits.leaseCommitTries - 1), .write(writes)))
    }

    /// Takes the outcome of ``Action/write(_:)``, in its order; a renewal's does not matter.
    package mutating func receive(writes: [Result<WriteOutcome, TableError>]) -> Action {
        guard case .writing(let rows, let left) = state else {
            preconditionFailure("writes came that were not asked for")
        }
        var open: [PositionRow] = []
        var refusal: Refusal?
        for (row, outcome) in zip(rows, writes) {
            do throws(Refusal) {
                if try judge(outcome, of: row, mayRepeat: left > 0) { open.append(row) }
            } catch {
                refusal = refusal ?? error
            }
        }
        if let refusal {
            return take((.finished, .fail(isChanged ? .afterChange(refusal) : refusal)))
        }
        guard !open.isEmpty else { return take(finish()) }
        let again = open.map { $0.commitUnderLease(rules: rules) }
        return take((.writing(open, triesLeft: left - 1), .write(again)))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private mutating func finish() -> Step {
        fate.committed.sort()
        fate.lost.sort()
        return (.finished, .finish(fate))
    }

    // MARK: Rows

    /// The cursor, but only so far in some partitions.
    ///
    /// Where the lease is another one by now the present holder may have committed more, which is
    /// no fault of the request.
    private func stopping(
        _ cursor: GroupCursor,
        at offsets: [Int: Offset]
    ) throws(Refusal) -> GroupCursor {
        guard !offsets.isEmpty else { return cursor }
        let end = PartitionPositions(
            cursor.parts.map(\.partition),
            values: cursor.parts.map(\.position)
        )
        let stop = try current.stopping(end, at: offsets) { partition in
            let isHeld =
                current.rows[partition.index]?.lease?.epoch == cursor.part(of: partition)?.lease
            return isHeld ? current.positions[partition.index].logOffset : .zero
        }
        return GroupCursor(
            subscription: cursor.subscription,
            epoch: cursor.epoch,
            parts: zip(cursor.parts, stop.values).map { part, position in
                GroupCursor.Part(
                    partition: part.partition,
                    lease: part.lease,
                    position: position
                )
            }
        )
    }

    /// The row that brings a partition to the cursor's position; nil: it is there already, or the
    /// lease is another one.
    private mutating func row(for part: GroupCursor.Part) -> PositionRow? {
        let lease = current.rows[part.partition.index]?.lease
        let committed = current.positions[part.partition.index]
        let isFenced = lease?.epoch != part.lease && rules.keep(.fence)
        let isReleased = lease?.release?.isReached(by: part.position) ?? false
        guard committed.isBefore(part.position) else {
            guard !isFenced, let lease, isReleased, committed == part.position else {
                fate.committed.append(part.partition)
                return nil
            }
            return row(for: part, under: lease.ended)
        }
        guard !isFenced, let lease else {
            fate.lost.append(part.partition)
            return nil
        }
        return row(for: part, under: isReleased ? lease.ended : lease)
    }

    private func row(for part: GroupCursor.Part, under lease: Lease) -> PositionRow {
        PositionRow(
            stream: current.stream.incarnation,
            subscription: current.subscription.incarnation,
            partition: part.partition,
            epoch: current.subscription.epoch,
            position: part.position,
            lease: lease
        )
    }

    /// The renewals of those who hold the cursor's leases, where they are due.
    private func renewals(
        of cursor: GroupCursor,
        at now: Timestamp,
        random: Int64
    ) -> [Write] {
        let owners = cursor.parts.compactMap { part -> MemberName? in
            guard let lease = current.rows[part.partition.index]?.lease, lease.epoch == part.lease
            else { return nil }
            return lease.owner
        }
        return Set(owners).sorted().enumerated().compactMap { index, name in
            guard let row = current.alive(name) else { return nil }
            return current.renewal(
                of: name,
                for: row.session,
                at: now,
                random: random &+ Int64(index)
            )?.renew(row)
        }
    }

    /// Takes the outcome of one row's write.
    ///
    /// - Returns: true when it is open, and the same write is to be repeated.
    private mutating func judge(
        _ outcome: Result<WriteOutcome, TableError>,
        of row: PositionRow,
        mayRepeat: Bool
    ) throws(Refusal) -> Bool {
        switch outcome {
        case .success(.applied):
            isChanged = true
            fate.committed.append(row.partition)
        case .success(.conditionFailed(let item)):
            if try stands(item, at: row) {
                fate.committed.append(row.partition)
            } else {
                fate.lost.append(row.partition)
            }
        case .failure(let error) where error.effect == .indefinite:
            isChanged = true
            guard mayRepeat else { throw .table(error) }
            return true
        case .failure(let error): throw .table(error)
        }
        return false
    }

    /// True when a row that was in the way stands at the position that was to be written, or beyond.
    private func stands(_ item: Item?, at row: PositionRow) throws(Refusal) -> Bool {
        guard let item else { return false }
        let stored = try decoded { () throws(TableError) in try PositionRow(item) }
        guard stored.epoch <= row.epoch else { throw .cursorSuperseded }
        return stored.epoch == row.epoch && !stored.position.isBefore(row.position)
    }
}
