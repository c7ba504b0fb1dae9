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
    }

    var clock: BelievedClock { access.clock }

    /// Creates a subscription.
    ///
    /// It keeps `text`, which is `start_from` as the client wrote it, JSON text.
    package func create(
        _ id: SubscriptionID,
        of streamID: StreamID,
        startingAt start: StartPoint,
        text: [UInt8],
        filter: EventFilter? = nil
    ) async throws(LedgerError) -> SubscriptionDescription {
        let found = try await streams.stream(streamID, freshness: .now)
        let stream = found.value
        let positions = try await positions(of: start, in: stream, staying: nil)
        let subscription = SubscriptionRow(
            stream: stream.incarnation,
            id: id,
            incarnation: access.freshID(),
            secret: access.freshSecret(),
            startFrom: text,
            filter: filter,
            created: clock.now(),
            positions: positions
        )
        let write = Write.put(subscription.item, if: .notExists)
        guard try await access.apply(write, decided: found.readAt).isApplied else {
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
        try await describe(try await state(of: id, of: streamID).value)
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
            let writes: [Write] = [.delete(key, if: subscription.unchanged), .put(job.item)]
            return (try await access.apply(writes, decided: decided).isApplied, ())
        }
        signals.change(streamID, subscription: id)
    }

    /// Has a subscription deliver other events from now on; nil: all.
    ///
    /// It stays where it is: what was passed over so far is not delivered later, and cursors stay
    /// valid.
    package func update(
        _ id: SubscriptionID,
        of streamID: StreamID,
        filter: EventFilter?
    ) async throws(LedgerError) -> SubscriptionDescription {
        let changed = try await access.compareAndSet { () throws(LedgerError) in
            let state = try await state(of: id, of: streamID)
            let (subscription, write) = state.value.subscription.filtering(by: filter)
            let changed = state.value.replacing(subscription)
            return (try await access.apply(write, decided: state.readAt).isApplied, changed)
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
            let (stream, current) = (state.value.stream, state.value.positions)
            let positions = try await positions(of: point, in: stream, staying: current)
            let write = state.value.subscription.seek(to: positions)
            return (try await access.apply(write, decided: state.readAt).isApplied, ())
        }
        signals.change(streamID, subscription: id)
    }
}
