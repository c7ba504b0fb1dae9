/// A delivery's row while one call changes it in memory: each step is a decision without I/O.
struct DeliveryChange {
    /// Events that earlier tries of the same call may have finished or parked.
    struct Uncertain {
        var finished: Set<Offset> = []
        var parked: Set<Offset> = []

        func contains(_ offset: Offset) -> Bool {
            finished.contains(offset) || parked.contains(offset)
        }
    }

    /// The row that is to be written; its version is one more than what was read.
    private(set) var row: DeliveryRow
    private(set) var parkings: [Parking] = []
    /// Events that were asked for again and are done now.
    private(set) var finishedReplays: [Offset] = []
    /// Events that are done now.
    private(set) var finished: [Offset] = []
    private(set) var acknowledged = 0
    /// Deliveries that have failed.
    private(set) var failures = 0
    private(set) var notHeld: [NotHeld] = []
    let policy: DeliveryPolicy
    let rules: Rules
    let now: Timestamp
    /// The row as it was read.
    let former: DeliveryRow
    private var unfinished = UnfinishedKeys()
    private let chance: UInt64
    /// Events that one transaction may park.
    private let room: Int

    init(
        of row: DeliveryRow,
        by policy: DeliveryPolicy,
        rules: Rules,
        now: Timestamp,
        chance: UInt64,
        room: Int = Limits.parkingsAtOnce
    ) {
        self.room = room
        former = row
        self.row = row.next(by: Int64(bitPattern: chance))
        self.policy = policy
        self.rules = rules
        self.now = now
        self.chance = chance
    }

    /// True when there is something to write.
    var isChanged: Bool {
        row.scanned != former.scanned || row.open != former.open || row.parked != former.parked
            || !parkings.isEmpty
    }

    /// True while another event may be parked by the same transaction.
    var hasRoomToPark: Bool { parkings.count + finishedReplays.count < room }

    // MARK: Verdicts

    /// Applies verdicts in the order of the events.
    ///
    /// - Parameters:
    ///   - verdicts: The verdicts.
    ///   - uncertain: What an earlier try of the same call may have done.
    /// - Returns: The verdicts that found no room in this transaction; empty: all are applied.
    mutating func apply(
        _ verdicts: Verdicts,
        uncertain: Uncertain = Uncertain()
    ) -> [Offset: Verdict] {
        let lease = lease(of: verdicts.grant)
        unfinished = UnfinishedKeys(behind: verdicts, of: lease, in: row.open, by: policy)
        var (left, givenBack): ([Offset: Verdict], [Offset: OpenEvent]) = ([:], [:])
        for (offset, verdict) in inOrder(verdicts, of: lease, uncertain: uncertain) {
            guard hasRoomToPark else {
                left[offset] = verdict
                continue
            }
            if row.open.event(at: offset) == nil, uncertain.contains(offset) {
                acknowledged += verdict == .ack ? 1 : 0
            } else {
                apply(verdict, at: offset, of: lease, givenBack: &givenBack)
            }
        }
        row.open.remove(at: finished)
        if let lease, let lasting = verdicts.lasting { extend(lease, by: lasting) }
        row.open.dropEmptyLeases()
        return left
    }

    /// The verdicts by offset, with those that are not named.
    private func inOrder(
        _ verdicts: Verdicts,
        of lease: LeaseID?,
        uncertain: Uncertain
    ) -> [(offset: Offset, verdict: Verdict)] {
        let named = verdicts.events
        var all = named.map { (offset: $0.key, verdict: $0.value) }
        if verdicts.acksOthers {
            let held = row.open.events.filter { lease != nil && $0.lease == lease }.map(\.offset)
            // What is held no more may be done by now.
            let done = uncertain.finished.subtracting(held)
            for offset in held + done where named[offset] == nil { all.append((offset, .ack)) }
        }
        return all.sorted { $0.offset < $1.offset }
    }

    /// The lease, if it is still the one under which those events were handed out.
    private func lease(of grant: LeaseGrant) -> LeaseID? {
        row.open.lease(grant.lease)?.granted == grant.time ? grant.lease : nil
    }

