package import LedgerCore

/// A page of a subscription.
package struct SubscriptionPage: Sendable {
    /// The stream.
    package let stream: StreamRow
    /// The events.
    package let page: EventPage
    /// Where the page ends, to be committed or continued from.
    package let cursor: String
}

extension Ledger {
    /// Reads a subscription's next events, from a cursor or else from what was committed.
    ///
    /// `wait`: Milliseconds to wait for events when there are none.
    package func poll(
        _ id: SubscriptionID,
        of streamID: StreamID,
        cursor: String?,
        limit: Int,
        wait: Int64
    ) async throws(LedgerError) -> SubscriptionPage {
        let start = clock.instant()
        guard wait > 0 else {
            return try await page(try await standing(id, of: streamID), cursor, limit, start)
        }
        let guest = signals.join(streamID, subscription: id)
        defer { signals.leave(guest) }
        var now = try await standing(id, of: streamID)
        var found = try await page(now, cursor, limit, start)
        while found.page.isIdle {
            let left = wait - clock.instant().elapsed(since: start)
            let news = await news(for: guest, beyond: Self.stand(of: found.page, now), atMost: left)
            if news == .end || Task.isCancelled { break }
            let known = clock.instant()
            let before = now
            now = try await standing(id, of: streamID)
            guard now.stream.incarnation == before.stream.incarnation else {
                throw .streamNotFound(streamID)
            }
            if news == .events, now.isUnmoved(since: before) {
                found = try await page(now, beyond: found.page, guest, limit, known)
            } else if news == .nothing, now.isUnmoved(since: before) {
                break
            } else {
                found = try await page(now, cursor, limit, known)
            }
            if news == .nothing { break }
        }
        return found
    }

    private static func stand(of page: EventPage, _ now: Standing) -> AppendSignals.Stand {
        AppendSignals.Stand(
            stream: now.stream.incarnation,
            subscription: now.subscription,
            first: now.stream.partitions[0],
            offsets: page.positions.map(\.logOffset)
        )
    }

    /// Reads on where a page found nothing, only in the partitions that had news since.
    private func page(
        _ now: Standing,
        beyond page: EventPage,
        _ guest: AppendSignals.Guest,
        _ limit: Int,
        _ known: Instant
    ) async throws(LedgerError) -> SubscriptionPage {
        let stand = Self.stand(of: page, now)
        let next = try await self.page(
            of: now.stream,
            beyond: stand,
            for: guest,
            limit: limit,
            known: known
        )
        return subscriptionPage(next, now)
    }

    private func page(
        _ now: Standing,
        _ cursor: String?,
        _ limit: Int,
        _ known: Instant
    ) async throws(LedgerError) -> SubscriptionPage {
        let (stream, subscription) = (now.stream, now.subscription)
        var positions = now.positions
        if let cursor { positions = try verified(cursor, subscription, stream).positions }
        let lanes = zip(stream.partitions, positions).map { (partition: $0, position: $1) }
        let page = try await page(of: stream, from: lanes, limit: limit, known: known)
        return subscriptionPage(page, now)
    }

    private func subscriptionPage(_ page: EventPage, _ now: Standing) -> SubscriptionPage {
        let next = Cursor(
            subscription: now.subscription.incarnation,
            epoch: now.subscription.epoch,
            positions: page.positions
        )
        return SubscriptionPage(
            stream: now.stream,
            page: page,
            cursor: next.encoded(secret: now.subscription.secret)
        )
    }

    /// Moves a subscription forward to a cursor.
    ///
    /// Where it is further already, it stays.
    ///
    /// - Throws: ``LedgerError/positionBeyondTail(_:position:tail:)`` when the cursor is from a longer
    ///   log, or what a failed table call becomes.
    package func commit(
        _ id: SubscriptionID,
        of streamID: StreamID,
        cursor text: String
    )
        async throws(LedgerError)
    {
        let decided = clock.instant()
        let now = try await standing(id, of: streamID)
        let (stream, subscription) = (now.stream, now.subscription)
        let cursor = try verified(text, subscription, stream)
        let moved = stream.partitions.filter {
            now.positions[$0.index] != cursor.positions[$0.index]
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
            return await result { () throws(LedgerError) in
                try await apply(row.commit(rules: configuration.rules), decided: decided)
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

    private func verified(
        _ text: String,
        _ subscription: SubscriptionRow,
        _ stream: StreamRow
    )
        throws(LedgerError) -> Cursor
    {
        guard let cursor = Cursor.decode(text)?.verified(secret: subscription.secret),
            cursor.subscription == subscription.incarnation,
            cursor.positions.count == stream.partitionCount
        else { throw .invalidCursor }
        guard cursor.epoch == subscription.epoch || !configuration.rules.keep(.seekEpoch) else {
            throw .cursorSuperseded
        }
        return cursor
    }
}
