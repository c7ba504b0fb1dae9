/// A page that is being made of a delivery's row, in memory: first of what is open, then of what was
/// passed over, then of what is new.
struct DeliveryDraft: Sendable {
    /// A part of the log that is looked through.
    private enum Part: Sendable {
        /// What was passed over, of keys that do not wait any more: by key, from where on.
        case rests([KeyHash: Offset])
        /// What was never looked at.
        case new
    }

    var change: DeliveryChange
    let request: DeliveryTask.Request
    let salt: DeliverySalt
    /// The events that are handed out, in order.
    private(set) var page: [OpenEvent] = []
    private(set) var blocks: [Delivered.Block] = []
    /// True once all that may be handed out now is in the page.
    private(set) var isDrained = false
    /// True when an open event is left that the page may not have: it would have to be alone, or more
    /// would have to be read than one call may.
    private var leavesOpen = false
    /// True once it is decided what is handed out.
    private(set) var isComplete = false
    /// Open events that had no room in the page.
    private var openLeft: Int64 = 0
    /// Events behind the page that the last read of the log has seen.
    private var unread: Int64 = 0
    private var bytes = 0
    /// True once the page has all it may have.
    private var isFull = false
    /// Parts that are still to be looked through, the present one first.
    private var parts: [Part] = []
    /// The next offset of the present part.
    private var place = Offset.zero
    /// Keys that may not be handed out.
    private var busy = KeySet([])
    /// New events whose keys wait.
    private var passedOver = 0
    private var scannedBytes = 0
    private var scannedEvents = 0

    init(_ change: DeliveryChange, request: DeliveryTask.Request, salt: DeliverySalt) {
        self.change = change
        self.request = request
        self.salt = salt
    }

    private var policy: DeliveryPolicy { change.policy }
    private var rules: Rules { change.rules }
    private var isOrdered: Bool { policy.order == .key }

    // MARK: What is open

    /// The open events that may be handed out now; one on its last permitted delivery is alone.
    mutating func candidates(isOver: (Timer) -> Bool) -> [OpenEvent] {
        leavesOpen = false
        let open = change.row.open
        let free = open.events.filter { $0.lease == nil }
        guard !free.isEmpty else { return [] }
        var replaysLeft = Limits.replaysAtOnce
        let held = open.events.lazy.filter { $0.lease != nil }
        var busy = KeySet(held, expecting: open.events.count)
        var found: [OpenEvent] = []
        for event in free where found.count < request.limit {
            let isBlocked = isOrdered && busy.contains(event.key) && rules.keep(.keyBlock)
            guard isReady(event, isOver: isOver), !isBlocked else {
                busy.insert(event.key)
                continue
            }
            guard !isLast(event) else {
                if found.isEmpty, request.allowsLast { return [event] }
                leavesOpen = true
                busy.insert(event.key)
                continue
            }
            if event.isReplay { replaysLeft -= 1 }
            guard !event.isReplay || replaysLeft >= 0 else {
                leavesOpen = true
                busy.insert(event.key)
                continue
            }
            found.append(event)
        }
        return found
    }

    /// Open events are left that were not read.
    mutating func leaveOpen() { leavesOpen = true }

    /// True when the next delivery is the last one that is permitted: the event then is alone in its
    /// page, so that it takes no sound one with it.
    private func isLast(_ event: OpenEvent) -> Bool {
        policy.isLast(event.deliveries + 1) && rules.keep(.lastAlone)
    }

    private func isReady(_ event: OpenEvent, isOver: (Timer) -> Bool) -> Bool {
        switch event.state {
        case .ready: true
        case .waiting(let timer): isOver(change.row.timer(timer))
        case .held, .parked: false
        }
    }

    /// Events behind the page that are known of.
    var remaining: Int64 { openLeft + unread }

    /// Hands out candidates as far as there is room, of which `size` says how many bytes they have.
    mutating func handOut(_ candidates: [OpenEvent], size: (OpenEvent) -> Int) {
        for event in candidates {
            guard take(event, size: size(event)) else { break }
        }
        let isCut = !change.hasRoomToPark
        openLeft = Int64(candidates.count - page.count) + (isCut || leavesOpen ? 1 : 0)
    }

