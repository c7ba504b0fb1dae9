/// What is left to remove of a deleted stream or subscription: row `GC`.
package struct DeletionJob: Hashable, Sendable {
    /// The stream's incarnation.
    package let stream: Incarnation
    /// The subscription's incarnation when only that one was deleted.
    package let subscription: Incarnation?
    /// How many partitions the stream has.
    package let partitionCount: Int
    /// Nothing is removed before: writers with cached tails must have met the seals.
    package let notBefore: Timestamp
    /// How many of ``groups`` are empty already: where the next slice of work begins.
    package var groupsDone: Int

    /// A job for a stream or one of its subscriptions, deleted at `now`.
    package init(
        stream: Incarnation,
        subscription: Incarnation?,
        partitionCount: Int,
        deletedAt now: Timestamp,
        rules: Rules = .all
    ) {
        self.stream = stream
        self.subscription = subscription
        self.partitionCount = partitionCount
        let grace = rules.keep(.deletionGrace) ? Limits.deletionGrace : 0
        notBefore = now.advanced(byMilliseconds: grace)
        groupsDone = 0
    }

    /// What is to be emptied, in order.
    ///
    /// The positions of a deleted stream's subscriptions are found through the subscriptions, which
    /// therefore go after them.
    package var groups: [RowGroup] {
        if let subscription { return [.positions(stream, subscription: subscription)] }
        let partitions = Partition.all(partitionCount)
        return partitions.map { .log(stream, $0) } + partitions.map { .latest(stream, $0) }
            + [
                .subscriptions(stream), .idempotency(stream), .progress(stream),
                .streamName(stream),
            ]
    }

    /// The row.
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
