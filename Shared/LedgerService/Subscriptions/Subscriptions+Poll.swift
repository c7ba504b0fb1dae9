package import LedgerCore

/// A page of a subscription.
package struct SubscriptionPage: Sendable {
    /// The stream as it was when the page was read.
    package let stream: StreamRow
    /// The events, and where each partition stands behind them.
    package let page: EventPage
    /// The end of the page, to be committed or continued from.
    package let cursor: String

    fileprivate init(_ page: EventPage, of state: SubscriptionState) {
        stream = state.stream
        self.page = page
        cursor = state.cursor(at: page.positions)
    }
}

/// Polls, and the shell of ``CommitPlan``.
extension Subscriptions {
    /// Reads a subscription's next events, from a cursor or else from what was committed.
    ///
    /// When there are none it waits for them, at most `wait`.
    package func poll(
        _ id: SubscriptionID,
        of streamID: StreamID,
        cursor: String?,
        limit: Int,
        wait: Duration
    ) async throws(LedgerError) -> SubscriptionPage {
        let begun = clock.instant()
        guard wait > .zero else {
            let state = try await state(of: id, of: streamID)
            return try await page(of: state, from: cursor, limit: limit)
        }
        let guest = signals.join(streamID, subscription: id)
        defer { signals.leave(guest) }
        var state = try await state(of: id, of: streamID)
        var found = try await page(of: state, from: cursor, limit: limit)
        let ground = WaitPlan.Ground(state.value)
        try await reads.wait(
            WaitPlan(of: streamID, on: ground, begun: begun, patience: wait),
            for: guest,
            isIdle: found.page.isIdle,
            stand: { AppendSignals.Stand(of: found.page, in: state.value) },
            look: { () throws(LedgerError) in
                state = try await self.state(of: id, of: streamID)
                return WaitPlan.Ground(state.value)
            },
            read: { isAnew throws(LedgerError) in
                found =
                    isAnew
                    ? try await page(of: state, from: cursor, limit: limit)
                    : try await page(of: state, beyond: found.page, for: guest, limit: limit)
                return found.page.isIdle
            }
        )
        return found
    }

    /// Reads on where a page found nothing, only in the partitions that had news since.
    private func page(
        of state: Observed<SubscriptionState>,
        beyond page: EventPage,
        for guest: AppendSignals.Guest,
        limit: Int
    ) async throws(LedgerError) -> SubscriptionPage {
        let next = try await reads.page(
            of: Observed(state.value.stream, readAt: state.readAt),
            beyond: AppendSignals.Stand(of: page, in: state.value),
            for: guest,
            limit: limit,
            filter: state.value.subscription.filter
        )
        return SubscriptionPage(next, of: state.value)
    }

    private func page(
        of state: Observed<SubscriptionState>,
        from cursor: String?,
        limit: Int
    ) async throws(LedgerError) -> SubscriptionPage {
        let stream = Observed(state.value.stream, readAt: state.readAt)
        let positions = try access.unlessRefused { () throws(Refusal) in
            try state.value.positions(from: cursor, rules: access.configuration.rules)
        }
        let lanes = positions.pairs.map { (partition: $0, position: $1) }
        let page = try await reads.page(
            of: stream,
            from: lanes,
            limit: limit,
            filter: state.value.subscription.filter
        )
        return SubscriptionPage(page, of: state.value)
    }

    /// Moves a subscription forward to a cursor; where it is further already, it stays.
    ///
    /// Partitions in `offsets`, by number, are moved so far only: part of a page was handled.
    ///
    /// - Throws: ``LedgerError/positionBeyondTail(_:position:tail:)`` when the cursor is from a longer
    ///   log, or what a failed table call becomes.
    package func commit(
        _ id: SubscriptionID,
        of streamID: StreamID,
        cursor: String,
        offsets: [Int: Offset] = [:]
    ) async throws(LedgerError) {
        let state = try await state(of: id, of: streamID)
        let stream = state.value.stream
        var plan = CommitPlan(
            of: state.value,
            trust: access.trust(in: stream),
            rules: access.configuration.rules
        )
        var action = plan.start(to: cursor, stoppingAt: offsets) { partition, offset in
            hints.reaches(offset, of: partition, in: stream.incarnation)
        }
        while true {
            switch action {
            case .checkTails(let checks):
                let results = await inParallel(checks) { [self] check in
                    await checked(check, in: stream)
                }
                action = plan.receive(checks: results)
            case .write(let writes):
                let outcomes = await inParallel(writes) { [self] write in
                    await result { () throws(TableError) in
                        try await access.table.write(write, decided: state.readAt)
                    }
                }
                action = plan.receive(writes: outcomes)
            case .finish: return
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    private func checked(
        _ check: PositionCheck,
        in stream: StreamRow
    ) async -> Result<Offset, Refusal> {
        let tail = await result { () throws(TableError) in
            try await access.readTail(of: check.partition, in: stream.incarnation)
        }
        let result = check.judge(tail, now: clock.wall())
        hints.remember(result, of: check.partition, in: stream)
        return result
    }
}

extension ReadHints {
    /// Keeps how far a log reaches for certain; a refusal teaches nothing.
    fileprivate func remember(
        _ reach: Result<Offset, Refusal>,
        of partition: Partition,
        in stream: StreamRow
    ) {
        guard case .success(let offset) = reach else { return }
        self.reach(offset, of: partition, in: stream.incarnation)
    }
}

extension AppendSignals.Stand {
    /// The stand of a guest who has read a page to its end.
    fileprivate init(of page: EventPage, in state: SubscriptionState) {
        self.init(
            stream: state.stream.incarnation,
            subscription: state.subscription,
            first: state.stream.partitions[0],
            offsets: page.positions.values.map(\.logOffset)
        )
    }
}
