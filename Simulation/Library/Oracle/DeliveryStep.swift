import LedgerCore

/// A change of a parked event's row.
struct ParkedChange {
    /// The row as it was last stored; nil: there never was one.
    let before: ParkedRow?
    let after: ParkedRow

    /// Nil: the change is not one that parks it.
    var cause: FailureCause? { after.state == .parked ? after.history.entries.last?.cause : nil }

    /// True if it is no longer parked, nor asked for.
    var isEnd: Bool { !after.isKept }
}

extension DeliveryRow {
    /// What is open of it, as the trace has it.
    var outline: String {
        let events = open.events.map { event in
            let state =
                switch event.state {
                case .held(let lease): "held by \(lease.rawValue % 10_000)"
                case .ready: "ready"
                case .waiting: "waiting"
                case .parked: "parked"
                }
            return "\(event.offset.rawValue)\(event.isReplay ? " again" : "") \(state) "
                + "\(event.key.rawValue % 1_000)/\(event.deliveries)"
        }
        return
            "\(events) \(open.rests.map { "\($0.key.rawValue % 1_000) from \($0.from.rawValue)" })"
    }
}

extension ParkedRow {
    /// Why it is parked, as the trace has it.
    var outline: String {
        guard state == .parked, let entry = history.entries.last else { return "" }
        return "\(entry.cause) of \(entry.events) after \(entry.deliveries)"
    }
}

/// One change of a delivery's row, held against all that is known of its events.
struct DeliveryStep {
    let span: DeliveryRecord.Span
    private(set) var track: DeliveryRecord.Track
    /// True once something happened that the call's answer speaks of.
    private(set) var isAnswered = false
    private let before: DeliveryRow
    private let after: DeliveryRow
    private let changes: [Offset: ParkedChange]
    private let subscription: SubscriptionRow
    private let policy: DeliveryPolicy
    private let events: [Oracle.Event]
    private let origin: WriteOrigin
    private let oracle: Oracle

    init(
        to row: DeliveryRow,
        with changes: [ParkedChange],
        of subscription: SubscriptionRow,
        policy: DeliveryPolicy,
        by origin: WriteOrigin,
        oracle: Oracle
    ) {
        let lane = GroupRecord.Lane(subscription: row.subscription, partition: row.partition)
        span = DeliveryRecord.Span(lane: lane, epoch: row.epoch)
        track = oracle.deliveries.track(span)
        before = track.row ?? DeliveryRow(of: subscription, in: row.partition, after: nil)
        after = row
        let own = changes.filter { $0.after.partition == row.partition }
        self.changes = Dictionary(uniqueKeysWithValues: own.map { ($0.after.offset, $0) })
        self.subscription = subscription
        self.policy = policy
        events = oracle.log(of: row.partition, in: row.stream).events
        self.origin = origin
        self.oracle = oracle
    }

    mutating func run() {
        checkScan()
        endLeases()
        beginLeases()
        settle()
        if policy.order == .key { checkOrder() }
        checkParked()
        track.row = after
    }

    private func report(_ text: String, breaking promise: Promise) {
        let partition = after.partition.index
        oracle.report("partition \(partition): \(text)", breaking: promise)
    }

    private func key(of offset: Offset) -> [UInt8] {
        offset.rawValue < Int64(events.count) ? events[Int(offset.rawValue)].key : []
    }

    // MARK: What was looked at

    private func checkScan() {
        if after.scanned < before.scanned {
            report(
                "\(after.scanned.rawValue) was looked at, and is again",
                breaking: .finished
            )
        }
        if after.open.events.count > policy.maxOpen {
            report("\(after.open.events.count) events are open", breaking: .delivery)
        }
        if after.scanned.rawValue > Int64(events.count) {
            report("\(after.scanned.rawValue) lies beyond the log's end", breaking: .finished)
        }
    }

    // MARK: Leases

    /// Judges how events left their leases: by a call of the holder, by hand, or after their time.
    private mutating func endLeases() {
        for event in before.open.events {
            guard case .held(let lease) = event.state, !isHeld(event.offset, by: lease) else {
                continue
            }
            if origin.call?.delivery?.lease == lease {
                isAnswered = true
            } else if !isByHand(event), !isHeldBack(event),
                changes[event.offset]?.cause != .expired
            {
                checkTime(of: lease, at: event.offset)
            }
        }
    }

    private func isHeld(_ offset: Offset, by lease: LeaseID) -> Bool {
        after.open.event(at: offset)?.state == .held(lease)
    }

