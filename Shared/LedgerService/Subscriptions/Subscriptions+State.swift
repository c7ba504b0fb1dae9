import LedgerCore

/// The shell of ``SubscriptionStatePlan``.
extension Subscriptions {
    /// Reads a subscription for a call: who is called for is seen by ``SubscriptionLags``.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    func state(
        of id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> Observed<SubscriptionState> {
        let state = try await unseenState(of: id, of: streamID)
        if access.configuration.showsLags {
            lags.see(SubscriptionName(id, of: streamID), at: clock.uptime())
        }
        return state
    }

    /// Reads a subscription, its stream and its positions as the table has them now: in one step
    /// where their rows are known, else one after another.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    func unseenState(
        of id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> Observed<SubscriptionState> {
        let readAt = clock.instant()
        let hint = hints.rows(of: id, in: streamID).map {
            SubscriptionStatePlan.Hint(stream: $0.stream, subscription: $0.subscription)
        }
        var plan = SubscriptionStatePlan(id, of: streamID, hint: hint)
        var action = plan.start()
        while true {
            switch action {
            case .readAll(let reads):
                action = plan.receive(all: await access.table.findTogether(reads))
            case .read(let key): action = plan.receive(row: await access.find(key))
            case .readPositions(let query, let subscription, let stream):
                _ = hints.remember(subscription, of: stream)
                action = plan.receive(page: await access.find(query))
            case .finish(let state): return Observed(state, readAt: readAt)
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    /// The same of a subscription whose events are acknowledged by cursors; any other is refused.
    func cursorState(
        of id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> Observed<SubscriptionState> {
        let state = try await state(of: id, of: streamID)
        try access.unlessRefused { () throws(Refusal) in try state.value.requireCursors() }
        return state
    }
}
