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
    /// The way in which its events are acknowledged one by one; nil: by cursors.
    package private(set) var delivery: Delivery?
    /// Where its events are sent to; nil: nowhere, they are fetched.
    package private(set) var webhook: WebhookSettings?
    /// The time of its creation.
    package let created: Timestamp
    /// Raised by one with every seek.
    package private(set) var epoch: Int64
    /// The position of each partition in this epoch, until the partition's first commit.
    package private(set) var positions: [Position]

    /// The delivery of a subscription's events one by one.
    package struct Delivery: Hashable, Sendable {
        package let policy: DeliveryPolicy
        /// The salt of its keys' hashes.
        package let salt: DeliverySalt

        package init(_ policy: DeliveryPolicy, salt: DeliverySalt) {
            self.policy = policy
            self.salt = salt
        }
    }

    package init(
        stream: StreamIncarnation,
        id: SubscriptionID,
        incarnation: SubscriptionIncarnation,
        secret: SubscriptionSecret,
        startFrom: [UInt8],
        filter: EventFilter? = nil,
        delivery: Delivery? = nil,
        webhook: WebhookSettings? = nil,
        created: Timestamp,
        positions: [Position]
    ) {
        self.stream = stream
        self.id = id
        self.incarnation = incarnation
        self.secret = secret
        self.startFrom = startFrom
        self.filter = filter
        self.delivery = delivery
        self.webhook = webhook
        self.created = created
        epoch = 0
        self.positions = positions
    }

    /// The write that moves the subscription to `positions` in a new epoch, unless another seek
    /// or a deletion came first.
    package func seek(to positions: [Position]) -> Write {
        .put(moved(to: positions).item, if: unchanged)
    }

    /// The subscription at `positions` in a new epoch.
    package func moved(to positions: [Position]) -> SubscriptionRow {
        var moved = self
        moved.epoch += 1
        moved.positions = positions
        return moved
    }

    /// The subscription that delivers other events, nil being all.
    package func filtering(by filter: EventFilter?) -> SubscriptionRow {
        var changed = self
        changed.filter = filter
        return changed
    }

    /// The subscription whose events are acknowledged in another way, nil being by cursors.
    package func delivering(by delivery: Delivery?) -> SubscriptionRow {
        var changed = self
        changed.delivery = delivery
        return changed
    }

    /// The write of this row in place of `former`, if that is stored as it was read.
    package func replace(_ former: SubscriptionRow) -> Write {
        .put(item, if: former.unchanged)
    }

    /// The write that gives the subscription another secret, and so voids all its cursors.
    package func renewed(secret: SubscriptionSecret) -> Write {
        var renewed = self
        renewed.secret = secret
        return .put(renewed.item, if: unchanged)
    }

    /// The subscription whose events are sent elsewhere, and the writes of the transaction that
    /// makes it so: the health of the endpoint changes with it, and begins anew at another address.
    ///
    /// - Parameters:
    ///   - webhook: Where they are sent to from now on; nil: nowhere.
    ///   - row: The health as it is stored; nil if there is none.
    ///   - former: The subscription as it is stored; nil: it is this one, unchanged.
    ///   - now: The moment of the change.
    /// - Returns: Both; the writes fail together if one of the rows was changed meanwhile.
    package func sending(
        to webhook: WebhookSettings?,
        replacing row: WebhookRow?,
        over former: SubscriptionRow? = nil,
        at now: Timestamp
    ) -> (subscription: SubscriptionRow, writes: [Write]) {
        var changed = self
        changed.webhook = webhook
        let put = Write.put(changed.item, if: (former ?? self).unchanged)
        guard let webhook else { return (changed, [put, .delete(webhookKey)]) }
        guard let row else { return (changed, [put, WebhookRow(of: self, at: now).creation]) }
        guard webhook.url != self.webhook?.url else { return (changed, [put]) }
        var health = row.health
        health.receive(.readdressed, at: now)
        return (changed, [put, row.changing(to: health).write])
    }

    /// The writes of the transaction that creates the subscription, with the health of its webhook.
    package func creation(at now: Timestamp) -> [Write] {
        let row = Write.put(item, if: .notExists)
        return [row] + (webhook == nil ? [] : [WebhookRow(of: self, at: now).creation])
    }

    /// The writes of the transaction that removes the subscription, unless it was changed, with
    /// what is stored of its webhook.
    package var removal: [Write] {
        let row = Write.delete(.subscription(stream, id), if: unchanged)
        return [row] + (webhook == nil ? [] : [.delete(webhookKey)])
    }

    /// The row of its webhook's health, which is there if it has a webhook.
    package var webhookKey: TableKey { .push(stream: stream, subscription: incarnation) }

    /// The condition that the stored row is still this subscription, in this epoch, with this
    /// filter, this delivery and this webhook.
    package var unchanged: Condition {
        .and([
            .compare(.incarnation, .equal, .bytes(incarnation.bytes)),
            .compare(.epoch, .equal, .number(epoch)),
            filter.map { .compare(.filter, .equal, .bytes($0.encoded)) } ?? .absent(.filter),
            delivery.map { .compare(.policy, .equal, .bytes($0.policy.encoded)) }
                ?? .absent(.policy),
            webhook.map { .compare(.webhook, .equal, .bytes($0.encoded)) } ?? .absent(.webhook),
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
        if let delivery {
            item[.mode] = .number(Self.eventsMode)
            item[.policy] = .bytes(delivery.policy.encoded)
            item[.salt] = .bytes(delivery.salt.bytes)
        }
        item[.webhook] = webhook.map { .bytes($0.encoded) }
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
        delivery = try Self.delivery(of: item)
        if item[.webhook] != nil {
            guard let webhook = WebhookSettings.decode(try item.requiredBytes(.webhook)) else {
                throw item.damaged(.webhook)
            }
            self.webhook = webhook
        }
    }

    /// The mode in which each event is acknowledged by itself.
    private static let eventsMode: Int64 = 1

    private static func delivery(of item: Item) throws(TableError) -> Delivery? {
        guard item[.mode] != nil else { return nil }
        guard try item.requiredNumber(.mode) == eventsMode else { throw item.damaged(.mode) }
        guard let policy = DeliveryPolicy.decode(try item.requiredBytes(.policy)) else {
            throw item.damaged(.policy)
        }
        return Delivery(policy, salt: try item.requiredID(.salt))
    }
}
