/// The things that one call does to one partition of a delivery.
package struct DeliveryTask: Sendable {
    /// A request for events.
    package struct Request: Hashable, Sendable {
        /// The lease under which they are handed out; when it has some already, those are.
        package let lease: LeaseID
        /// The consumer's name, as it calls itself; may be empty.
        package let consumer: String
        /// Events at most.
        package let limit: Int
        /// Their size at most by the event measure, bytes.
        package let bytes: Int
        /// False: none that is on its last permitted delivery, which must be alone in its page.
        package let allowsLast: Bool
        /// True when the first of them fits, however large it is.
        package let fitsFirst: Bool

        package init(
            under lease: LeaseID,
            for consumer: String,
            limit: Int,
            bytes: Int,
            fitsFirst: Bool = true,
            allowsLast: Bool = true
        ) {
            self.allowsLast = allowsLast
            self.lease = lease
            self.consumer = consumer
            self.limit = limit
            self.bytes = bytes
            self.fitsFirst = fitsFirst
        }

        /// A call that asks for no events.
        static let nothing = Request(under: LeaseID(rawValue: 0), for: "", limit: 0, bytes: 0)
    }

    /// An operator's wish to park an event that is not finished.
    package struct Removal: Hashable, Sendable {
        package let offset: Offset
        package let reason: String

        package init(of offset: Offset, because reason: String) {
            self.offset = offset
            self.reason = reason
        }
    }

    /// An operator's wish to have parked events delivered again.
    package struct Replay: Hashable, Sendable {
        /// At most ``Limits/parkingsAtOnce``.
        package let offsets: [Offset]
        /// The id of the API key, or empty.
        package let asker: String

        package init(of offsets: [Offset], by asker: String) {
            self.offsets = offsets
            self.asker = asker
        }
    }

    package var verdicts: Verdicts?
    package var request: Request?
    package var removal: Removal?
    package var replay: Replay?
    /// A parked event that nobody wants any more.
    package var discard: Offset?

    /// True for the wish of an operator.
    var isOperators: Bool { removal != nil || replay != nil || discard != nil }

    package init(
        verdicts: Verdicts? = nil,
        request: Request? = nil,
        removal: Removal? = nil,
        replay: Replay? = nil,
        discard: Offset? = nil
    ) {
        self.verdicts = verdicts
        self.request = request
        self.removal = removal
        self.replay = replay
        self.discard = discard
    }
}

/// An event that was handed out.
package struct DeliveredEvent: Sendable {
    package let event: EventPage.Event
    /// Failed deliveries of it, and this one.
    package let deliveries: Int
    /// True when it was parked before and asked for again.
    package let isReplay: Bool
}

/// The end of a call at one partition.
package struct Delivered: Sendable {
    /// A thing that keeps a partition from handing out what it has.
    package enum Block: String, Hashable, Sendable {
        /// A key waits for its parked event.
        case key = "key"
        /// As many events are unfinished as the policy permits.
        case maxOpen = "max_open"
        /// As many events are parked as the policy permits.
        case maxParked = "max_parked"
        /// The endpoint of the webhook is not to be sent them.
        case endpoint = "endpoint"
    }

    /// The row as the call left it.
    package let row: DeliveryRow
    /// The bytes of ``events``.
    package internal(set) var page = EventPage()
    package internal(set) var events: [DeliveredEvent] = []
    package internal(set) var acknowledged = 0
    package internal(set) var notHeld: [NotHeld] = []
    /// Verdicts that found no room in one transaction; they are to be given in a further call.
    package internal(set) var left: [Offset: Verdict] = [:]
    /// True when nothing that may be handed out now was left.
    package internal(set) var isDrained = false
    package internal(set) var blocks: [Block] = []
    /// About how many events are left; 0 exactly when drained.
    package internal(set) var remaining: Int64 = 0
    /// Parked events that were asked for and are on their way.
    package internal(set) var replayed = 0
    /// Offsets that were asked for and are not parked.
    package internal(set) var notParked: [Offset] = []
    /// Offsets that were asked for and found no room; they are to be asked for in a further call.
    package internal(set) var replaysLeft: [Offset] = []

    /// Deliveries that have failed, and events that were parked.
    package internal(set) var failures = 0
    package internal(set) var parkings = 0

    /// Events that the lease of the verdicts still holds; nil: there were none.
    package internal(set) var held: Int?

    init(_ row: DeliveryRow) { self.row = row }

    /// The same with the effects of further verdicts.
    package func adding(_ other: Delivered) -> Delivered {
        var both = self
        both.acknowledged += other.acknowledged
        both.notHeld += other.notHeld
        // Verdicts only take from what a lease holds.
        both.held = [held, other.held].compactMap(\.self).min()
        return both
    }

    /// False where the policy lets no further event of the partition become open.
    package var mayHandOutNew: Bool {
        !blocks.contains(.maxOpen) && !blocks.contains(.maxParked)
    }

    /// True if nothing was handed out, nor could be until something changes.
    package var isIdle: Bool { events.isEmpty && (isDrained || !mayHandOutNew) }
}

