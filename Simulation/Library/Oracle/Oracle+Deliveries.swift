import LedgerCore
import LedgerService

/// The promises that deliveries are held to.
extension Oracle {
    /// Judges what writes, applied as one, do to a delivery.
    func judgeDelivery(_ writes: [Write], by origin: WriteOrigin) {
        var (rows, parkings): ([Item], [Item]) = ([], [])
        for write in writes {
            guard case .put(let item) = write.operation else { continue }
            switch write.key {
            case .position where DeliveryRow.isMeant(by: item): rows.append(item)
            case .parked: parkings.append(item)
            case .subscription: subscribed(item, by: origin)
            default: break
            }
        }
        let changes = parkings.compactMap { parked($0) }
        for item in rows {
            guard let row = try? DeliveryRow(item) else {
                report("an unreadable delivery", breaking: .finished)
                continue
            }
            judge(row, with: changes, by: origin)
        }
        if rows.isEmpty, let change = changes.first {
            report(
                "offset \(change.after.offset.rawValue) is parked by itself",
                breaking: .finished
            )
        }
    }

    private func judge(_ row: DeliveryRow, with changes: [ParkedChange], by origin: WriteOrigin) {
        guard let subscription = deliveries.subscription(row.subscription, in: row.epoch),
            let policy = subscription.delivery?.policy
        else { return report("a delivery of no subscription", breaking: .finished) }
        var step = DeliveryStep(
            to: row,
            with: changes,
            of: subscription,
            policy: policy,
            by: origin,
            oracle: self
        )
        step.run()
        deliveries.keep(step.track, of: step.span)
        if step.isAnswered { origin.call?.hasChanged = true }
    }

    // MARK: Subscriptions

    /// Takes a subscription's row; partitions that a seek left out stay before all that is not done.
    private func subscribed(_ item: Item, by origin: WriteOrigin) {
        guard let row = try? SubscriptionRow(item), row.id == DeliveryRecord.subscription else {
            return
        }
        defer { deliveries.note(row) }
        guard row.epoch > 0, let moved = origin.call?.delivery?.moved else { return }
        for (partition, position) in zip(Partition.all(row.positions.count), row.positions)
        where !moved.contains(partition.index) {
            let lane = GroupRecord.Lane(subscription: row.incarnation, partition: partition)
            let span = DeliveryRecord.Span(lane: lane, epoch: row.epoch - 1)
            // What is parked or asked for has a row of its own.
            let kept = deliveries.kept(in: lane).map(\.offset)
            let unfinished = deliveries.track(span).unfinished.subtracting(kept)
            guard let first = unfinished.min(), first < position.logOffset else { continue }
            report(
                "partition \(partition.index): a seek of others passes \(first.rawValue)",
                breaking: .finished
            )
        }
    }

    // MARK: Parked events

    /// Takes the row of a parked event, and judges the change of it that can be judged alone.
    private func parked(_ item: Item) -> ParkedChange? {
        guard let row = try? ParkedRow(item) else {
            report("an unreadable parked event", breaking: .parking)
            return nil
        }
        let lane = GroupRecord.Lane(subscription: row.subscription, partition: row.partition)
        let change = ParkedChange(before: deliveries.parked[lane]?[row.offset], after: row)
        deliveries.note(row)
        if row.state == .parked { judgeParking(change) }
        return change
    }

    private func judgeParking(_ change: ParkedChange) {
        let row = change.after
        let place = "partition \(row.partition.index), offset \(row.offset.rawValue)"
        let history = row.history
        let former = change.before?.history.times ?? 0
        let isNext = history.times == former + 1
        // The row of one that is not parked any more goes by itself.
        let isFirst = history.times == 1 && change.before?.isKept != true
        if !isNext, !isFirst {
            report("\(place): parked \(former), then \(history.times) times", breaking: .parking)
        }
        guard let entry = history.entries.last,
            history.entries.count == min(history.times, Limits.parkingEntries)
        else { return report("\(place): parked without its history", breaking: .parking) }
        let isTried = [.maxDeliveries, .rejected].contains(entry.cause)
        if isTried && (entry.consumer.isEmpty || entry.deliveries == 0) {
            report("\(place): parked without a consumer", breaking: .parking)
        }
        if entry.parked.advanced(by: Limits.clockSkew) < entry.lastDelivery
            || entry.lastDelivery.advanced(by: Limits.clockSkew) < entry.firstDelivery
        {
            if deliveries.judgesTimes {
                report("\(place): parked before it was delivered", breaking: .parking)
            }
        }
        judgeContent(of: row, at: place)
    }

