public import LedgerCore

/// A page of a subscription.
public struct SubscriptionPage: Sendable {
    /// The stream.
    public let stream: StreamRow
    /// The events.
    public let page: EventPage
    /// Where the page ends, to be committed or continued from.
    public let cursor: String
}

extension Ledger {
    /// Reads a subscription's next events, from a cursor or else from what was committed.
    ///
    /// `wait`: Milliseconds to wait for events when there are none.
    public func poll(
        _ id: SubscriptionID,
        of streamID: StreamID,
        cursor: String?,
        limit: Int,
        wait: Int64
    ) async throws(LedgerError) -> SubscriptionPage {
        let start = clock.instant()
        var now = try await standing(id, of: streamID)
        guard wait > 0 else { return try await page(now, cursor, limit, start) }
        let stream = now.stream
        signals.join(stream.incarnation)
        defer { signals.leave(stream.incarnation) }
        var known = start
        var pause: Int64 = 50
        while true {
            let generation = signals.generation(stream.incarnation)
            let page = try await page(now, cursor, limit, known)
            let left = wait - clock.instant().elapsed(since: start)
            guard page.page.events.isEmpty, page.page.caughtUp, left > 0, !Task.isCancelled else {
                return page
            }
            await waitForAppend(stream, generation, atMost: min(left, pause))
            pause = min(pause * 2, configuration.longPollPause)
            known = clock.instant()
            now = try await standing(id, of: streamID)
            guard now.stream.incarnation == stream.incarnation else {
                throw .streamNotFound(streamID)
            }
        }
    }

    /// Returns after an append by this process, or after `milliseconds`: other processes append
    /// too.
    func waitForAppend(
        _ stream: StreamRow,
        _ generation: UInt64,
        atMost milliseconds: Int64
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                await signals.wait(stream.incarnation, past: generation)
            }
            group.addTask { [self] in
                _ = await attempt { () throws(CancellationError) in
                    try await clock.sleep(milliseconds: milliseconds)
                }
            }
            await group.next()
            group.cancelAll()
        }
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
        positions = page.positions
        let next = Cursor(
            subscription: subscription.incarnation,
            epoch: subscription.epoch,
            positions: positions
        )
        return SubscriptionPage(
            stream: stream,
            page: page,
            cursor: next.encoded(secret: subscription.secret)
        )
    }

    /// Moves a subscription forward to a cursor.
    ///
    /// Where it is further already, it stays.
    public func commit(
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
        let outcomes = await inParallel(moved) { [self] partition in
            let row = PositionRow(
                stream: stream.incarnation,
                subscription: subscription.incarnation,
                partition: partition,
                epoch: subscription.epoch,
                position: cursor.positions[partition.index]
            )
            return await attempt { () throws(LedgerError) in
                try await apply(row.commit, decided: decided)
            }
        }
        for outcome in outcomes { try check(try outcome.get(), subscription) }
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
        guard cursor.epoch == subscription.epoch || !Rule.seekEpoch.isKept else {
            throw .cursorSuperseded
        }
        return cursor
    }
}
