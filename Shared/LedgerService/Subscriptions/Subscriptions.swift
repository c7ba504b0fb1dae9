package import LedgerCore

/// Subscriptions: their rows, their polls and what they commit.
package final class Subscriptions: Sendable {
    let access: TableAccess
    let streams: StreamCatalog
    let offsets: OffsetSearches
    let reads: Reads
    let signals: AppendSignals
    let hints: ReadHints
    /// The sessions and releases of groups that this process has seen.
    let timers: GroupTimers
    /// The turns of this process at deliveries' rows.
    let lanes = DeliveryLanes()
    /// The times of events that this process has looked up.
    let times: EventTimes
    /// The subscriptions that this process has seen, and how far some of them are behind.
    let lags = SubscriptionLags()

    init(
        _ access: TableAccess,
        streams: StreamCatalog,
        offsets: OffsetSearches,
        reads: Reads,
        signals: AppendSignals,
        hints: ReadHints
    ) {
        self.access = access
        self.streams = streams
        self.offsets = offsets
        self.reads = reads
        self.signals = signals
        self.hints = hints
        timers = GroupTimers(rules: access.configuration.rules)
        times = EventTimes(access)
    }

    var clock: BelievedClock { access.clock }

    /// Creates a subscription.
    ///
    /// It keeps `text`, which is `start_from` as the client wrote it, JSON text. With a policy each of
    /// its events is acknowledged by itself, and only then it can have a webhook.
    package func create(
        _ id: SubscriptionID,
        of streamID: StreamID,
        startingAt start: StartPoint,
        text: [UInt8],
        filter: EventFilter? = nil,
        delivery policy: DeliveryPolicy? = nil,
        webhook change: WebhookChange? = nil
    ) async throws(LedgerError) -> SubscriptionDescription {
        let found = try await streams.stream(streamID, freshness: .now)
        let stream = found.value
        try start.check(against: policy, named: "start_from")
        let positions = try await positions(of: start, in: stream, staying: nil)
        var webhook: WebhookSettings?
        if let change { webhook = try await self.webhook(change, after: nil) }
        let subscription = SubscriptionRow(
            stream: stream.incarnation,
            id: id,
            incarnation: access.freshID(),
            secret: access.freshSecret(),
            startFrom: text,
            filter: filter,
            delivery: policy.map { SubscriptionRow.Delivery($0, salt: access.freshID()) },
            webhook: webhook,
            created: clock.now(),
            positions: positions
        )
        let writes = subscription.creation(at: clock.wall())
        guard try await access.isApplied(writes, decided: found.readAt) else {
            throw .subscriptionAlreadyExists(id)
        }
        let state = SubscriptionState(
            stream: stream,
            subscription: subscription,
            positions: positions
        )
        return try await access.afterChange { () throws(LedgerError) in try await describe(state) }
    }

    /// A subscription and its place in each partition.
    package func describe(
        _ id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> SubscriptionDescription {
        let description = try await describe(try await state(of: id, of: streamID).value)
        access.configuration.noteLag?(SubscriptionLag(description))
        return description
    }

    /// One page of a stream's subscriptions, by name.
    package func list(
        of streamID: StreamID,
        limit: Int,
        after: [UInt8]?
    ) async throws(LedgerError) -> (subscriptions: [SubscriptionRow], next: [UInt8]?) {
        let stream = try await streams.stream(streamID, freshness: .now).value
        let page = try await access.rows(
            Query(.subscriptions(stream.incarnation), after: after, limit: limit)
        )
        let subscriptions = try access.decoded { () throws(TableError) in
            try page.items.map { item throws(TableError) in try SubscriptionRow(item) }
        }
        return (subscriptions, page.next)
    }

    /// Deletes a subscription; its positions are removed in the background.
    package func delete(
        _ id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) {
        let stream = try await streams.stream(streamID, freshness: .now).value
        try await access.compareAndSet { () throws(LedgerError) in
            let decided = clock.instant()
            let key = TableKey.subscription(stream.incarnation, id)
            let row = try await access.row(key)
            let subscription = try access.unlessRefused { () throws(Refusal) in
                try SubscriptionRow.existing(row, named: id)
            }
            let job = DeletionJob(
                stream: stream.incarnation,
                subscription: subscription.incarnation,
                partitionCount: stream.partitionCount,
                deletedAt: clock.wall(),
                rules: access.configuration.rules
            )
            let writes = subscription.removal + [.put(job.item)]
            return (try await access.apply(writes, decided: decided).isApplied, ())
        }
        signals.change(streamID, subscription: id)
    }

    /// Changes what a subscription delivers, and how.
    ///
    /// With another filter it stays where it is: what was passed over so far is not delivered later,
    /// and cursors stay valid. To be acknowledged in the other way it is moved to where it stands, so
    /// cursors and leases from before are refused.
    package func update(
        _ id: SubscriptionID,
        of streamID: StreamID,
        by change: SubscriptionChange
    ) async throws(LedgerError) -> SubscriptionDescription {
        let changed = try await access.compareAndSet { () throws(LedgerError) in
            let state = try await state(of: id, of: streamID)
            let former = state.value.subscription
            let subscription = try access.unlessRefused { () throws(Refusal) in
                try change.applied(to: state.value, salt: access.freshID())
            }
            let (sent, writes) = try await sending(by: change.webhook, subscription, over: former)
            let changed = state.value.replacing(sent)
            return (try await access.isApplied(writes, decided: state.readAt), changed)
        }
        signals.change(streamID, subscription: id)
        return try await access.afterChange { () throws(LedgerError) in
            try await describe(changed)
        }
    }

    /// Moves a subscription; cursors from before are refused from now on.
    package func seek(
        _ id: SubscriptionID,
        of streamID: StreamID,
        to point: StartPoint
    ) async throws(LedgerError) {
        try await access.compareAndSet { () throws(LedgerError) in
            let state = try await state(of: id, of: streamID)
            try point.check(against: state.value.subscription.delivery?.policy, named: "to")
            let (stream, current) = (state.value.stream, state.value.unfinished)
            let positions = try await positions(of: point, in: stream, staying: current)
            let write = state.value.subscription.seek(to: positions)
            return (try await access.apply(write, decided: state.readAt).isApplied, ())
        }
        signals.change(streamID, subscription: id)
    }
}

extension StartPoint {
    /// The compacted state has no order and no offsets that could be acknowledged one by one.
    fileprivate func check(
        against policy: DeliveryPolicy?,
        named field: String
    ) throws(LedgerError) {
        guard policy != nil, self == .compacted else { return }
        throw .invalid(
            field: field,
            message: "can't be \"compacted\" where events are acknowledged one by one"
        )
    }
}
