package import LedgerCore

extension Ledger {
    /// Creates a subscription.
    ///
    /// `start`: Where it begins.
    ///
    /// `text`: `start_from` as the client wrote it, JSON text.
    package func createSubscription(
        _ id: SubscriptionID,
        of streamID: StreamID,
        startingAt start: StartPoint,
        text: [UInt8]
    ) async throws(LedgerError) -> SubscriptionDescription {
        let decided = clock.instant()
        let stream = try await activeStream(streamID)
        let positions = try await positions(of: start, in: stream, staying: nil)
        let subscription = SubscriptionRow(
            stream: stream.incarnation,
            id: id,
            incarnation: freshID(),
            secret: freshSecret(),
            startFrom: text,
            created: clock.now(),
            positions: positions
        )
        let write = Write.put(subscription.item, if: .notExists)
        guard case .applied = try await apply(write, decided: decided) else {
            throw .subscriptionAlreadyExists(id)
        }
        let standing = Standing(stream: stream, subscription: subscription, positions: positions)
        return try await afterChange { () throws(LedgerError) in try await describe(standing) }
    }

    /// A subscription and how it stands.
    package func describeSubscription(
        _ id: SubscriptionID,
        of streamID: StreamID
    )
        async throws(LedgerError) -> SubscriptionDescription
    {
        try await describe(try await standing(id, of: streamID))
    }

    /// One page of a stream's subscriptions, by name.
    package func listSubscriptions(
        of streamID: StreamID,
        limit: Int,
        after: [UInt8]?
    )
        async throws(LedgerError) -> (subscriptions: [SubscriptionRow], next: [UInt8]?)
    {
        let stream = try await activeStream(streamID)
        let page = try await rows(
            Query(.subscriptions(stream.incarnation), after: after, limit: limit)
        )
        let subscriptions = try decoded { () throws(TableError) in
            try page.items.map { item throws(TableError) in try SubscriptionRow(item) }
        }
        return (subscriptions, page.next)
    }

    /// Deletes a subscription; its positions are removed in the background.
    package func deleteSubscription(
        _ id: SubscriptionID,
        of streamID: StreamID
    )
        async throws(LedgerError)
    {
        let stream = try await activeStream(streamID)
        for _ in 0..<Limits.casTries {
            let decided = clock.instant()
            let subscription = try await subscription(id, of: stream)
            let job = DeletionJob(
                stream: stream.incarnation,
                subscription: subscription.incarnation,
                partitionCount: stream.partitionCount,
                deletedAt: clock.wall(),
                rules: configuration.rules
            )
            let row = TableKey.subscription(stream.incarnation, id)
            let outcome = try await apply(
                [.delete(row, if: subscription.unchanged), .put(job.item)],
                decided: decided
            )
            if case .applied = outcome { return signals.change(streamID, subscription: id) }
        }
        throw .contention
    }

    /// Moves a subscription; cursors from before are refused from now on.
    package func seek(
        _ id: SubscriptionID,
        of streamID: StreamID,
        to point: StartPoint
    )
        async throws(LedgerError)
    {
        for _ in 0..<Limits.casTries {
            let decided = clock.instant()
            let now = try await standing(id, of: streamID)
            let positions = try await positions(of: point, in: now.stream, staying: now.positions)
            let write = now.subscription.seek(to: positions)
            if case .applied = try await apply(write, decided: decided) {
                return signals.change(streamID, subscription: id)
            }
        }
        throw .contention
    }

    /// The subscription as the table has it now.
    func subscription(
        _ id: SubscriptionID,
        of stream: StreamRow
    ) async throws(LedgerError)
        -> SubscriptionRow
    {
        guard let item = try await row(.subscription(stream.incarnation, id)) else {
            throw .subscriptionNotFound(id)
        }
        return try decoded { () throws(TableError) in try SubscriptionRow(item) }
    }

    private func describe(
        _ standing: Standing
    ) async throws(LedgerError) -> SubscriptionDescription {
        let stream = standing.stream
        let found = await inParallel(stream.partitions) { [self] partition in
            await result { () throws(LedgerError) in
                try await state(
                    of: standing.positions[partition.index],
                    in: partition,
                    of: stream
                )
            }
        }
        var states: [SubscriptionDescription.PartitionState] = []
        for state in found { states.append(try state.get()) }
        return SubscriptionDescription(
            stream: stream,
            subscription: standing.subscription,
            partitions: states
        )
    }
}

extension Position {
    /// Where the log is or will be read.
    var logOffset: Offset {
        switch self {
        case .log(let offset): offset
        case .snapshot(let watermark, _): watermark
        }
    }
}
