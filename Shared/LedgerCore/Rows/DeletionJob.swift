/// The work left to remove a deleted stream or subscription: row `GC`.
package struct DeletionJob: Hashable, Sendable {
    package let stream: StreamIncarnation
    /// The deleted subscription; nil when the whole stream was deleted.
    package let subscription: SubscriptionIncarnation?
    package let partitionCount: Int
    /// Removal starts no earlier, so that writers with cached tails run into the seals first.
    package let notBefore: Timestamp
    /// The number of ``groups`` emptied so far; the next run goes on behind them.
    package var groupsDone: Int

    /// A job for a stream or one of its subscriptions, deleted at `now`.
    package init(
        stream: StreamIncarnation,
        subscription: SubscriptionIncarnation?,
        partitionCount: Int,
        deletedAt now: Timestamp,
        rules: Rules = .all
    ) {
        self.stream = stream
        self.subscription = subscription
        self.partitionCount = partitionCount
        let grace = rules.keep(.deletionGrace) ? Limits.deletionGrace : .zero
        notBefore = now.advanced(by: grace)
        groupsDone = 0
    }

    /// The groups of rows to empty, in order.
    ///
    /// Positions and parked events are found through the subscription's row, so each subscription's
    /// go before the row does.
    package var groups: [RowGroup] {
        if let subscription { return RowGroup.owned(by: subscription, of: stream) }
        let partitions = Partition.all(partitionCount)
        return partitions.map { .log(stream, $0) } + partitions.map { .latest(stream, $0) }
            + [
                .subscriptions(stream), .idempotency(stream), .progress(stream),
                .streamName(stream),
            ]
    }

    package var item: Item {
        var item = Item(.deletion(stream: stream, subscription: subscription), capacity: 3)
        item[.partitions] = .number(Int64(partitionCount))
        item[.notBefore] = .number(notBefore.milliseconds)
        item[.progress] = .number(Int64(groupsDone))
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .deletion(let stream, let subscription) = item.key else { throw item.misplaced }
        self.stream = stream
        self.subscription = subscription
        partitionCount = try item.requiredPartitionCount(.partitions)
        notBefore = try item.requiredTimestamp(.notBefore)
        groupsDone = Int(try item.requiredCounter(.progress))
    }
}

extension RowGroup {
    /// The groups whose rows belong to one subscription.
    static func owned(
        by subscription: SubscriptionIncarnation,
        of stream: StreamIncarnation
    ) -> [RowGroup] {
        [
            .positions(stream, subscription: subscription),
            .parked(stream, subscription: subscription),
        ]
    }
}
