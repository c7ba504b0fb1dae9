import LedgerCore
import LedgerService

/// An event as a receiver got it.
struct HandedEvent {
    let partition: Partition
    let offset: Offset
    let key: [UInt8]
    /// The event's type, which no other event has.
    let value: String
    /// Failed deliveries of it, and this one.
    let deliveries: Int
    /// True when it was parked before and asked for again.
    let isReplay: Bool
}

/// A page of events that a receiver got under a lease, held against what really happened.
struct HandedPage {
    let text: String
    let lease: DeliveryRecord.Lease
    /// In the order of delivery.
    let events: [HandedEvent]

    /// Nil: no events were handed out, or the page is not what it should be, which is reported.
    init?(_ page: ReceivedPage, by oracle: Oracle) {
        guard let text = page.lease else {
            if page.parts.contains(where: { !$0.events.isEmpty }) {
                oracle.report("events without a lease", breaking: .receipts)
            }
            return nil
        }
        guard let lease = oracle.deliveries.lease(text) else {
            oracle.report("a lease that is none", breaking: .receipts)
            return nil
        }
        self.text = text
        self.lease = lease
        events = page.parts.flatMap { part in
            part.events.compactMap { Self.event($0, in: part.page, of: lease, by: oracle) }
        }
        for event in events { check(event, by: oracle) }
        checkOrder(by: oracle)
    }

    /// The event as the log has it; nil: the page has another one.
    private static func event(
        _ delivered: DeliveredEvent,
        in page: EventPage,
        of lease: DeliveryRecord.Lease,
        by oracle: Oracle
    ) -> HandedEvent? {
        let (partition, offset) = (delivered.event.partition, delivered.event.offset)
        let place = "partition \(partition.index), offset \(offset.rawValue)"
        let log = oracle.log(of: partition, in: lease.subscription.stream)
        guard offset.rawValue < Int64(log.events.count) else {
            oracle.report("\(place): delivered, but not in the log", breaking: .delivery)
            return nil
        }
        let real = log.events[Int(offset.rawValue)]
        guard value(of: delivered.event, in: page) == real.value else {
            oracle.report("\(place): not \(real.value) is delivered", breaking: .delivery)
            return nil
        }
        return HandedEvent(
            partition: partition,
            offset: offset,
            key: real.key,
            value: real.value,
            deliveries: delivered.deliveries,
            isReplay: delivered.isReplay
        )
    }

    private static func value(of event: EventPage.Event, in page: EventPage) -> String {
        switch event.source {
        case .log(let batch, let record):
            let batch = page.batches[batch]
            return String(decoding: batch.copy(batch.records[record].type), as: UTF8.self)
        case .snapshot(let index):
            let record = page.snapshots[index].record
            return String(decoding: record.copy(record.type), as: UTF8.self)
        }
    }

    /// An event is told only once it is stored as held; where nothing else goes wrong, each of its
    /// deliveries but this one was tried.
    private func check(_ event: HandedEvent, by oracle: Oracle) {
        let place = "partition \(event.partition.index), offset \(event.offset.rawValue)"
        let track = oracle.deliveries.track(lease.span(of: event.partition))
        if track.held[lease.token.lease]?.contains(event.offset) != true {
            oracle.report("\(place): told under a lease that has it not", breaking: .receipts)
        }
        let tries = track.tries[event.offset] ?? 0
        if oracle.deliveries.onlyIllness == .nack, event.deliveries - 1 > tries {
            oracle.report(
                "\(place): \(event.deliveries) deliveries are counted, it was tried \(tries) times",
                breaking: .neighbours
            )
        }
    }

    private func checkOrder(by oracle: Oracle) {
        guard lease.subscription.delivery?.policy.order == .key else { return }
        var last: [[UInt8]: Offset] = [:]
        for event in events where !event.isReplay {
            if let before = last[event.key], before >= event.offset {
                oracle.report(
                    "partition \(event.partition.index): \(before.rawValue) is before "
                        + "\(event.offset.rawValue) in a page",
                    breaking: .keys
                )
            }
            last[event.key] = event.offset
        }
    }
}