    /// True if the event is parked by hand, or its key is held back by one that is.
    private func isByHand(_ event: OpenEvent) -> Bool {
        guard let removal = origin.call?.delivery?.removal,
            changes[removal]?.cause == .byHand
        else { return false }
        return removal == event.offset
            || (policy.exhaustion == .hold && key(of: removal) == key(of: event.offset))
    }

    /// True if the log has lost an earlier event of its key, for which the key is held from now on.
    private func isHeldBack(_ event: OpenEvent) -> Bool {
        guard policy.exhaustion == .hold else { return false }
        return changes.contains { offset, change in
            change.cause == .expired && offset < event.offset
                && key(of: offset) == key(of: event.offset)
        }
    }

    private func checkTime(of id: LeaseID, at offset: Offset) {
        guard let lease = before.open.lease(id), let granted = track.granted[id],
            oracle.deliveries.judgesTimes
        else { return }
        let age = oracle.world.now - granted
        guard age < lease.timer.length else { return }
        report(
            "\(offset.rawValue) is taken from its lease after \(age.wholeMilliseconds) of "
                + "\(lease.timer.length.wholeMilliseconds) ms",
            breaking: .receipts
        )
    }

    private mutating func beginLeases() {
        for lease in after.open.leases {
            let former = before.open.lease(lease.id)
            if former?.timer.version != lease.timer.version { isAnswered = true }
            if former?.timer != lease.timer { track.granted[lease.id] = origin.decided }
        }
        for event in after.open.events {
            guard case .held(let lease) = event.state else { continue }
            track.held[lease, default: []].insert(event.offset)
        }
    }

    // MARK: What is finished

    /// Finds what is finished now, and judges how it came to that.
    private mutating func settle() {
        var known = track.unfinished
        for number in before.scanned.rawValue..<max(before.scanned, after.scanned).rawValue {
            if let offset = Offset(number) { known.insert(offset) }
        }
        // What was asked for before it was looked at is parked again, and its key waits for it.
        for event in after.open.events where event.state == .parked {
            guard before.open.event(at: event.offset)?.isReplay == true else { continue }
            known.insert(event.offset)
            track.given.remove(event.offset)
        }
        // What a key has lost is parked at a place that may be another event's, finished or not.
        for (offset, change) in changes where change.cause == .expired {
            guard after.open.event(at: offset)?.state == .parked else { continue }
            known.insert(offset)
            track.given.insert(offset)
        }
        checkReturns(known)
        track.unfinished = known.filter(isCovered)
        for offset in known.subtracting(track.unfinished).sorted() { finish(offset) }
        for event in before.open.events where event.isReplay && !known.contains(event.offset) {
            if after.open.event(at: event.offset)?.isReplay != true { finish(event.offset) }
        }
    }

    /// True while an event is open, or its key is looked at again from there on.
    private func isCovered(_ offset: Offset) -> Bool {
        if after.open.event(at: offset) != nil { return true }
        guard let hash = oracle.deliveries.hash(of: key(of: offset), in: subscription),
            let rest = after.open.rest(of: hash)
        else { return false }
        return rest.from <= offset
    }

    /// What is finished does not come back, unless it is asked for.
    private func checkReturns(_ known: Set<Offset>) {
        for event in after.open.events where !event.isReplay && !known.contains(event.offset) {
            report("\(event.offset.rawValue) is finished, and comes back", breaking: .finished)
        }
        for rest in after.open.rests {
            if let former = before.open.rest(of: rest.key), former.from <= rest.from { continue }
            for event in events[Int(rest.from.rawValue)..<min(events.count, scannedIndex)] {
                guard let offset = Offset(event.offset), !known.contains(offset),
                    oracle.deliveries.hash(of: event.key, in: subscription) == rest.key,
                    after.open.event(at: offset) == nil
                else { continue }
                return report(
                    "\(event.offset) is finished, and is looked at again",
                    breaking: .finished
                )
            }
        }
    }

    private var scannedIndex: Int { Int(after.scanned.rawValue) }

    private mutating func finish(_ offset: Offset) {
        let number = offset.rawValue
        let change = changes[offset]
        if change?.cause != nil || isLost(offset) {
            track.given.insert(offset)
            return
        }
        if change?.isEnd == true, origin.call?.delivery?.removal == offset {
            isAnswered = true
            track.given.insert(offset)
            return
        }
        guard case .held(let lease)? = before.open.event(at: offset)?.state else {
            return report("\(number) is passed over, and noted nowhere", breaking: .finished)
        }
        if origin.call?.delivery?.lease != lease {
            report("\(number) is finished by who does not hold it", breaking: .receipts)
        }
        if !track.done.contains(offset), !track.claimed.contains(offset) {
            report("\(number) is finished, and nobody has processed it", breaking: .finished)
        }
        guard policy.order == .key, !track.given.contains(offset),
            let first = earlierUnfinished(than: offset).min()
        else { return }
        report("\(number) is acknowledged before \(first.rawValue) of its key", breaking: .keys)
    }

