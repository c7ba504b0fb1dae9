import LedgerBytes

/// The stored form of ``OpenEvents``, in a delivery's row.
///
/// ```
/// 1 · uvarint leases:  id 8 · timer · granted ms · text consumer · uvarint events: event
///   · uvarint ready:   event
///   · uvarint waiting: event · timer
///   · uvarint parked:  event
///   · uvarint rests:   key 4 · uvarint from · uvarint count
/// event:   uvarint delta·2+f, f=1: uvarint deliveries · marks 1, bit 0 replay, bit 1: failure
///          · key 4
/// failure: first delivery ms · last failure ms · cause 1 · text consumer · text reason
/// timer:   uvarint version · start ms · length ms          text: uvarint n · n bytes
/// ```
///
/// Grouped so that an event that is handed out for the first time takes five or six bytes. A delta is
/// from the event before it in its group, of the first from 0. One spelling per value.
extension OpenEvents {
    private static let version: UInt8 = 1

    /// The stored form; where that would be too large, without consumers' names and reasons.
    package var encoded: [UInt8] {
        let whole = encoded(withTexts: true)
        return whole.count <= Limits.openEventsBytes ? whole : encoded(withTexts: false)
    }

    private func encoded(withTexts: Bool) -> [UInt8] {
        // One pass: there may be as many leases as events.
        let places = Dictionary(uniqueKeysWithValues: zip(leases.map(\.id), leases.indices))
        var held = leases.map { _ in EventGroup(deliveries: 1, withTexts: withTexts) }
        var (ready, waiting) = (EventGroup(withTexts: withTexts), EventGroup(withTexts: withTexts))
        var parked = EventGroup(withTexts: withTexts)
        var place = 0
        for event in events {
            switch event.state {
            case .held(let lease):
                if leases.isEmpty || leases[place].id != lease {
                    guard let found = places[lease] else { continue }
                    place = found
                }
                held[place].append(event)
            case .ready: ready.append(event)
            case .waiting: waiting.append(event)
            case .parked: parked.append(event)
            }
        }
        var writer = OpenEventsWriter(withTexts: withTexts)
        writer.bytes.append(Self.version)
        writer.append(Int64(leases.count))
        for (lease, events) in zip(leases, held) {
            writer.append(lease)
            writer.append(events)
        }
        for group in [ready, waiting, parked] { writer.append(group) }
        writer.append(Int64(rests.count))
        for rest in rests {
            writer.append(rest.key)
            writer.append(rest.from.rawValue)
            writer.append(Int64(rest.count))
        }
        return writer.bytes
    }

    /// The inverse of ``encoded``; nil for anything that it does not write.
    package static func decode(_ bytes: [UInt8]) -> OpenEvents? {
        var reader = OpenEventsReader(bytes)
        guard reader.bytes.byte() == version, let open = reader.openEvents(),
            reader.bytes.isAtEnd
        else { return nil }
        return open
    }
}

private struct OpenEventsWriter {
    let withTexts: Bool
    var bytes: [UInt8] = []

    init(withTexts: Bool) { self.withTexts = withTexts }

    mutating func append(_ group: EventGroup) {
        append(Int64(group.count))
        bytes += group.writer.bytes
    }

    mutating func append(_ event: OpenEvent, delta: Int64, usual: Int) {
        let isUsual = event.deliveries == usual && !event.isReplay && event.failure == nil
        Varint.append(UInt64(delta) << 1 | (isUsual ? 0 : 1), to: &bytes)
        if !isUsual {
            append(Int64(event.deliveries))
            bytes.append((event.isReplay ? 1 : 0) | (event.failure == nil ? 0 : 2))
            if let failure = event.failure { append(failure) }
        }
        append(event.key)
    }

    mutating func append(_ lease: EventLease) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: lease.id.rawValue >> shift))
        }
        append(lease.timer)
        append(lease.granted.milliseconds)
        append(lease.consumer)
    }

    private mutating func append(_ failure: FailureContext) {
        append(failure.firstDelivery.milliseconds)
        append(failure.lastFailure.milliseconds)
        bytes.append(failure.cause.rawValue)
        append(failure.consumer)
        append(failure.reason)
    }

    mutating func append(_ timer: RowTimer) {
        append(timer.version)
        append(timer.start.milliseconds)
        append(timer.length.wholeMilliseconds)
    }

    private mutating func append(_ text: String) {
        let utf8 = withTexts ? Array(text.utf8) : []
        append(Int64(utf8.count))
        bytes += utf8
    }

    mutating func append(_ key: KeyHash) {
        withUnsafeBytes(of: key.rawValue.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ number: Int64) { Varint.append(UInt64(number), to: &bytes) }
}

/// The events of one group while they are written, by offset.
private struct EventGroup {
    private(set) var count = 0
    private(set) var writer: OpenEventsWriter
    /// The deliveries of one that needs no more than that, unless it has failed.
    private let usual: Int
    private var last = Int64(0)

    init(deliveries usual: Int = 0, withTexts: Bool) {
        self.usual = usual
        writer = OpenEventsWriter(withTexts: withTexts)
    }

    mutating func append(_ event: OpenEvent) {
        writer.append(event, delta: event.offset.rawValue - last, usual: usual)
        if case .waiting(let timer) = event.state { writer.append(timer) }
        last = event.offset.rawValue
        count += 1
    }
}

private struct OpenEventsReader {
    var bytes: ByteReader

