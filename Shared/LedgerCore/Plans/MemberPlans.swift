/// Renews a member's session without a look at partitions; makes a member of who is none yet.
///
///     start ─┬─ due ──→ write ─┬─ renewed, or somebody else did ─→ finish
///            │                 └─ it left meanwhile, an error ───→ fail
///            ├─ renewed not long ago ─→ finish
///            └─ too many members ─→ fail
package struct HeartbeatPlan: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Do this write, decided when the state was read, then ``HeartbeatPlan/receive(_:)``.
        case write(Write)
        /// The member as it is now.
        case finish(GroupMember)
        /// It was not renewed, or may not have been.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was decided yet. Next: writing, finished.
        case created
        /// This renewal is with the table. Next: finished.
        case writing(MemberRow)
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let current: SubscriptionState
    private let member: MemberName
    private let session: Duration
    private var state = State.created

    /// A heartbeat of `member`, whose session lasts `session`.
    package init(of current: SubscriptionState, for member: MemberName, session: Duration) {
        self.current = current
        self.member = member
        self.session = session
    }

    /// The first action; its parameters are those of a ``GroupPlan``.
    package mutating func start(
        now: Timestamp,
        random: Int64,
        isOver: (Timer) -> Bool
    ) -> Action {
        guard case .created = state else { preconditionFailure("a heartbeat is made once") }
        let row = current.members.first { $0.name == member }
        let over = current.members.filter { !$0.isGone && isOver($0.timer) }
        do throws(Refusal) { try current.admit(member, instead: over) } catch {
            return take((.finished, .fail(error)))
        }
        let renewal = current.renewal(of: member, for: session, at: now, random: random)
        if let renewal { return take((.writing(renewal), .write(renewal.renew(row)))) }
        guard let row else { preconditionFailure("who is no member is due") }
        return take((.finished, .finish(current.describe(row))))
    }

    /// Takes the outcome of an ``Action/write(_:)``.
    package mutating func receive(_ outcome: Result<WriteOutcome, TableError>) -> Action {
        guard case .writing(let renewal) = state else {
            preconditionFailure("an outcome came of no write")
        }
        do throws(Refusal) {
            let row = try stored(renewal, by: try outcome.orRefuse())
            return take((.finished, .finish(current.describe(row))))
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    /// The member as it is after the write, which a renewal by somebody else may have preceded.
    private func stored(
        _ renewal: MemberRow,
        by outcome: WriteOutcome
    ) throws(Refusal) -> MemberRow {
        guard case .conditionFailed(let item) = outcome else { return renewal }
        guard let item else { throw .contention }
        let row = try decoded { () throws(TableError) in try MemberRow(item) }
        guard !row.isGone else { throw .contention }
        return row
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }
}

/// Takes a member out of its group, so that others need not wait for the end of its session.
///
///     start ─┬─ holds partitions, or is a member ─→ write ─┬──────────→ finish
///            └─ neither ─→ finish                          └─ an error ─→ fail
///
/// The writes are of different rows. A condition that failed means that the member goes on under its
/// name, or that another has the partition.
package struct LeavePlan: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Do these writes in parallel, decided when the state was read, then
        /// ``LeavePlan/receive(writes:)`` in their order.
        case write([Write])
        /// The member has gone.
        case finish
        /// It has not, or may not have.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was decided yet. Next: writing, finished.
        case created
        /// Its rows are with the table. Next: finished.
        case writing
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let current: SubscriptionState
    private let member: MemberName
    private let rules: Rules
    private var state = State.created

    /// The departure of `member`, who may be none.
    package init(of current: SubscriptionState, for member: MemberName, rules: Rules) {
        self.current = current
        self.member = member
        self.rules = rules
    }

    /// The first action, at a time by the wall clock.
    package mutating func start(now: Timestamp) -> Action {
        guard case .created = state else { preconditionFailure("a member leaves once") }
        var writes = current.held(by: member).map { partition, lease in
            let row = current.row(of: partition)
            return row.leased(lease.ended).replace(row, rules: rules)
        }
        if let row = current.alive(member) { writes.append(row.bury(at: now, rules: rules)) }
        guard !writes.isEmpty else { return take((.finished, .finish)) }
        return take((.writing, .write(writes)))
    }

    /// Takes the outcomes of an ``Action/write(_:)``, in its order.
    package mutating func receive(writes: [Result<WriteOutcome, TableError>]) -> Action {
        guard case .writing = state else { preconditionFailure("outcomes came of no writes") }
        do throws(Refusal) {
            for outcome in writes { _ = try outcome.orRefuse() }
            return take((.finished, .finish))
        } catch {
            return take((.finished, .fail(writes.mayHaveChanged ? .afterChange(error) : error)))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }
}

extension [Result<WriteOutcome, TableError>] {
    /// True when one of the writes was or may have been applied.
    var mayHaveChanged: Bool {
        contains { outcome in
            switch outcome {
            case .success(let outcome): outcome == .applied
            case .failure(let error): error.effect == .indefinite
            }
        }
    }
}

extension SubscriptionState {
    /// Refuses who is no member yet when the group is full, those not counted whose session is over.
    func admit(_ member: MemberName, instead over: [MemberRow]) throws(Refusal) {
        guard alive(member) == nil else { return }
        let gone = Set(over.map(\.name))
        let others = members.count { !$0.isGone && !gone.contains($0.name) }
        guard others < Limits.members else { throw .tooManyMembers }
    }

    /// A renewal of a member's session, where that is due.
    func renewal(
        of member: MemberName,
        for session: Duration,
        at now: Timestamp,
        random: Int64
    ) -> MemberRow? {
        let own = members.first { $0.name == member }
        guard own?.isDue(at: now, for: session) ?? true else { return nil }
        return MemberRow(member, of: subscription, renewedAt: now, for: session, random: random)
    }
}
