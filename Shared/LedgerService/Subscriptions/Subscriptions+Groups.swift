import CoreMetrics
package import LedgerCore

/// A member of a group, as its calls name it.
package struct MemberRequest: Hashable, Sendable {
    /// Its name, which no other process may use.
    package let name: MemberName
    /// The time for which it counts after a renewal; in ``Limits/session``.
    package let session: Duration

    /// A member of this name, with a session within the limits.
    package init(_ name: MemberName, session: Duration = Limits.defaultSession) {
        self.name = name
        self.session = session
    }
}

/// A page of what a group's member holds.
package struct GroupPage: Sendable {
    /// The events of the partitions that it holds and does not give up; the cursor has all it holds.
    package let page: SubscriptionPage
    /// The partitions that it holds.
    package let share: GroupShare

    fileprivate let view: GroupView

    fileprivate init(_ page: EventPage, of view: GroupView) {
        let (share, state) = (view.share, view.state.value)
        let cursor = share.cursor(at: page.positions, of: state)
        self.page = SubscriptionPage(page, of: state, cursor: cursor)
        self.share = share
        self.view = view
    }
}

/// A look at a group by one of its members.
private struct GroupView: Sendable {
    let state: Observed<SubscriptionState>
    let share: GroupShare

    var ground: GroupWaitPlan.View {
        GroupWaitPlan.View(share, of: state.value.subscription)
    }
}

/// The shells of ``GroupPlan``, ``GroupWaitPlan``, ``HeartbeatPlan`` and ``LeavePlan``.
extension Subscriptions {
    /// Takes a member's share of a subscription, and reads the next events of it, from the cursor
    /// where that is of its present leases, else from what was committed.
    ///
    /// When there are none it waits, at most `wait`, for events or for another share.
    package func poll(
        _ id: SubscriptionID,
        of streamID: StreamID,
        as member: MemberRequest,
        cursor: String?,
        limit: Int,
        wait: Duration
    ) async throws(LedgerError) -> GroupPage {
        let begun = clock.instant()
        let guest = signals.join(streamID, subscription: id)
        defer { signals.leave(guest) }
        var view = try await look(at: id, of: streamID, as: member, from: cursor)
        var found = try await page(of: view, limit: limit)
        var plan = GroupWaitPlan(of: streamID, seeing: view.ground, begun: begun, patience: wait)
        var action = plan.receive(isIdle: found.page.page.isIdle, now: clock.instant())
        while true {
            switch action {
            case .wait(let length):
                let stand = AppendSignals.Stand(of: found.page.page, in: view.state.value)
                let news = await reads.news(for: guest, beyond: stand, atMost: length)
                action = plan.receive(news, isCancelled: Task.isCancelled)
            case .look:
                view = try await look(at: id, of: streamID, as: member, from: cursor)
                action = plan.receive(view.ground, now: clock.instant())
            case .read:
                found =
                    view.ground == found.view.ground
                    ? try await page(of: view, beyond: found, for: guest, limit: limit)
                    : try await page(of: view, limit: limit)
                action = plan.receive(isIdle: found.page.page.isIdle, now: clock.instant())
            case .finish:
                noteLag(of: id, before: found.page)
                return found
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func look(
        at id: SubscriptionID,
        of streamID: StreamID,
        as member: MemberRequest,
        from cursor: String?
    ) async throws(LedgerError) -> GroupView {
        let state = try await cursorState(of: id, of: streamID)
        let now = clock.instant()
        var plan = GroupPlan(
            of: state.value,
            for: member.name,
            session: member.session,
            rules: access.configuration.rules
        )
        var action = plan.start(
            from: cursor,
            now: clock.wall(),
            random: access.freshNumber(),
            isOver: { timers.isOver($0, at: now) }
        )
        while true {
            switch action {
            case .write(let writes):
                action = plan.receive(writes: await done(writes, decided: state.readAt))
            case .finish(let share):
                access.metrics.groupMoves.increment(by: share.taken(since: state.value))
                return GroupView(state: state, share: share)
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func page(
        of view: GroupView,
        limit: Int
    ) async throws(LedgerError) -> GroupPage {
        let lanes = view.share.assigned.map { (partition: $0.partition, position: $0.position) }
        guard !lanes.isEmpty else {
            try access.checkPatience(since: view.state.readAt)
            return GroupPage(.ofNothing, of: view)
        }
        let state = view.state
        let page = try await reads.page(
            of: Observed(state.value.stream, readAt: state.readAt),
            from: lanes,
            limit: limit,
            filter: state.value.subscription.filter
        )
        return GroupPage(page, of: view)
    }

    /// Reads on where a page of the same share found nothing.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func page(
        of view: GroupView,
        beyond found: GroupPage,
        for guest: AppendSignals.Guest,
        limit: Int
    ) async throws(LedgerError) -> GroupPage {
        guard !view.share.assigned.isEmpty else { return try await page(of: view, limit: limit) }
        let state = view.state
        let page = try await reads.page(
            of: Observed(state.value.stream, readAt: state.readAt),
            beyond: AppendSignals.Stand(of: found.page.page, in: state.value),
            for: guest,
            limit: limit,
            filter: state.value.subscription.filter
        )
        return GroupPage(page, of: view)
    }

    // MARK: Members

    /// The members of a subscription's group, by name, as far as their sessions are not over.
    package func members(
        of id: SubscriptionID,
        in streamID: StreamID
    ) async throws(LedgerError) -> [GroupMember] {
        members(of: try await cursorState(of: id, of: streamID).value)
    }

    func members(of state: SubscriptionState) -> [GroupMember] {
        let now = clock.instant()
        return state.group { timers.isOver($0, at: now) }
    }

    /// Renews a member's session; makes a member of who is none yet.
    package func heartbeat(
        of member: MemberRequest,
        in id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> GroupMember {
        let state = try await cursorState(of: id, of: streamID)
        let now = clock.instant()
        var plan = HeartbeatPlan(of: state.value, for: member.name, session: member.session)
        var action = plan.start(
            now: clock.wall(),
            random: access.freshNumber(),
            isOver: { timers.isOver($0, at: now) }
        )
        while true {
            switch action {
            case .write(let write):
                action = plan.receive(await done([write], decided: state.readAt)[0])
            case .finish(let member): return member
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    /// Takes a member out of its group; who is none has left already.
    package func leave(
        _ name: MemberName,
        in id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) {
        let state = try await cursorState(of: id, of: streamID)
        let rules = access.configuration.rules
        var plan = LeavePlan(of: state.value, for: name, rules: rules)
        var action = plan.start(now: clock.wall())
        while true {
            switch action {
            case .write(let writes):
                action = plan.receive(writes: await done(writes, decided: state.readAt))
            case .finish: return
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }
}