    /// A parked event is the log's, unless the log has lost it.
    private func judgeContent(of row: ParkedRow, at place: String) {
        let events = log(of: row.partition, in: row.stream).events
        guard row.offset.rawValue < Int64(events.count) else {
            return report("\(place): parked, and not in the log", breaking: .parking)
        }
        let event = events[Int(row.offset.rawValue)]
        guard let content = row.content else {
            if hasExpired(event) { return }
            return report("\(place): parked without its data", breaking: .parking)
        }
        guard content.key.utf8 == event.key, let record = try? Record.decode(content.record),
            String(decoding: record.copy(record.type), as: UTF8.self) == event.value
        else { return report("\(place): another event is parked", breaking: .parking) }
    }

    /// Holds an answer that a partition's events before an offset have expired to its word.
    func judgeExpiry(of partition: Partition, before earliest: Offset) {
        let logs = deliveries.streams.map { log(of: partition, in: $0).events }
        let isTrue = logs.contains { events in
            let last = events.prefix(Int(earliest.rawValue)).last
            return last.map(hasExpired) ?? false
        }
        guard !isTrue else { return }
        report(
            "partition \(partition.index): events before \(earliest.rawValue) are said to have expired",
            breaking: .expiry
        )
    }

    /// True if the log may have lost an event by now.
    func hasExpired(_ event: Event) -> Bool {
        let now = SimulatedClock.beginning.advanced(by: world.now)
        return now - event.timestamp >= deliveries.leastAge
    }

    // MARK: Receivers

    /// Takes that a receiver has processed an event: its first time counts for the order of its key.
    func processed(_ event: HandedEvent, under lease: DeliveryRecord.Lease) {
        let span = lease.span(of: event.partition)
        var track = deliveries.track(span)
        defer { deliveries.keep(track, of: span) }
        guard track.done.insert(event.offset).inserted,
            lease.subscription.delivery?.policy.order == .key,
            track.start < event.offset, !track.given.contains(event.offset)
        else { return }
        let events = log(of: event.partition, in: lease.subscription.stream).events
        let settled = track.done.union(track.given).union(track.claimed)
        let early = events[Int(track.start.rawValue)..<Int(event.offset.rawValue)].first {
            $0.key == event.key && !settled.contains(Offset($0.offset) ?? .zero)
        }
        guard let early else { return }
        report(
            "partition \(event.partition.index): \(event.offset.rawValue) is processed before "
                + "\(early.offset) of its key",
            breaking: .keys
        )
    }

    /// Holds an acknowledgement to its answer: what it reached is done.
    func judge(
        _ receipt: AcknowledgementReceipt,
        of acknowledgement: Acknowledgement,
        under lease: DeliveryRecord.Lease
    ) {
        for (partition, verdicts) in acknowledgement.verdicts {
            // What was asked for after a seek may come once more by itself.
            let track = deliveries.track(lease.span(of: partition))
            let unfinished = track.unfinished.subtracting(track.given)
            for (offset, verdict) in verdicts where verdict == .ack && unfinished.contains(offset) {
                let isListed = receipt.notHeld.contains {
                    $0.partition == partition && $0.offset == offset
                }
                guard !isListed else { continue }
                report(
                    "partition \(partition.index): \(offset.rawValue) is acknowledged and not done",
                    breaking: .acknowledged
                )
            }
        }
    }
}

/// What is known of a delivery, as others ask for it.
extension Oracle {
    /// The row of a partition in the last epoch; nil: there is none.
    func deliveryRow(of partition: Partition, in stream: StreamIncarnation) -> DeliveryRow? {
        track(of: partition, in: stream)?.row
    }

    /// The offset of a partition where the last epoch began; nil: there is no subscription.
    func deliveryStart(of partition: Partition, in stream: StreamIncarnation) -> Offset? {
        track(of: partition, in: stream)?.start
    }

    private func track(
        of partition: Partition,
        in stream: StreamIncarnation
    ) -> DeliveryRecord.Track? {
        guard let subscription = deliveries.subscription(of: stream) else { return nil }
        let lane = GroupRecord.Lane(subscription: subscription.incarnation, partition: partition)
        return deliveries.track(DeliveryRecord.Span(lane: lane, epoch: subscription.epoch))
    }

    /// The events that are open in a partition.
    func openEvents(of partition: Partition, in stream: StreamIncarnation) -> [Offset] {
        deliveryRow(of: partition, in: stream)?.open.events.map(\.offset) ?? []
    }
}