    private mutating func apply(
        _ verdict: Verdict,
        at offset: Offset,
        of lease: LeaseID?,
        givenBack: inout [Offset: OpenEvent]
    ) {
        guard let event = row.open.event(at: offset) else {
            return miss(offset, because: offset < row.scanned ? .finished : .leaseOver)
        }
        let isHeld = (lease != nil && event.lease == lease) || !rules.keep(.receipt)
        guard isHeld || givenBack[offset] != nil else {
            return miss(offset, because: .leaseOver)
        }
        switch verdict {
        case .ack: finish(event, isHeld: isHeld)
        case .nack(let pause, let reason):
            guard isHeld else { return }
            fail(event, because: .nack, reason: reason, pause: pause)
            giveBack(behind: event, noting: &givenBack)
        case .reject(let reason):
            // One that is given back all the same was tried before it was rejected.
            park(givenBack[offset] ?? event, because: .rejected, reason: reason)
            guard policy.exhaustion == .hold else { return }
            giveBack(behind: event, noting: &givenBack)
        case .release:
            if isHeld { giveBack(event) }
        }
    }

    private mutating func giveBack(_ event: OpenEvent) {
        let ready = event.givenBack
        row.open.put(ready)
        unfinished.note(ready)
    }

    private mutating func miss(_ offset: Offset, because reason: NotHeld.Reason) {
        notHeld.append(NotHeld(partition: row.partition, offset: offset, reason: reason))
    }

    /// Finishes an event, unless one of its key before it is not: then it comes again.
    ///
    /// It is taken out once all verdicts are applied.
    private mutating func finish(_ event: OpenEvent, isHeld: Bool) {
        guard isHeld, !unfinished.holdsBack(event) || !rules.keep(.ackOrder) else {
            if isHeld { giveBack(event) }
            return miss(event.offset, because: .outOfOrder)
        }
        finished.append(event.offset)
        acknowledged += 1
        guard event.isReplay else { return }
        finishedReplays.append(event.offset)
        row.parked = max(row.parked - 1, 0)
    }

    /// Gives back the later events of a key, which the consumer had no reason to try.
    private mutating func giveBack(
        behind event: OpenEvent,
        noting givenBack: inout [Offset: OpenEvent]
    ) {
        guard let lease = event.lease, policy.order == .key, rules.keep(.behind) else { return }
        for other in row.open.events
        where other.key == event.key && other.offset > event.offset && other.lease == lease {
            row.open.put(other.givenBack)
            givenBack[other.offset] = other
        }
    }

    private mutating func extend(_ id: LeaseID, by length: Duration) {
        guard var lease = row.open.lease(id) else { return }
        let most = lease.granted.advanced(by: Limits.longestLease) - now
        lease.timer = RowTimer(
            version: row.version,
            start: now,
            length: max(min(length, most), .zero)
        )
        row.open.put(lease)
    }

    // MARK: Failures

    /// Ends the leases whose time is over: each of their deliveries has failed.
    mutating func endLeases(isOver: (Timer) -> Bool) {
        for lease in row.open.leases where isOver(row.timer(lease.timer)) {
            for event in row.open.events where event.lease == lease.id && hasRoomToPark {
                fail(event, because: .timeout, reason: "", pause: .zero)
            }
        }
        row.open.dropEmptyLeases()
    }

    /// Has an event wait for its next delivery, or parks it after the last one.
    private mutating func fail(
        _ event: OpenEvent,
        because cause: FailureCause,
        reason: String,
        pause: Duration?
    ) {
        failures += 1
        guard !policy.isLast(event.deliveries) else {
            return park(event, because: .maxDeliveries, reason: reason)
        }
        let seed = chance ^ UInt64(bitPattern: event.offset.rawValue) &* 0x9E37_79B9_7F4A_7C15
        let length = pause ?? policy.pause(after: event.deliveries, chance: seed >> 16)
        var waiting = event
        waiting.failure = context(of: event, because: cause, reason: reason)
        waiting.state =
            length == .zero
            ? .ready
            : .waiting(RowTimer(version: row.version, start: now, length: length))
        row.open.put(waiting)
        unfinished.note(waiting)
    }

    private func context(
        of event: OpenEvent,
        because cause: FailureCause,
        reason: String
    ) -> FailureContext {
        let lease = event.lease.flatMap { row.open.lease($0) }
        return FailureContext(
            firstDelivery: event.failure?.firstDelivery ?? lease?.granted ?? now,
            lastFailure: now,
            cause: cause,
            consumer: lease?.consumer ?? event.failure?.consumer ?? "",
            reason: lastReason(reason, of: event).cut(toUTF8: Limits.openReasonBytes)
        )
    }

