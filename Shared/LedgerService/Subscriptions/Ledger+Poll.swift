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

extension Ledger {
    /// Reads a subscription's next events, from a cursor or else from what was committed.
    ///
    /// When there are none it waits for them, at most `wait` milliseconds.
    package func poll(
        _ id: SubscriptionID,
        of streamID: StreamID,
        cursor: String?,
        limit: Int,
        wait: Int64
    ) async throws(LedgerError) -> SubscriptionPage {
        let begun = clock.instant()
        guard wait > 0 else {
            let state = try await state(of: id, of: streamID)
            return try await page(of: state, from: cursor, limit: limit)
        }
        let guest = signals.join(streamID, id)
        defer { signals.leave(guest) }
        var state = try await state(of: id, of: streamID)
        var found = try await page(of: state, from: cursor, limit: limit)
        while found.page.isIdle {
            let left = wait - clock.instant().elapsed(since: begun)
            let stand = AppendSignals.Stand(of: found.page, in: state.value)
            let news = await news(for: guest, beyond: stand, atMost: left)
            if news == .end || Task.isCancelled { break }
            let before = state
            state = try await self.state(of: id, of: streamID)
            guard state.value.stream.incarnation == before.value.stream.incarnation else {
                throw .streamNotFound(streamID)
            }
            if news == .events, state.value.isUnmoved(since: before.value) {
                found = try await page(of: state, beyond: found.page, for: guest, limit: limit)
            } else if news == .nothing, state.value.isUnmoved(since: before.value) {
                break
            } else {
                found = try await page(of: state, from: cursor, limit: limit)
            }
            if news == .nothing { break }
        }
        return found
    }

    /// Reads on where a page found nothing, only in the partitions that had news since.
    private func page(
        of state: Observed<SubscriptionState>,
        beyond page: EventPage,
        for guest: AppendSignals.Guest,
        limit: Int
    ) async throws(LedgerError) -> SubscriptionPage {
        let next = try await self.page(
            of: state.value.stream,
            beyond: AppendSignals.Stand(of: page, in: state.value),
            guest,
            limit: limit,
            known: state.readAt
        )
        return SubscriptionPage(next, of: state.value)
    }

    private func page(
        of state: Observed<SubscriptionState>,
        from cursor: String?,
        limit: Int
    ) async throws(LedgerError) -> SubscriptionPage {
        let stream = state.value.stream
        let positions = try unlessRefused { () throws(Refusal) in
            try state.value.positions(from: cursor, rules: configuration.rules)
        }
        let lanes = zip(stream.partitions, positions).map { (partition: $0, position: $1) }
        let page = try await page(of: stream, from: lanes, limit: limit, known: state.readAt)
        return SubscriptionPage(page, of: state.value)
    }

    /// Moves a subscription forward to a cursor; where it is further already, it stays.
    ///
    /// - Throws: ``LedgerError/positionBeyondTail(_:position:tail:)`` when the cursor is from a longer
    ///   log, or what a failed table call becomes.
    package func commit(
        _ id: SubscriptionID,
        of streamID: StreamID,
        cursor text: String
    ) async throws(LedgerError) {
        let state = try await state(of: id, of: streamID)
        let (stream, subscription) = (state.value.stream, state.value.subscription)
        let cursor = try unlessRefused { () throws(Refusal) in
            try state.value.cursor(text, rules: configuration.rules)
        }
        let moved = stream.partitions.filter {
            state.value.positions[$0.index] != cursor.positions[$0.index]
        }
        try await check(cursor.positions, of: moved, in: stream)
        let outcomes = await inParallel(moved) { [self] partition in
            let row = PositionRow(
                stream: stream.incarnation,
                subscription: subscription.incarnation,
                partition: partition,
                epoch: subscription.epoch,
                position: cursor.positions[partition.index]
            )
            return await attempt { () throws(LedgerError) in
                try await apply(row.commit(rules: configuration.rules), decided: state.readAt)
            }
        }
        let isChanged = outcomes.contains { outcome in
            switch outcome {
            case .success(let outcome): outcome == .applied
            case .failure(let error): error.mayHaveHappened
            }
        }
        for outcome in outcomes {
            do throws(LedgerError) {
                try check(try outcome.get(), subscription)
            } catch {
                throw isChanged ? error.afterChange : error
            }
        }
    }

    /// A commit that was not written found a later position, which is fine, or a later epoch.
    private func check(
        _ outcome: WriteOutcome,
        _ subscription: SubscriptionRow
    )
        throws(LedgerError)
    {
        guard case .conditionFailed(let current) = outcome, let current else { return }
        let row = try decoded { () throws(TableError) in try PositionRow(current) }
        guard row.epoch == subscription.epoch else { throw .cursorSuperseded }
    }

    /// Refuses positions beyond the end of their partitions: what is published there later would be
    /// passed over.
    ///
    /// `positions`: By partition number, of which `partitions` are looked at.
    private func check(
        _ positions: [Position],
        of partitions: [Partition],
        in stream: StreamRow
    ) async throws(LedgerError) {
        let open = partitions.filter {
            !hints.reaches(stream.incarnation, $0, positions[$0.index].logOffset)
        }
        let checks = await inParallel(open) { [self] partition in
            await attempt { () throws(LedgerError) in
                try await check(positions[partition.index].logOffset, partition, stream)
            }
        }
        for check in checks { try check.get() }
    }

    private func check(
        _ position: Offset,
        _ partition: Partition,
        _ stream: StreamRow
    ) async throws(LedgerError) {
        let reading: TailReading
        do throws(TableError) {
            reading = try await readTail(stream.incarnation, partition)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
        switch reading.verdict(at: clock.wall(), trust(in: stream)) {
        case .tail(let tail) where position <= tail.next,
            .unverified(let tail) where position <= tail.next:
            hints.reach(stream.incarnation, partition, tail.next)
        case .tail(let tail):
            throw .positionBeyondTail(partition, position: position, tail: tail.next)
        case .unverified: throw .tailUnverified(partition)
        case .sealed: throw .streamNotFound(stream.id)
        }
    }
}

extension AppendSignals.Stand {
    /// The stand of a guest who has read a page to its end.
    fileprivate init(of page: EventPage, in state: SubscriptionState) {
        self.init(
            stream: state.stream.incarnation,
            subscription: state.subscription,
            first: state.stream.partitions[0],
            offsets: page.positions.map(\.logOffset)
        )
    }
}

extension SubscriptionState {
    /// True when neither a seek nor a commit has moved it since.
    fileprivate func isUnmoved(since before: SubscriptionState) -> Bool {
        subscription.incarnation == before.subscription.incarnation
            && subscription.epoch == before.subscription.epoch && positions == before.positions
    }
}
