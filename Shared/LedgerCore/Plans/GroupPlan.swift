/// One look of a group's member: it renews its session, declares others gone, and gives up and takes
/// partitions by ``GroupRule``; then it knows what it holds.
///
///     start ─┬─ join ─┬─ renew, bury ─→ write ─┐
///            │        └─ neither ──────────────┴─┬─ give up, take ─→ write ─┬─→ finish
///            │                                   └─ neither ────────────────┘
///            └─ a cursor that is none, or too many members ─→ fail
///
/// The writes of one action are of different rows, each on a condition of its own, so they may go in
/// parallel, and any of them alone is sound. A condition that failed means that somebody was faster:
/// the member has a partition less, until its next look. A failed call ends the look, and the error
/// says whether something may have changed; the next look sees it.
package struct GroupPlan: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Do these writes in parallel, decided when the state was read, then
        /// ``GroupPlan/receive(writes:)`` in their order.
        case write([Write])
        /// The member holds these partitions.
        case finish(GroupShare)
        /// The look is over without an answer.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was decided yet. Next: joining, moving, finished.
        case created
        /// A renewal and the declarations of these members are with the table; each is of the write
        /// with its index. Next: moving, finished.
        case joining(alive: Set<MemberName>, buried: [MemberName?])
        /// These rows are with the table. Next: finished.
        case moving([PositionRow])
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let current: SubscriptionState
    private let member: MemberName
    private let session: Duration
    private let rules: Rules
    private var state = State.created
    /// By partition, as they are stored as far as this look knows.
    private var rows: [PositionRow?]
    private var cursor: GroupCursor?
    /// True once a write of this look was or may have been applied.
    private var isChanged = false
    private var now = Timestamp(milliseconds: 0)
    /// Partitions whose release has lasted for a session.
    private var overdue: Set<Partition> = []

    /// A look at a subscription's present state by `member`, whose session lasts `session`.
    package init(
        of current: SubscriptionState,
        for member: MemberName,
        session: Duration,
        rules: Rules
    ) {
        self.current = current
        self.member = member
        self.session = session
        self.rules = rules
        rows = current.rows
    }

    /// The first action.
    ///
    /// - Parameters:
    ///   - text: The cursor as the client sent it; nil: nothing was handed out.
    ///   - now: The time of the decision, by the wall clock.
    ///   - random: A number for the name of a new session.
    ///   - isOver: True when a timer is over, as a ``TimerWatch`` says. It is asked for every timer
    ///     of the group, so that this process watches all of them.
    /// - Returns: Writes, or the end of the look.
    package mutating func start(
        from text: String?,
        now: Timestamp,
        random: Int64,
        isOver: (Timer) -> Bool
    ) -> Action {
        guard case .created = state else { preconditionFailure("a look is taken once") }
        self.now = now
        do throws(Refusal) {
            if let text { cursor = try current.groupCursor(text, rules: rules) }
            overdue = overdueReleases(isOver)
            let over = current.members.filter { !$0.isGone && isOver($0.timer) }
            return take(try join(burying: over.filter { $0.name != member }, random: random))
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    /// Takes the outcomes of an ``Action/write(_:)``, in its order.
    package mutating func receive(writes: [Result<WriteOutcome, TableError>]) -> Action {
        isChanged = isChanged || writes.mayHaveChanged
        do throws(Refusal) {
            var isApplied: [Bool] = []
            for outcome in writes { isApplied.append(try outcome.orRefuse().isApplied) }
            switch state {
            case .joining(let alive, let buried):
                let gone = zip(buried, isApplied).compactMap { $1 ? $0 : nil }
                return take(move(among: alive.subtracting(gone)))
            case .moving(let moved):
                for (row, isApplied) in zip(moved, isApplied) where isApplied {
                    rows[row.partition.index] = row
                }
                return take(finish())
            case .created, .finished: preconditionFailure("outcomes came of no writes")
            }
        } catch {
            return take((.finished, .fail(isChanged ? .afterChange(error) : error)))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    // MARK: Steps

    /// Renews the own session where that is due, and declares others gone.
    private func join(burying over: [MemberRow], random: Int64) throws(Refusal) -> Step {
        let own = current.members.first { $0.name == member }
        try current.admit(member, instead: over)
        let alive = Set(current.members.filter { !$0.isGone }.map(\.name)).union([member])
        var writes: [Write] = []
        var buried: [MemberName?] = []
        if let renewal = current.renewal(of: member, for: session, at: now, random: random) {
            writes.append(renewal.renew(own))
            buried.append(nil)
        }
        for other in over {
            writes.append(other.bury(at: now, rules: rules))
            buried.append(other.name)
        }
        guard !writes.isEmpty else { return move(among: alive) }
        return (.joining(alive: alive, buried: buried), .write(writes))
    }

    /// Gives up what is beyond the member's share, or takes what is free up to it.
    private func move(among alive: Set<MemberName>) -> Step {
        let rule = GroupRule(alive: alive, rows: rows)
        let goal = rule.goal(of: member)
        let held = rows.compactMap { $0 }.filter { $0.lease?.owner == member }
        let kept = rules.keep(.giveUp) ? goal.count : held.count
        let moved =
            givenUp(of: held, beyond: kept)
            + taken(by: rule, from: goal.start, atMost: goal.count - held.count)
        guard !moved.isEmpty else { return finish() }
        let writes = moved.map { row in
            let (place, delivery) = (row.partition.index, current.deliveries[row.partition.index])
            return row.replace(rows[place], over: delivery, rules: rules)
        }
        return (.moving(moved), .write(writes))
    }

    private func finish() -> Step {
        let parts = rows.compactMap { row -> GroupShare.Part? in
            guard let row, let lease = row.lease, lease.owner == member else { return nil }
            return GroupShare.Part(
                partition: row.partition,
                lease: lease.epoch,
                position: position(in: row.partition, under: lease),
                isGivingUp: lease.release != nil
            )
        }
        let share = GroupShare(member: member, session: session, parts: parts)
        return (.finished, .finish(share))
    }

    // MARK: Rows

    /// The rows that give up all but the first `count` partitions: a partition of which nothing is
    /// out is free at once, another one when it is committed.
    ///
    /// What is being given up already is free as soon as nothing of it is out any more: after a
    /// seek, or where a commit cannot tell.
    private func givenUp(of held: [PositionRow], beyond count: Int) -> [PositionRow] {
        held.enumerated().compactMap { index, row in
            guard let lease = row.lease, index >= count || lease.release != nil else { return nil }
            let position = position(in: row.partition, under: lease)
            guard current.positions[row.partition.index].isBefore(position) else {
                return row.leased(lease.ended)
            }
            guard lease.release == nil else { return nil }
            return row.leased(lease.releasing(Lease.Release(at: position.logOffset, from: now)))
        }
    }

    /// The rows that take free partitions.
    private func taken(by rule: GroupRule, from start: Int, atMost count: Int) -> [PositionRow] {
        guard count > 0 else { return [] }
        let partitions = current.stream.partitions
        let free = (partitions[start...] + partitions[..<start]).filter { partition in
            let row = rows[partition.index]
            guard row?.lease?.owner != member else { return false }
            return rule.isFree(row) || overdue.contains(partition)
        }
        return free.prefix(count).map { partition in
            let row = current.row(of: partition)
            let number = (row.lease?.epoch ?? 0) + (rules.keep(.bump) ? 1 : 0)
            return row.leased(Lease(epoch: max(number, 1), owner: member))
        }
    }

    /// The position of the next event: the cursor's, where it is of the present lease, else the
    /// committed one.
    ///
    /// So what a former lease had in flight comes again, and nothing is passed over.
    private func position(in partition: Partition, under lease: Lease) -> Position {
        let committed = current.positions[partition.index]
        guard let part = cursor?.part(of: partition),
            part.lease == lease.epoch || !rules.keep(.cursorLease),
            committed.isBefore(part.position)
        else { return committed }
        return part.position
    }

    /// The partitions whose holder has been giving them up for longer than its session.
    private func overdueReleases(_ isOver: (Timer) -> Bool) -> Set<Partition> {
        var overdue: Set<Partition> = []
        for row in current.rows {
            guard let row, let lease = row.lease, let release = lease.release,
                let owner = lease.owner.flatMap({ current.alive($0) })
            else { continue }
            let name = Timer.Name.release(
                current.subscription.incarnation,
                row.partition,
                lease: lease.epoch
            )
            if isOver(Timer(name, start: release.start, length: owner.session)) {
                overdue.insert(row.partition)
            }
        }
        return overdue
    }
}