    /// The last reason that a consumer gave: a lease that is over gives none.
    private func lastReason(_ reason: String, of event: OpenEvent) -> String {
        reason.isEmpty ? event.failure?.reason ?? "" : reason
    }

    /// Parks an event because an operator wants it, whoever has it; where its key is held, the later
    /// ones of its key are given back.
    mutating func remove(_ event: OpenEvent, because reason: String) {
        park(event, because: .byHand, reason: reason)
        if policy.exhaustion == .hold {
            var givenBack: [Offset: OpenEvent] = [:]
            giveBack(behind: event, noting: &givenBack)
        }
        row.open.dropEmptyLeases()
    }

    /// Parks an event that the log has lost, without its data.
    mutating func expire(_ event: OpenEvent) {
        park(event, because: .expired, reason: "", hasContent: false)
        if policy.exhaustion == .hold {
            var givenBack: [Offset: OpenEvent] = [:]
            giveBack(behind: event, noting: &givenBack)
        }
        row.open.dropEmptyLeases()
    }

    /// Takes an event out of the delivery, to be kept in a row of its own.
    ///
    /// Its lease stays until all of the call is done, though it may be empty.
    private mutating func park(
        _ event: OpenEvent,
        because cause: FailureCause,
        reason: String,
        hasContent: Bool = true
    ) {
        let lease = event.lease.flatMap { row.open.lease($0) }
        let entry = ParkingHistory.Entry(
            cause,
            reason: lastReason(reason, of: event),
            deliveries: event.deliveries,
            firstDelivery: event.failure?.firstDelivery ?? lease?.granted ?? now,
            lastDelivery: lease?.granted ?? event.failure?.lastFailure ?? now,
            parked: now,
            consumer: lease?.consumer ?? event.failure?.consumer ?? ""
        )
        parkings.append(Parking(event: event, entry: entry, hasContent: hasContent))
        if !event.isReplay { row.parked += 1 }
        guard policy.exhaustion == .hold else { return row.open.remove(at: event.offset) }
        row.open.put(OpenEvent(event.offset, key: event.key, state: .parked))
    }

    /// Takes so many of the events that are being parked out of the count: they were parked already.
    mutating func recount(parkedBefore count: Int) { row.parked -= Int64(count) }

    /// Parks what a key rested with and the log has lost, as one; the key goes on behind it, unless
    /// it is held.
    mutating func parkLost(of rest: Rest, upTo earliest: Offset) {
        defer { move(rest, to: earliest) }
        guard let place = freePlace(from: rest.from, upTo: earliest) else { return }
        let entry = ParkingHistory.Entry(
            .expired,
            reason: "offsets \(rest.from.rawValue) to \(earliest.rawValue) left the log",
            deliveries: 0,
            firstDelivery: now,
            lastDelivery: now,
            parked: now,
            consumer: "",
            events: max(rest.count, 1)
        )
        let event = OpenEvent(place, key: rest.key, state: .parked)
        let parking = Parking(event: event, entry: entry, hasContent: false, lostUpTo: earliest)
        parkings.append(parking)
        row.parked += 1
        if policy.exhaustion == .hold { row.open.put(event) }
    }

    /// Parks elsewhere what a key rested with and the log has lost: the place has a row of its own.
    ///
    /// Where no other is left it goes beside what another key has lost. Where those are all of events
    /// that the log had, none of them can have been the key's.
    mutating func moveLost(_ parking: Parking, hasRoomHere: Bool) {
        guard let end = parking.lostUpTo else { preconditionFailure("it is an event of its own") }
        parkings.removeAll { $0 == parking }
        let event = parking.event
        if policy.exhaustion == .hold { row.open.remove(at: event.offset) }
        var moved = parking
        moved.sharedPlace = parking.sharedPlace ?? (hasRoomHere ? event.offset : nil)
        let free = freePlace(from: event.offset.advanced(by: 1), upTo: end)
        let shared = moved.sharedPlace.flatMap { freePlace(from: $0, upTo: $0.advanced(by: 1)) }
        guard let place = free ?? shared else {
            row.parked -= 1
            return
        }
        moved.isShared = free == nil
        moved.event = OpenEvent(place, key: event.key, state: .parked)
        parkings.append(moved)
        if policy.exhaustion == .hold { row.open.put(moved.event) }
    }

