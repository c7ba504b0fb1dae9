package import LedgerCore

/// A page of a subscription.
package struct SubscriptionPage: Sendable {
    /// The stream as it was when the page was read.
    package let stream: StreamRow
    /// The events, and where each partition stands behind them.
    package let page: EventPage
    /// The end of the page, to be committed or continued from.
    package let cursor: String

    /// A page, which ends at `cursor`; nil: where its positions are.
    init(_ page: EventPage, of state: SubscriptionState, cursor: String? = nil) {
        stream = state.stream
        self.page = page
        self.cursor = cursor ?? state.cursor(at: page.positions)
    }
}

/// Polls without a group.
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
            let state = try await cursorState(of: id, of: streamID)
            let found = try await page(of: state, from: cursor, limit: limit)
            noteLag(of: id, before: found)
            return found
        }
        let guest = signals.join(streamID, subscription: id)
        defer { signals.leave(guest) }
        var state = try await cursorState(of: id, of: streamID)
        var found = try await page(of: state, from: cursor, limit: limit)
        let ground = WaitPlan.Ground(state.value)
        try await reads.wait(
            WaitPlan(of: streamID, on: ground, begun: begun, patience: wait),
            for: guest,
            isIdle: found.page.isIdle,
            stand: { AppendSignals.Stand(of: found.page, in: state.value) },
            look: { () throws(LedgerError) in
                state = try await cursorState(of: id, of: streamID)
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
        noteLag(of: id, before: found)
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
}

extension AppendSignals.Stand {
    /// The stand of a guest who has read a page to its end.
    init(of page: EventPage, in state: SubscriptionState) {
        self.init(
            stream: state.stream.incarnation,
            subscription: state.subscription,
            partitions: page.positions.partitions,
            offsets: page.positions.values.map(\.logOffset)
        )
    }
}
