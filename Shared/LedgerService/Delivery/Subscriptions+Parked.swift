package import LedgerCore

/// A parked event, and whether it is on its way again.
package struct ParkedEvent: Sendable {
    package let row: ParkedRow
    /// True while it is delivered again.
    package let isReplaying: Bool

    fileprivate init(_ row: ParkedRow, in epoch: Int64) {
        self.row = row
        isReplaying = !row.isParked(in: epoch)
    }
}

/// The answer to a request for parked events.
package struct ReplayReceipt: Sendable {
    /// Parked events that are on their way again.
    package fileprivate(set) var replayed = 0
    /// Those that were named and are not parked, or that the log had lost.
    package fileprivate(set) var notParked: [(partition: Partition, offset: Offset)] = []
    /// Parked events that are left, about; of a list, those that the policy has no room for.
    package fileprivate(set) var left = 0
}

/// A page of parked events, and the place of the next one; nil at the end.
package typealias ParkedPage = (events: [ParkedEvent], next: [UInt8]?)

/// Events that were taken out of a delivery.
extension Subscriptions {
    /// One page of a subscription's parked events, by partition and offset.
    package func parked(
        in id: SubscriptionID,
        of streamID: StreamID,
        partition index: Int64?,
        limit: Int,
        after: [UInt8]?
    ) async throws(LedgerError) -> ParkedPage {
        let state = try await state(of: id, of: streamID).value
        let partition = try index.map { index throws(LedgerError) in
            try self.partition(index, in: state)
        }
        var listing = ParkedListing(
            of: state.subscription,
            in: partition,
            limit: limit,
            after: after
        )
        while let query = listing.next() {
            let page = try await access.rows(query)
            try access.decoded { () throws(TableError) in try listing.receive(page) }
        }
        let epoch = state.subscription.epoch
        return (listing.rows.map { ParkedEvent($0, in: epoch) }, listing.place)
    }