    /// Hands out once more what the lease holds already.
    mutating func repeatPage(_ events: [OpenEvent]) {
        page = events
        openLeft = 1
        isComplete = true
    }

    /// Ends a draft without a page.
    mutating func skipPage() { isComplete = true }

    /// Hands an event out.
    ///
    /// - Returns: false when there is no room for it.
    private mutating func take(_ event: OpenEvent, size: Int) -> Bool {
        let isLast = isLast(event)
        let isFirst = page.isEmpty
        let hasRoom = bytes + size <= request.bytes || (isFirst && request.fitsFirst)
        let mayCome = !isLast || (isFirst && request.allowsLast)
        guard !isFull, page.count < request.limit, hasRoom, mayCome else {
            isFull = true
            return false
        }
        change.hold(event, under: request.lease)
        if let held = change.row.open.event(at: event.offset) { page.append(held) }
        bytes += size
        isFull = isLast
        return true
    }

    // MARK: The log

    /// The next read of the log: from where, and how many events; nil: the page is complete.
    mutating func nextRead() -> (from: Offset, limit: Int)? {
        while let part = parts.first {
            if isPageFull || !hasBudget { break }
            switch part {
            case .rests(let free):
                guard place < change.row.scanned, !free.isEmpty, mayOpen() else {
                    endPart()
                    continue
                }
                return (place, Limits.pageEntries.upperBound)
            case .new:
                guard mayOpen() else {
                    endPart()
                    continue
                }
                // More each time that keys wait, or a page behind them would be many reads.
                let wanted = max(request.limit - page.count, passedOver, 1)
                return (place, min(wanted, Limits.pageEntries.upperBound))
            }
        }
        return nil
    }

    private var hasBudget: Bool {
        scannedBytes < Limits.restScanBytes && scannedEvents < Limits.readEntries
    }

    /// Begins to look through the log, once the open events are handed out.
    mutating func beginScan() {
        let open = change.row.open
        if isOrdered, rules.keep(.keyBlock) {
            let others = open.events.lazy.filter { [request] in $0.lease != request.lease }
            busy = KeySet(others, expecting: open.events.count)
        }
        let free = open.rests.filter { !busy.contains($0.key) }
        let rests = Part.rests(Dictionary(uniqueKeysWithValues: free.map { ($0.key, $0.from) }))
        parts = rules.keep(.restFirst) ? [rests, .new] : [.new, rests]
        beginPart()
    }

    private mutating func beginPart() {
        guard let part = parts.first else { return }
        switch part {
        case .rests(let free): place = free.values.min() ?? change.row.scanned
        case .new:
            place = change.row.scanned
            if rules.keep(.restFirst) {
                for rest in change.row.open.rests { busy.insert(rest.key) }
            }
        }
    }

    private mutating func endPart() {
        guard !parts.isEmpty else { return }
        settleRests()
        parts.removeFirst()
        beginPart()
    }

    /// Moves the rests that were looked through to where the scan is.
    private mutating func settleRests() {
        guard case .rests(let free)? = parts.first else { return }
        for (key, _) in free {
            if let rest = change.row.open.rest(of: key) { change.move(rest, to: place) }
        }
    }

    /// True while another event may become open; says so where it may not.
    private mutating func mayOpen() -> Bool {
        guard blocks.isEmpty else { return false }
        let isNew = if case .new? = parts.first { true } else { false }
        if change.row.open.events.count >= policy.maxOpen {
            blocks.append(.maxOpen)
        } else if isNew, change.row.parked >= Int64(policy.maxParked) {
            blocks.append(.maxParked)
        }
        return blocks.isEmpty
    }

