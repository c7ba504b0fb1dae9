/// A subscription's description: row `SUBS`.
///
/// It holds the positions of all partitions as a creation or a seek set them; later commits are
/// ``PositionRow``s of the same epoch. So a seek is one write, whatever the number of partitions.
package struct SubscriptionRow: Hashable, Sendable {
    package let stream: StreamIncarnation
    package let id: SubscriptionID
    /// Its own incarnation: a subscription that is created anew shares no position with its
    /// predecessor.
    package let incarnation: SubscriptionIncarnation
    /// The secret of its cursors' HMAC.
    package private(set) var secret: SubscriptionSecret
    /// `start_from` as the client wrote it, JSON text.
    package let startFrom: [UInt8]
    /// The events that are delivered, the others are passed over; nil: all are.
    package private(set) var filter: EventFilter?
    /// The time of its creation.
    package let created: Timestamp
    /// Raised by one with every seek.
    package private(set) var epoch: Int64
    /// The position of each partition in this epoch, until the partition's first commit.
    package private(set) var positions: [Position]

    package init(
        stream: StreamIncarnation,
        id: SubscriptionID,
        incarnation: SubscriptionIncarnation,
        secret: SubscriptionSecret,
        startFrom: [UInt8],
        filter: EventFilter? = nil,
        created: Timestamp,
        positions: [Position]
    ) {
        self.stream = stream
        self.id = id
        self.incarnation = incarnation
        self.secret = secret
        self.startFrom = startFrom
        self.filter = filter
        self.created = created
        epoch = 0
        self.positions = positions
    }

    /// The write that moves the subscription to `positions` in a new epoch, unless another seek
    /// or a deletion came first.
    package func seek(to positions: [Position]) -> Write {
        var moved = self
        moved.epoch += 1
        moved.positions = positions
        return .put(moved.item, if: unchanged)
    }

    /// The subscription that delivers other events, nil being all, and the write that makes it so.
    package func filtering(
        by filter: EventFilter?
    ) -> (subscription: SubscriptionRow, write: Write) {
        var changed = self
        changed.filter = filter
        return (changed, .put(changed.item, if: unchanged))
    }

    /// The write that gives the subscription another secret, and so voids all its cursors.
    package func renewed(secret: SubscriptionSecret) -> Write {
        var renewed = self
        renewed.secret = secret
        return .put(renewed.item, if: unchanged)
    }

    /// The condition that the stored row is still this subscription, in this epoch and with this
    /// filter.
    package var unchanged: Condition {
        .and([
            .compare(.incarnation, .equal, .bytes(incarnation.bytes)),
            .compare(.epoch, .equal, .number(epoch)),
            filter.map { .compare(.filter, .equal, .bytes($0.encoded)) } ?? .absent(.filter),
        ])
    }

    package var item: Item {
        var item = Item(.subscription(stream, id))
        item[.incarnation] = .bytes(incarnation.bytes)
        item[.secret] = .bytes(secret.bytes)
        item[.start] = .bytes(startFrom)
        item[.created] = .number(created.milliseconds)
        item[.epoch] = .number(epoch)
        item[.positions] = .bytes(PositionVector.encode(positions))
        item[.filter] = filter.map { .bytes($0.encoded) }
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .subscription(let stream, let id) = item.key else { throw item.misplaced }
        guard let secret = SubscriptionSecret(bytes: try item.requiredBytes(.secret)) else {
            throw item.damaged(.secret)
        }
        guard let positions = PositionVector.decode(try item.requiredBytes(.positions)) else {
            throw item.damaged(.positions)
        }
        self.stream = stream
        self.id = id
        self.positions = positions
        incarnation = try item.requiredID(.incarnation)
        self.secret = secret
        startFrom = try item.requiredBytes(.start)
        created = try item.requiredTimestamp(.created)
        epoch = try item.requiredCounter(.epoch)
        if item[.filter] != nil {
            guard let filter = EventFilter.decode(try item.requiredBytes(.filter)) else {
                throw item.damaged(.filter)
            }
            self.filter = filter
        }
    }
}