    init(_ bytes: [UInt8]) { self.bytes = ByteReader(bytes) }

    mutating func openEvents() -> OpenEvents? {
        var open = OpenEvents()
        guard readLeases(to: &open), readEvents(to: &open, usual: 0, state: { _ in .ready }),
            readEvents(to: &open, usual: 0, state: { $0.timer().map(OpenEvent.State.waiting) }),
            readEvents(to: &open, usual: 0, state: { _ in .parked }), readRests(to: &open)
        else { return nil }
        open.events.sort { $0.offset < $1.offset }
        let hasTwins = zip(open.events, open.events.dropFirst()).contains { $0.offset == $1.offset }
        return hasTwins ? nil : open
    }

    private mutating func readLeases(to open: inout OpenEvents) -> Bool {
        guard let count = count() else { return false }
        for _ in 0..<count {
            guard let lease = lease(), open.leases.last.map({ $0.id < lease.id }) ?? true
            else { return false }
            let before = open.events.count
            open.leases.append(lease)
            guard readEvents(to: &open, usual: 1, state: { _ in .held(lease.id) }),
                open.events.count > before
            else { return false }
        }
        return true
    }

    /// Reads a group, which is put in order with the others later; false when it is damaged.
    private mutating func readEvents(
        to open: inout OpenEvents,
        usual: Int,
        state: (inout OpenEventsReader) -> OpenEvent.State?
    ) -> Bool {
        guard let count = count() else { return false }
        var last: Offset?
        for _ in 0..<count {
            guard let event = event(behind: last, usual: usual, state: state) else { return false }
            open.events.append(event)
            last = event.offset
        }
        return true
    }

    private mutating func event(
        behind last: Offset?,
        usual: Int,
        state: (inout OpenEventsReader) -> OpenEvent.State?
    ) -> OpenEvent? {
        guard let head = bytes.number(), head >> 1 > 0 || last == nil,
            let delta = Int64(exactly: head >> 1)
        else { return nil }
        let (sum, overflow) = (last?.rawValue ?? 0).addingReportingOverflow(delta)
        guard !overflow, let offset = Offset(sum) else { return nil }
        var (deliveries, isReplay) = (usual, false)
        var failure: FailureContext?
        if head & 1 == 1 {
            guard let number = bytes.number().flatMap(Int.init(exactly:)),
                number <= Limits.largestDeliveries, let marks = bytes.byte(), marks <= 3
            else { return nil }
            (deliveries, isReplay) = (number, marks & 1 == 1)
            if marks & 2 == 2 {
                guard let read = self.failure() else { return nil }
                failure = read
            }
            guard deliveries != usual || marks > 0 else { return nil }
        }
        guard let key = key(), let state = state(&self) else { return nil }
        return OpenEvent(
            offset,
            key: key,
            state: state,
            deliveries: deliveries,
            failure: failure,
            isReplay: isReplay
        )
    }

    private mutating func readRests(to open: inout OpenEvents) -> Bool {
        guard let count = count() else { return false }
        for _ in 0..<count {
            guard let key = key(), open.rests.last.map({ $0.key < key }) ?? true,
                let from = bytes.offset(),
                let passed = bytes.number().flatMap(Int.init(exactly:))
            else { return false }
            open.rests.append(Rest(key, from: from, count: passed))
        }
        return true
    }

    private mutating func lease() -> EventLease? {
        guard let id = bytes.take(8), let timer = timer(), let granted = timestamp(),
            let consumer = text(upTo: Limits.consumerBytes)
        else { return nil }
        return EventLease(
            LeaseID(rawValue: id.reduce(0) { $0 << 8 | UInt64($1) }),
            timer: timer,
            granted: granted,
            consumer: consumer
        )
    }

    private mutating func failure() -> FailureContext? {
        guard let first = timestamp(), let last = timestamp(),
            let cause = bytes.byte().flatMap(FailureCause.init),
            let consumer = text(upTo: Limits.consumerBytes),
            let reason = text(upTo: Limits.openReasonBytes)
        else { return nil }
        return FailureContext(
            firstDelivery: first,
            lastFailure: last,
            cause: cause,
            consumer: consumer,
            reason: reason
        )
    }

    fileprivate mutating func timer() -> RowTimer? {
        guard let version = bytes.number().flatMap(Int64.init(exactly:)), let start = timestamp(),
            let length = bytes.number().flatMap(Int64.init(exactly:)),
            length <= Limits.longestTimer.wholeMilliseconds
        else { return nil }
        return RowTimer(version: version, start: start, length: .milliseconds(length))
    }

    private mutating func timestamp() -> Timestamp? {
        guard let number = bytes.number(), number <= UInt64(Timestamp.latest.milliseconds)
        else { return nil }
        return Timestamp(milliseconds: Int64(number))
    }

    private mutating func text(upTo limit: Int) -> String? {
        guard let utf8 = bytes.field(), utf8.count <= limit else { return nil }
        return String(validating: utf8, as: UTF8.self)
    }

    private mutating func key() -> KeyHash? {
        bytes.take(4).map { KeyHash(rawValue: $0.reduce(0) { $0 << 8 | UInt32($1) }) }
    }

    /// A number of elements, each of which takes a byte at least.
    private mutating func count() -> Int? {
        bytes.number().flatMap(Int.init(exactly:)).flatMap { $0 <= Limits.itemBytes ? $0 : nil }
    }
}