extension Delivered {
    /// The end of a turn by which the row became, or stayed, `row`.
    init(
        _ draft: DeliveryDraft,
        at row: DeliveryRow,
        task: DeliveryTask,
        from pool: EventPool,
        and parked: ParkedEvents,
        left: [Offset: Verdict]
    ) throws(Refusal) {
        self.row = row
        var page = DeliveredPage()
        for event in draft.page {
            guard event.isReplay else {
                page.append(event, of: row.partition, from: pool)
                continue
            }
            guard let row = parked[event.offset], let content = row.content else { continue }
            let record = try row.record(content)
            page.append(event, of: row.partition, from: content, record: record)
        }
        let change = draft.change
        (self.page, events, blocks) = (page.page, page.events, draft.blocks)
        (acknowledged, notHeld, self.left) = (change.acknowledged, change.notHeld, left)
        held = task.verdicts.map { row.open.count(under: $0.grant) }
        isDrained = draft.isDrained
        remaining = isDrained ? 0 : max(draft.remaining, 1)
        (failures, parkings) = (change.failures, change.parkings.count)
        (replayed, notParked) = (parked.replayed.count, parked.notParked)
        replaysLeft = parked.left
    }
}

/// A page of events that were handed out, while it is put together.
struct DeliveredPage {
    private(set) var page = EventPage()
    private(set) var events: [DeliveredEvent] = []
    /// By batch of the pool, its place in the page.
    private var batches: [Int: Int] = [:]

    /// Adds an event from the log.
    mutating func append(_ event: OpenEvent, of partition: Partition, from pool: EventPool) {
        guard let place = pool.place(of: event.offset) else { return }
        if batches[place.batch] == nil {
            batches[place.batch] = page.batches.count
            page.batches.append(pool.batches[place.batch])
        }
        guard let batch = batches[place.batch] else { return }
        page.bytes += pool.size(of: place)
        append(event, of: partition, from: .log(batch: batch, record: place.record))
    }

    /// Adds an event from its own row.
    mutating func append(
        _ event: OpenEvent,
        of partition: Partition,
        from content: ParkedRow.Content,
        record: Record
    ) {
        page.snapshots.append(EventPage.Snapshot(key: content.key, record: record))
        page.bytes += content.key.utf8.count + record.countedBytesWithoutKey
        append(event, of: partition, from: .snapshot(index: page.snapshots.count - 1))
    }

    private mutating func append(
        _ event: OpenEvent,
        of partition: Partition,
        from source: EventPage.Source
    ) {
        let found = EventPage.Event(partition: partition, offset: event.offset, source: source)
        page.events.append(found)
        events.append(
            DeliveredEvent(event: found, deliveries: event.deliveries, isReplay: event.isReplay)
        )
    }
}
