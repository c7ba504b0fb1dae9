/// Events that are to be sent to a webhook: of each key one at a time and in their order, and the
/// keys in turns.
struct PushQueue: Sendable {
    /// Events of which one at a time is sent.
    enum Lane: Hashable, Sendable {
        case key(Partition, EventKey)
        /// Where order is of no interest, an event alone.
        case event(Partition, Offset)
    }

    /// An event that waits, or is under way.
    struct Entry: Sendable {
        /// Its number in this queue.
        let ticket: Int
        /// The lease that it was handed out under.
        let lease: PushLeases.ID
        let event: WebhookEvent
        fileprivate let lane: Lane
    }

    private var nextTicket = 0
    /// By lane, the events that wait, in the order of their offsets.
    private var waiting: [Lane: [Entry]] = [:]
    /// Lanes with events that wait and none under way, in the order of their turns.
    private var ready: [Lane] = []
    private var underWay: [Int: Entry] = [:]

    /// Events that could be sent now.
    var readyCount: Int { ready.count }
    /// Events that are being sent.
    var underWayCount: Int { underWay.count }
    /// True when no event waits and none is under way.
    var isEmpty: Bool { waiting.isEmpty && underWay.isEmpty }

    /// The event that is under way under a ticket.
    func event(of ticket: Int) -> WebhookEvent? { underWay[ticket]?.event }

    /// Takes in events that were handed out under a lease, each partition's in order.
    mutating func add(_ events: [WebhookEvent], under lease: PushLeases.ID, inOrder: Bool) {
        let busy = Set(underWay.values.map(\.lane))
        for event in events {
            let lane: Lane =
                inOrder
                ? .key(event.partition, event.key) : .event(event.partition, event.offset)
            if waiting[lane] == nil, !busy.contains(lane) { ready.append(lane) }
            let entry = Entry(ticket: nextTicket, lease: lease, event: event, lane: lane)
            waiting[lane, default: []].append(entry)
            nextTicket += 1
        }
    }

    /// Begins to send the event whose turn comes after so many others'; nil when there are fewer.
    mutating func begin(after others: Int = 0) -> Entry? {
        guard others < ready.count else { return nil }
        let lane = ready.remove(at: others)
        guard let entry = waiting[lane]?.removeFirst() else {
            preconditionFailure("a lane that is ready has events")
        }
        if waiting[lane]?.isEmpty == true { waiting[lane] = nil }
        underWay[entry.ticket] = entry
        return entry
    }

    /// The event is not under way any more, and the one behind it may be sent.
    mutating func finish(_ ticket: Int) -> Entry {
        let entry = end(ticket)
        if waiting[entry.lane] != nil { ready.append(entry.lane) }
        return entry
    }

    /// The event is not under way any more, and those behind it are not to be sent.
    mutating func fail(_ ticket: Int) -> (entry: Entry, behind: [Entry]) {
        let entry = end(ticket)
        return (entry, waiting.removeValue(forKey: entry.lane) ?? [])
    }

    private mutating func end(_ ticket: Int) -> Entry {
        guard let entry = underWay.removeValue(forKey: ticket) else {
            preconditionFailure("an event ends that is not under way")
        }
        return entry
    }

    /// Takes out the events that wait: all, or those of one lease.
    mutating func removeWaiting(under lease: PushLeases.ID? = nil) -> [Entry] {
        let all = waiting.values.joined()
        let removed = all.filter { lease == nil || $0.lease == lease }
        let kept = waiting.mapValues { entries in
            entries.filter { lease != nil && $0.lease != lease }
        }
        waiting = kept.filter { !$0.value.isEmpty }
        ready.removeAll { waiting[$0] == nil }
        return removed.sorted { $0.ticket < $1.ticket }
    }
}