    /// A parked event with its data.
    package func parkedEvent(
        at offset: Offset,
        partition index: Int64,
        in id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> ParkedEvent {
        let state = try await state(of: id, of: streamID).value
        let partition = try partition(index, in: state)
        let row = try await row(of: offset, in: partition, of: state.subscription)
        guard let row, row.isKept else { throw .parkedNotFound(partition, offset) }
        return ParkedEvent(row, in: state.subscription.epoch)
    }

    /// Parks an event that is not finished, whoever has it; with cursors, the next one to be
    /// committed.
    package func park(
        _ offset: Offset,
        partition index: Int64,
        because reason: String,
        in id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> ParkedEvent {
        let state = try await state(of: id, of: streamID)
        let partition = try partition(index, in: state.value)
        guard state.value.subscription.delivery != nil else {
            return try await parkNext(offset, of: partition, because: reason, in: state)
        }
        let removal = DeliveryTask.Removal(of: offset, because: reason)
        let task = DeliveryTask(removal: removal)
        _ = try await turn(at: partition, of: state, doing: task)
        return try await access.afterChange { () throws(LedgerError) in
            let row = try await row(of: offset, in: partition, of: state.value.subscription)
            guard let row else { throw .parkedNotFound(partition, offset) }
            return ParkedEvent(row, in: state.value.subscription.epoch)
        }
    }

    /// Drops a parked event for good; where its key waited for it, the key goes on.
    package func discard(
        _ offset: Offset,
        partition index: Int64,
        in id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) {
        let state = try await state(of: id, of: streamID)
        let partition = try partition(index, in: state.value)
        guard state.value.subscription.delivery != nil else {
            return try await drop(offset, of: partition, in: state.value.subscription)
        }
        _ = try await turn(at: partition, of: state, doing: DeliveryTask(discard: offset))
        signals.change(streamID, subscription: id)
    }

    /// Has parked events delivered again: those that are named, or nil: all, as far as one call goes.
    package func replay(
        _ events: [Partition: [Offset]]?,
        by asker: String,
        in id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> ReplayReceipt {
        let state = try await state(of: id, of: streamID)
        _ = try access.unlessRefused { () throws(Refusal) in try state.value.requireEventsMode() }
        var receipt = ReplayReceipt()
        var wanted: [Partition: [Offset]] = events ?? [:]
        for index in wanted.keys.map(\.index).sorted() {
            _ = try partition(Int64(index), in: state.value)
        }
        var unseen = 0
        if events == nil {
            let page = try await parkedRows(of: state.value.subscription)
            wanted = Dictionary(grouping: page.offsets, by: \.0).mapValues { $0.map(\.1) }
            unseen = page.isLast ? 0 : 1
        }
        try await replay(wanted, by: asker, of: state, isPartial: events == nil, in: &receipt)
        receipt.left += unseen
        signals.change(streamID, subscription: id)
        return receipt
    }

    private func replay(
        _ wanted: [Partition: [Offset]],
        by asker: String,
        of state: Observed<SubscriptionState>,
        isPartial: Bool,
        in receipt: inout ReplayReceipt
    ) async throws(LedgerError) {
        let partitions = wanted.sorted { $0.key < $1.key }
        let outcomes = await inParallel(partitions) { [self] partition, offsets in
            await result { () throws(LedgerError) in
                try await replay(
                    offsets,
                    of: partition,
                    by: asker,
                    in: state,
                    isPartial: isPartial
                )
            }
        }
        for (partition, outcome) in zip(partitions.map(\.key), outcomes) {
            guard case .success(let fate) = outcome else { continue }
            receipt.replayed += fate.replayed
            receipt.left += fate.left
            receipt.notParked += fate.notParked.map { (partition: partition, offset: $0) }
        }
        guard let failure = LedgerError.first(of: outcomes) else { return }
        throw receipt.replayed > 0 ? failure.afterChange : failure
    }

    /// Asks for a partition's events, in as many transactions as they take; if `isPartial`, in one.
    private func replay(
        _ offsets: [Offset],
        of partition: Partition,
        by asker: String,
        in state: Observed<SubscriptionState>,
        isPartial: Bool
    ) async throws(LedgerError) -> (replayed: Int, notParked: [Offset], left: Int) {
        var (left, replayed, notParked): ([Offset], Int, [Offset]) = (offsets, 0, [])
        while !left.isEmpty {
            let batch = Array(left.prefix(Limits.parkingsAtOnce))
            let task = DeliveryTask(replay: DeliveryTask.Replay(of: batch, by: asker))
            let outcome = await result { () throws(LedgerError) in
                try await turn(at: partition, of: state, doing: task)
            }
            let delivered = try outcome.orThrow(afterChange: replayed > 0)
            replayed += delivered.replayed
            notParked += delivered.notParked
            left = delivered.replaysLeft + left.dropFirst(batch.count)
            guard !isPartial, delivered.replayed > 0 || delivered.replaysLeft.isEmpty else { break }
        }
        return (replayed, notParked, left.count)
    }

    /// The events that are parked, of the first page of rows that has any.
    ///
    /// Pages of rows that were asked for before, or are gone, may lie in front of it.
    private func parkedRows(
        of subscription: SubscriptionRow
    ) async throws(LedgerError) -> (offsets: [(Partition, Offset)], isLast: Bool) {
        let group = RowGroup.parked(subscription.stream, subscription: subscription.incarnation)
        var after: [UInt8]?
        while true {
            let page = try await access.rows(
                Query(group, after: after, limit: Limits.parkedRows)
            )
            let rows = try access.decoded { () throws(TableError) in
                try page.items.map { item throws(TableError) in try ParkedRow(item) }
            }
            let parked = rows.filter { $0.isParked(in: subscription.epoch) && $0.content != nil }
            guard parked.isEmpty, let next = page.next else {
                return (parked.map { ($0.partition, $0.offset) }, page.next == nil)
            }
            after = next
        }
    }

    // MARK: With cursors

    /// Parks the event at which a partition stands, so that a consumer may commit past it.
    private func parkNext(
        _ offset: Offset,
        of partition: Partition,
        because reason: String,
        in state: Observed<SubscriptionState>
    ) async throws(LedgerError) -> ParkedEvent {
        let position = state.value.positions[partition.index]
        guard position == .log(offset) else {
            throw .invalid(
                field: "offset",
                message: "must be the committed one, \(position.logOffset.rawValue)"
            )
        }
        let page = try await reads.page(
            of: Observed(state.value.stream, readAt: state.readAt),
            from: [(partition: partition, position: position)],
            limit: 1
        )
        guard let content = ParkedRow.Content(firstOf: page) else {
            throw .eventNotOpen(partition, offset)
        }
        let now = clock.wall()
        let entry = ParkingHistory.Entry(
            .byHand,
            reason: reason,
            deliveries: 0,
            firstDelivery: now,
            lastDelivery: now,
            parked: now,
            consumer: ""
        )
        let subscription = state.value.subscription
        let row = try await replace(offset, of: partition, in: subscription) { former in
            ParkedRow(
                offset,
                in: partition,
                of: (subscription.stream, subscription.incarnation),
                content: content,
                because: entry,
                after: former
            )
        }
        return ParkedEvent(row, in: subscription.epoch)
    }

    private func drop(
        _ offset: Offset,
        of partition: Partition,
        in subscription: SubscriptionRow
    ) async throws(LedgerError) {
        let now = clock.wall()
        _ = try await replace(offset, of: partition, in: subscription) {
            former throws(LedgerError) in
            guard let former, former.isKept else { throw .parkedNotFound(partition, offset) }
            return former.gone(at: now)
        }
    }

    /// Replaces a parked event's row where no delivery's row stands beside it.
    private func replace(
        _ offset: Offset,
        of partition: Partition,
        in subscription: SubscriptionRow,
        by make: (ParkedRow?) throws(LedgerError) -> ParkedRow
    ) async throws(LedgerError) -> ParkedRow {
        try await access.compareAndSet { () throws(LedgerError) in
            let decided = clock.instant()
            let former = try await row(of: offset, in: partition, of: subscription)
            let row = try make(former)
            let write = row.write(after: former, rules: access.configuration.rules)
            return (try await access.apply(write, decided: decided).isApplied, row)
        }
    }

    // MARK: Rows

    private func partition(
        _ index: Int64,
        in state: SubscriptionState
    ) throws(LedgerError) -> Partition {
        try access.unlessRefused { () throws(Refusal) in
            try state.stream.partition(index)
        }
    }

    private func row(
        of offset: Offset,
        in partition: Partition,
        of subscription: SubscriptionRow
    ) async throws(LedgerError) -> ParkedRow? {
        let key = TableKey.parked(
            stream: subscription.stream,
            subscription: subscription.incarnation,
            partition,
            offset
        )
        let item = try await access.row(key)
        return try access.decoded { () throws(TableError) in
            try item.map { item throws(TableError) in try ParkedRow(item) }
        }
    }
}
