/// The whole truth of one partition of a subscription whose events are acknowledged one by one: row
/// `POS`.
///
/// It holds what is not finished, so it is as large as the trouble, not as the distance to the
/// oldest. Every change is one put of the whole row, on the condition that the one that was read is stored.
package struct DeliveryRow: Hashable, Sendable {
    /// The kind of row, beside those of ``PositionRow``.
    static let phase: Int64 = 4

    package let stream: StreamIncarnation
    package let subscription: SubscriptionIncarnation
    package let partition: Partition
    /// The seek epoch; a row of an older epoch counts only by its version and what is parked.
    package let epoch: Int64
    /// The log was looked at up to here: all before it is finished, except for ``open``.
    package internal(set) var scanned: Offset
    /// Raised by one with every change, across seeks too, so that it names timers.
    package let version: Int64
    /// The random number of the change that made it so; 0: it has none, as rows of old.
    ///
    /// Two changes may come to the same version; at most one of them is stored.
    package let change: Int64
    package internal(set) var open: OpenEvents
    /// Events with a row of their own that is not gone: parked, or asked for again.
    package internal(set) var parked: Int64

    private init(
        stream: StreamIncarnation,
        subscription: SubscriptionIncarnation,
        partition: Partition,
        epoch: Int64,
        scanned: Offset,
        version: Int64,
        change: Int64,
        open: OpenEvents,
        parked: Int64
    ) {
        self.stream = stream
        self.subscription = subscription
        self.partition = partition
        self.epoch = epoch
        self.scanned = scanned
        self.version = version
        self.change = change
        self.open = open
        self.parked = parked
    }

    /// The row of a partition of which nothing was handed out in the subscription's present epoch.
    ///
    /// - Parameters:
    ///   - subscription: The subscription.
    ///   - partition: One of its stream's.
    ///   - former: The row of an older epoch; nil: there is none.
    package init(
        of subscription: SubscriptionRow,
        in partition: Partition,
        after former: DeliveryRow?
    ) {
        self.init(
            stream: subscription.stream,
            subscription: subscription.incarnation,
            partition: partition,
            epoch: subscription.epoch,
            scanned: subscription.positions[partition.index].logOffset,
            version: former?.version ?? 0,
            change: former?.change ?? 0,
            open: OpenEvents(),
            parked: former?.parked ?? 0
        )
    }

    /// The row that replaces this one, by a change with this random number.
    package func next(by change: Int64) -> DeliveryRow {
        DeliveryRow(
            stream: stream,
            subscription: subscription,
            partition: partition,
            epoch: epoch,
            scanned: scanned,
            version: version + 1,
            change: change,
            open: open,
            parked: parked
        )
    }

    /// The write of this row in place of the one that it was made of, if that is stored.
    ///
    /// Where there was none of a delivery, there is at most one that a cursor left, of an older epoch.
    package func write(over former: DeliveryRow, rules: Rules) -> Write {
        guard rules.keep(.cas) else { return .put(item) }
        guard former.version > 0 else {
            let isOlder = Condition.and([
                .compare(.phase, .less, .number(Self.phase)),
                .compare(.epoch, .less, .number(epoch)),
            ])
            return .put(item, if: .or([.notExists, isOlder]))
        }
        return .put(item, if: former.isStored)
    }

    /// The condition that this row is stored: no other change of the same version, nor one of a time
    /// before another with cursors, after which versions begin anew.
    var isStored: Condition {
        .and([
            .compare(.phase, .equal, .number(Self.phase)),
            .compare(.version, .equal, .number(version)),
            change == 0 ? .absent(.change) : .compare(.change, .equal, .number(change)),
        ])
    }

    /// This row, if it was read from the table; nil: it stands for one that is not there yet.
    var stored: DeliveryRow? { version > 0 ? self : nil }

    /// The timer of something that began with one of its versions.
    package func timer(_ timer: RowTimer) -> Timer {
        Timer(
            .delivery(subscription, partition, version: timer.version),
            start: timer.start,
            length: timer.length
        )
    }

    /// The timers that began with this version.
    package var begunTimers: [Timer] {
        let waiting = open.events.compactMap { event -> RowTimer? in
            if case .waiting(let timer) = event.state { timer } else { nil }
        }
        return (open.leases.map(\.timer) + waiting).filter { $0.version == version }.map(timer)
    }

    /// The offset of the first event that is not finished; ``scanned`` when all are.
    ///
    /// What has a row of its own is not lost by whoever goes on from here, however old it is.
    package var lowestUnfinished: Offset {
        let open = self.open.events.first { !$0.isReplay && $0.state != .parked }
        return ([open?.offset] + self.open.rests.map(\.from)).compactMap(\.self).min() ?? scanned
    }

    package var item: Item {
        let key = TableKey.position(stream: stream, subscription: subscription, partition)
        var item = Item(key, capacity: 7)
        item[.phase] = .number(Self.phase)
        item[.epoch] = .number(epoch)
        item[.offset] = .number(scanned.rawValue)
        item[.version] = .number(version)
        if change != 0 { item[.change] = .number(change) }
        item[.open] = .bytes(open.encoded)
        item[.parked] = .number(parked)
        return item
    }

    /// True for the row of a delivery, damaged or not.
    package static func isMeant(by item: Item) -> Bool { item.number(.phase) == phase }

    /// Reads the row; nil for the position that a cursor left in its place.
    static func ifMeant(_ item: Item) throws(TableError) -> DeliveryRow? {
        isMeant(by: item) ? try DeliveryRow(item) : nil
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .position(let stream, let subscription, let partition) = item.key else {
            throw item.misplaced
        }
        guard Self.isMeant(by: item) else { throw item.damaged(.phase) }
        guard let open = OpenEvents.decode(try item.requiredBytes(.open)) else {
            throw item.damaged(.open)
        }
        let version = try item.requiredCounter(.version)
        guard version > 0 else { throw item.damaged(.version) }
        self.init(
            stream: stream,
            subscription: subscription,
            partition: partition,
            epoch: try item.requiredCounter(.epoch),
            scanned: try item.requiredOffset(.offset),
            version: version,
            change: item.number(.change) ?? 0,
            open: open,
            parked: try item.requiredCounter(.parked)
        )
    }
}

extension Result<Item?, TableError> {
    /// The delivery's row that was read; nil: there is none.
    var delivery: DeliveryRow? {
        get throws(Refusal) {
            let item = try orRefuse()
            return try decoded { () throws(TableError) in
                try item.map { item throws(TableError) in try DeliveryRow.ifMeant(item) } ?? nil
            }
        }
    }
}