    /// The first offset that is neither open nor being parked; nil: all are, so none is the rest's.
    ///
    /// A rest begins wherever a scan has ended, which may be at another key's event.
    private func freePlace(from first: Offset, upTo end: Offset) -> Offset? {
        let others = Set(parkings.map(\.event.offset))
        var place = first
        while others.contains(place) || row.open.event(at: place) != nil {
            place = place.advanced(by: 1)
        }
        return place < end ? place : nil
    }

    /// True while a key waits for its parked event.
    func holds(_ key: KeyHash) -> Bool {
        row.open.events.contains { $0.key == key && $0.state == .parked }
    }

    // MARK: Handing out

    /// Hands an event out: from now on the lease has it.
    mutating func hold(_ event: OpenEvent, under lease: LeaseID) {
        var held = event
        held.state = .held(lease)
        held.deliveries = min(event.deliveries + 1, Limits.largestDeliveries)
        row.open.put(held)
    }

    /// Begins the lease under which events were handed out.
    mutating func grant(_ id: LeaseID, to consumer: String) {
        let timer = RowTimer(version: row.version, start: now, length: policy.ackWait)
        row.open.put(EventLease(id, timer: timer, granted: now, consumer: consumer))
    }

    /// Notes an event whose key waits, or where that is the better, only the place.
    mutating func passOver(_ offset: Offset, of key: KeyHash) {
        guard rules.keep(.record) else { return }
        if var rest = row.open.rest(of: key) {
            rest.count += 1
            return row.open.put(rest)
        }
        let noted = row.open.events.lazy.filter { $0.key == key }.count
        if noted < Limits.notedPerKey, row.open.events.count < policy.maxOpen / 2 {
            row.open.put(OpenEvent(offset, key: key, state: .ready))
        } else {
            row.open.put(Rest(key, from: offset, count: 1))
        }
    }

    /// Looks at a key's rest from a later offset on; there is none where the scan has been.
    mutating func move(_ rest: Rest, to offset: Offset) {
        var moved = rest
        moved.from = max(rest.from, offset)
        guard moved.from < row.scanned else {
            row.open.rests.removeAll { $0.key == rest.key }
            return
        }
        row.open.put(moved)
    }

    /// An event of a rest is handed out.
    mutating func shorten(_ rest: KeyHash) {
        guard var found = row.open.rest(of: rest) else { return }
        found.count = max(found.count - 1, 1)
        row.open.put(found)
    }

    /// The log was looked at up to there.
    mutating func scan(upTo offset: Offset) { row.scanned = max(row.scanned, offset) }

    /// Takes in events that were parked, to be delivered again.
    mutating func replay(_ offset: Offset, of key: KeyHash) {
        row.open.put(OpenEvent(offset, key: key, state: .ready, isReplay: true))
    }

    /// Drops what stands for a parked event that nobody wants any more.
    mutating func discard(_ offset: Offset) {
        if row.open.event(at: offset)?.state == .parked { row.open.remove(at: offset) }
        row.parked = max(row.parked - 1, 0)
    }
}

extension String {
    /// This text, cut at a character's end to at most so many bytes.
    package func cut(toUTF8 limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while String.Index(end, within: self) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

/// The keys of which an event comes again, while verdicts are applied in the events' order: none of
/// theirs behind it is finished before it.
private struct UnfinishedKeys {
    /// By key, the first such event.
    private var first: [KeyHash: Offset] = [:]
    private let isOrdered: Bool

    /// Knows of none, and learns of none.
    init() { isOrdered = false }

    /// The keys of events that are to come again, or that the lease holds and the verdicts leave out.
    init(
        behind verdicts: Verdicts,
        of lease: LeaseID?,
        in open: OpenEvents,
        by policy: DeliveryPolicy
    ) {
        isOrdered = policy.order == .key
        guard isOrdered else { return }
        for event in open.events {
            switch event.state {
            case .ready, .waiting: note(event)
            case .held(let holder):
                let isLeft = !verdicts.acksOthers && verdicts.events[event.offset] == nil
                if holder == lease, isLeft { first[event.key] = first[event.key] ?? event.offset }
            case .parked: break
            }
        }
    }

    /// Learns that an event comes again; one that was parked and asked for again has been passed by.
    mutating func note(_ event: OpenEvent) {
        guard isOrdered, !event.isReplay else { return }
        first[event.key] = min(first[event.key] ?? event.offset, event.offset)
    }

    func holdsBack(_ event: OpenEvent) -> Bool {
        !first.isEmpty && first[event.key].map { $0 < event.offset } ?? false
    }
}
