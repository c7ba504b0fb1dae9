/// What is open of a delivery, in all its partitions together.
package struct DeliverySummary: Hashable, Sendable {
    /// A thing that keeps a partition from handing out what it has.
    package struct Blockage: Hashable, Sendable {
        package let partition: Partition
        package let block: Delivered.Block
        /// The offset of the oldest event that a key waits for; nil for other reasons.
        package let offset: Offset?
        /// The moment until which it lasts at least; nil: nobody knows.
        package let until: Timestamp?

        init(
            of partition: Partition,
            by block: Delivered.Block,
            at offset: Offset? = nil,
            until: Timestamp? = nil
        ) {
            self.partition = partition
            self.block = block
            self.offset = offset
            self.until = until
        }
    }

    package let policy: DeliveryPolicy
    /// Events that a consumer has.
    package private(set) var held = 0
    /// Events that have failed and wait for their next delivery.
    package private(set) var waiting = 0
    /// Events that were given back, or passed over and noted.
    package private(set) var noted = 0
    /// Events that were passed over and not noted, about.
    package private(set) var resting = 0
    /// Events that are parked, those that are on their way again left out.
    package private(set) var parked: Int64 = 0
    /// The first delivery of the event that has failed longest ago and is open; nil: none has.
    package private(set) var oldestOpen: Timestamp?
    /// By partition.
    package private(set) var blocked: [Blockage] = []

    /// The summary of a subscription's rows; nil when its events are acknowledged by cursors.
    package init?(of state: SubscriptionState) {
        guard let delivery = state.subscription.delivery else { return nil }
        policy = delivery.policy
        for case let row? in state.deliveries {
            guard row.epoch == state.subscription.epoch else {
                parked += row.parked
                continue
            }
            add(row)
        }
    }

    /// Events that are not finished and lie before where the log was scanned.
    package var unfinished: Int64 { Int64(held + waiting + noted + resting) }

    /// Notes that the webhook's endpoint keeps these partitions from being sent, unless it does not.
    mutating func block(_ partitions: [Partition], by webhook: WebhookRow?) {
        guard let webhook, !webhook.health.isActive else { return }
        let until = webhook.probeTimer?.end
        blocked += partitions.map { Blockage(of: $0, by: .endpoint, until: until) }
    }

    private mutating func add(_ row: DeliveryRow) {
        var replays = 0
        for event in row.open.events {
            if event.isReplay { replays += 1 }
            switch event.state {
            case .held: held += 1
            case .waiting: waiting += 1
            case .ready: noted += 1
            case .parked: break
            }
        }
        resting += row.open.rests.reduce(0) { $0 + $1.count }
        parked += max(row.parked - Int64(replays), 0)
        let granted = row.open.leases.map(\.granted)
        let failed = row.open.events.compactMap { $0.failure?.firstDelivery }
        oldestOpen = ([oldestOpen] + granted + failed).compactMap(\.self).min()
        addBlocks(of: row)
    }

    private mutating func addBlocks(of row: DeliveryRow) {
        func add(_ block: Delivered.Block, at offset: Offset? = nil) {
            blocked.append(Blockage(of: row.partition, by: block, at: offset))
        }
        if let offset = row.open.oldestParked { add(.key, at: offset) }
        if row.open.events.count >= policy.maxOpen { add(.maxOpen) }
        if row.parked >= Int64(policy.maxParked) { add(.maxParked) }
    }
}

extension Delivered {
    /// The things that kept the partition from handing out what it has.
    package var blockages: [DeliverySummary.Blockage] {
        blocks.map { block in
            DeliverySummary.Blockage(
                of: row.partition,
                by: block,
                at: block == .key ? row.open.oldestParked : nil
            )
        }
    }
}

extension OpenEvents {
    /// The offset of the first event that is parked and that its key waits for.
    fileprivate var oldestParked: Offset? { events.first { $0.state == .parked }?.offset }
}