    /// The earlier events of an event's key that are neither finished nor passed by.
    private func earlierUnfinished(than offset: Offset) -> Set<Offset> {
        track.unfinished.filter { $0 < offset && key(of: $0) == key(of: offset) }
            .subtracting(track.given)
    }

    /// True if the log has lost an event of a key that was to be looked at again, and a row says so.
    private func isLost(_ offset: Offset) -> Bool {
        guard oracle.hasExpired(events[Int(offset.rawValue)]),
            let hash = oracle.deliveries.hash(of: key(of: offset), in: subscription),
            let rest = before.open.rest(of: hash)
        else { return false }
        return rest.from <= offset && changes.values.contains { $0.cause == .expired }
    }

    // MARK: Order

    /// A key is with one consumer, which has its first events.
    private func checkOrder() {
        var holders: [KeyHash: LeaseID] = [:]
        for event in after.open.events {
            guard case .held(let lease) = event.state else { continue }
            if holders[event.key, default: lease] != lease {
                report("\(event.offset.rawValue)'s key is with two consumers", breaking: .keys)
            }
            holders[event.key] = lease
            let isNew = before.open.event(at: event.offset)?.state != event.state
            guard isNew, !event.isReplay else { continue }
            let earlier = track.unfinished.filter {
                $0 < event.offset && key(of: $0) == key(of: event.offset)
                    && !isHeld($0, by: lease)
            }
            guard let first = earlier.subtracting(track.given).min() else { continue }
            report(
                "\(event.offset.rawValue) is handed out before \(first.rawValue) of its key",
                breaking: .keys
            )
        }
    }

    // MARK: Parked events

    private mutating func checkParked() {
        for change in changes.values.sorted(by: { $0.after.offset < $1.after.offset }) {
            check(change)
        }
        let kept = oracle.deliveries.kept(in: span.lane)
        if after.parked != Int64(kept.count) {
            report("\(after.parked) events count as parked, not \(kept.count)", breaking: .parking)
        }
        let asked = kept.filter { $0.state == .replaying(epoch: after.epoch) }.map(\.offset)
        let open = after.open.events.filter(\.isReplay).map(\.offset)
        if asked != open {
            report(
                "\(asked.map(\.rawValue)) are asked for, \(open.map(\.rawValue)) are on their way",
                breaking: .parking
            )
        }
        for event in after.open.events where event.state == .parked {
            guard kept.contains(where: { $0.offset == event.offset }) else {
                report("\(event.offset.rawValue)'s key waits for nothing", breaking: .parking)
                continue
            }
        }
    }

    private mutating func check(_ change: ParkedChange) {
        let offset = change.after.offset
        switch change.after.state {
        case .parked:
            if change.cause == .byHand || change.cause == .rejected { isAnswered = true }
            checkParking(change, at: offset)
        case .replaying:
            isAnswered = true
            // It was passed by already, unless its key waits for it. Asked for since a seek, it may
            // come before the earlier ones of its key.
            let isPassed = before.open.event(at: offset)?.state != .parked
            if isPassed || !earlierUnfinished(than: offset).isEmpty { track.given.insert(offset) }
            let times = change.after.history.times
            let isFirst = track.asked[offset, default: []].insert(times).inserted
            if !isFirst || change.before?.isParked(in: after.epoch) != true {
                report("\(offset.rawValue) comes again twice for one request", breaking: .parking)
            }
        case .gone:
            isAnswered = true
            let isAsked = change.before?.state == .replaying(epoch: after.epoch)
            guard !isAsked, origin.call?.delivery?.removal != offset else { return }
            report("\(offset.rawValue) is parked no more, unasked", breaking: .parking)
        }
    }

    /// An event is parked only after as many deliveries as the policy permits, and only if something
    /// is wrong with it.
    private func checkParking(_ change: ParkedChange, at offset: Offset) {
        guard change.cause == .maxDeliveries, let entry = change.after.history.entries.last else {
            return
        }
        if policy.maxDeliveries.map({ entry.deliveries < $0 }) ?? true {
            report("\(offset.rawValue) is parked early", breaking: .parking)
        }
        let value = events[Int(offset.rawValue)].value
        guard oracle.deliveries.onlyIllness != nil,
            oracle.deliveries.illnesses[value]?.map({ _ in true }) != true
        else { return }
        report("\(offset.rawValue) is sound, and is parked", breaking: .neighbours)
    }
}