    /// Takes a page of the log that ``nextRead()`` asked for, whose bytes are in the pool.
    ///
    /// What is left does not depend on how the log is cut into reads: a page that is full ends right
    /// behind its last event.
    mutating func receive(_ read: EventPage, from pool: EventPool) {
        scannedBytes += read.decodedBytes
        scannedEvents += read.scanned
        for event in read.events {
            endRests(before: event.offset)
            guard let found = pool.place(of: event.offset) else { continue }
            guard mayOpen() else { return stop(at: place) }
            guard meet(event.offset, at: found, in: pool) else { return stop(at: event.offset) }
            place = event.offset.advanced(by: 1)
            if isPageFull { break }
        }
        let end = read.positions.values[0].logOffset
        guard end <= place || (!isPageFull && mayOpen()) else {
            unread = read.remaining + end.distance(from: place)
            return stop(at: place)
        }
        endRests(before: end)
        place = max(place, end)
        if case .new? = parts.first { change.scan(upTo: place) }
        unread = read.remaining
        guard read.caughtUp else { return }
        // A log that ends before what was looked at has gone back, which the next part finds out.
        if case .rests? = parts.first { return endPart() }
        while !parts.isEmpty { endPart() }
        isDrained = !isFull && remaining == 0
    }

    private var isPageFull: Bool { isFull || page.count == request.limit }

    /// Goes on to the next part once the scan has come to what was never looked at.
    private mutating func endRests(before offset: Offset) {
        guard case .rests? = parts.first, offset >= change.row.scanned else { return }
        place = change.row.scanned
        endPart()
    }

    private mutating func stop(at offset: Offset) {
        place = offset
        if case .new? = parts.first { change.scan(upTo: offset) }
        unread = max(unread, 1)
    }

    /// Decides what becomes of the event at the scan's place.
    ///
    /// - Returns: false when the scan ends before it.
    private mutating func meet(
        _ offset: Offset,
        at found: EventPool.Place,
        in pool: EventPool
    ) -> Bool {
        // Asked for again after a seek, it comes from its own row.
        guard change.row.open.event(at: offset) == nil else { return true }
        let key = pool.keyHash(of: found, salt: salt)
        let event = OpenEvent(offset, key: key, state: .ready)
        switch parts.first {
        case .rests(let free)?:
            guard let from = free[key], from <= offset else { return true }
            guard take(event, size: pool.size(of: found)) else { return false }
            change.shorten(key)
            return true
        case .new?:
            guard !busy.contains(key) else {
                change.passOver(offset, of: key)
                passedOver += 1
                return true
            }
            return take(event, size: pool.size(of: found))
        case nil: return false
        }
    }

    /// The log has lost what is at the scan's place, up to an offset: keys that rested there go on
    /// behind it.
    ///
    /// - Returns: false when what was never looked at begins there: only a seek passes that by.
    mutating func lose(upTo earliest: Offset) -> Bool {
        settleRests()
        guard case .rests(let free)? = parts.first else {
            isFull = true
            return false
        }
        let end = min(max(earliest, place.advanced(by: 1)), change.row.scanned)
        let isHeld = policy.exhaustion == .hold
        for key in free.keys.sorted() {
            guard let rest = change.row.open.rest(of: key), rest.from < end else { continue }
            // What holds its key stays open.
            guard change.hasRoomToPark, !isHeld || mayOpen() else {
                isFull = true
                break
            }
            change.parkLost(of: rest, upTo: end)
        }
        let left = change.row.open.rests.filter { rest in
            free[rest.key] != nil && !(isHeld && change.holds(rest.key))
        }
        parts[0] = .rests(Dictionary(uniqueKeysWithValues: left.map { ($0.key, $0.from) }))
        place = left.map(\.from).min() ?? change.row.scanned
        return true
    }

    /// Ends the page: begins its lease, if anything is handed out.
    mutating func finish() {
        settleRests()
        parts = []
        isComplete = true
        if !page.isEmpty { change.grant(request.lease, to: request.consumer) }
        guard isOrdered, change.row.open.events.contains(where: { $0.state == .parked }) else {
            return
        }
        blocks.append(.key)
    }
}
