import LedgerBytes

/// An event that was taken out of a delivery and kept, with its history: row `PARK`.
///
/// It has the event itself, so it outlives the log's retention. One that is parked no more is put as
/// gone and never deleted by hand: only the compactor may delete.
package struct ParkedRow: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// It waits for somebody to ask for it.
        case parked
        /// It is delivered again, in this seek epoch; in a later one it counts as parked.
        case replaying(epoch: Int64)
        /// It is parked no more; the row goes by itself then.
        case gone(TTL)
    }

    /// The event itself.
    package struct Content: Hashable, Sendable {
        package let key: EventKey
        /// Encoded by ``Record`` and packed by ``PackedRecord``.
        package let record: [UInt8]
        package let timestamp: Timestamp

        package init(key: EventKey, record: [UInt8], timestamp: Timestamp) {
            self.key = key
            self.record = record
            self.timestamp = timestamp
        }

        /// About the size of the event by the event measure, bytes.
        var countedBytes: Int { key.utf8.count + PackedRecord.unpackedCount(of: record) }
    }

    package let stream: StreamIncarnation
    package let subscription: SubscriptionIncarnation
    package let partition: Partition
    package let offset: Offset
    package private(set) var state: State
    /// Nil: the log had lost it.
    package private(set) var content: Content?
    package private(set) var history: ParkingHistory

    /// Parks an event, for the first time or after `former`.
    package init(
        _ offset: Offset,
        of row: DeliveryRow,
        content: Content?,
        because parking: ParkingHistory.Entry,
        after former: ParkedRow?
    ) {
        self.init(
            offset,
            in: row.partition,
            of: (row.stream, row.subscription),
            content: content,
            because: parking,
            after: former
        )
    }

    /// Parks an event of a subscription with cursors.
    package init(
        _ offset: Offset,
        in partition: Partition,
        of subscription: (StreamIncarnation, SubscriptionIncarnation),
        content: Content?,
        because parking: ParkingHistory.Entry,
        after former: ParkedRow?
    ) {
        (stream, self.subscription) = subscription
        self.partition = partition
        self.offset = offset
        self.content = content ?? former?.content
        state = .parked
        history = (former?.history ?? ParkingHistory()).adding(parking)
    }

    /// True while it counts as parked in a seek epoch.
    package func isParked(in epoch: Int64) -> Bool {
        switch state {
        case .parked: true
        case .replaying(let asked): asked < epoch
        case .gone: false
        }
    }

    /// True while it is parked or asked for again.
    package var isKept: Bool {
        if case .gone = state { false } else { true }
    }

    /// The same, asked for again in a seek epoch, by whoever that was.
    package func replaying(in epoch: Int64, by asker: String, at now: Timestamp) -> ParkedRow {
        var row = self
        row.state = .replaying(epoch: epoch)
        row.history = history.asked(by: asker, at: now)
        return row
    }

    /// The same, parked no more.
    package func gone(at now: Timestamp) -> ParkedRow {
        var row = self
        row.state = .gone(.after(second: now.advanced(by: Limits.unparkedAge).seconds))
        return row
    }

    /// The write of this row in place of `former`, if that is still as it was read; nil: there was
    /// none.
    package func write(after former: ParkedRow?, rules: Rules) -> Write {
        guard let former else { return .put(item, if: .notExists) }
        guard rules.keep(.replayOnce) else { return .put(item) }
        return .put(
            item,
            if: .and([
                .compare(.state, .equal, .number(former.state.code)),
                .compare(.count, .equal, .number(Int64(former.history.times))),
            ])
        )
    }

    package var item: Item {
        let key = TableKey.parked(
            stream: stream,
            subscription: subscription,
            partition,
            offset
        )
        var item = Item(key, capacity: 7)
        item[.state] = .number(state.code)
        item[.count] = .number(Int64(history.times))
        item[.history] = .bytes(history.encoded)
        if let content {
            item[.key] = .bytes(content.key.utf8)
            item[.record] = .bytes(content.record)
            item[.timestamp] = .number(content.timestamp.milliseconds)
        }
        switch state {
        case .parked: break
        case .replaying(let epoch): item[.epoch] = .number(epoch)
        case .gone(let ttl): item[.ttl] = ttl.attribute
        }
        return item
    }

    /// The error for an event that can't be decoded.
    package var damagedRecord: TableError { item.damaged(.record) }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .parked(let stream, let subscription, let partition, let offset) = item.key
        else { throw item.misplaced }
        self.stream = stream
        self.subscription = subscription
        self.partition = partition
        self.offset = offset
        guard
            let history = ParkingHistory.decode(
                try item.requiredBytes(.history),
                times: try item.requiredCount(.count)
            )
        else { throw item.damaged(.history) }
        self.history = history
        state =
            switch try item.requiredNumber(.state) {
            case State.Code.parked: .parked
            case State.Code.replaying: .replaying(epoch: try item.requiredCounter(.epoch))
            case State.Code.gone: .gone(.after(second: try item.requiredNumber(.ttl)))
            default: throw item.damaged(.state)
            }
        guard item[.record] != nil else { return }
        guard let key = EventKey(utf8: try item.requiredBytes(.key)) else {
            throw item.damaged(.key)
        }
        content = Content(
            key: key,
            record: try item.requiredBytes(.record),
            timestamp: try item.requiredTimestamp(.timestamp)
        )
    }
}

extension ParkedRow.State {
    fileprivate enum Code {
        static let parked: Int64 = 0
        static let replaying: Int64 = 1
        static let gone: Int64 = 2
    }

    fileprivate var code: Int64 {
        switch self {
        case .parked: Code.parked
        case .replaying: Code.replaying
        case .gone: Code.gone
        }
    }
}

/// How often and why an event was parked, and who asked for it again: the newest entries.
///
/// ```
/// 1 · uvarint count · per entry, oldest first: cause 1 · text reason · uvarint deliveries
///   · first delivery ms · last delivery ms · parked ms · text consumer · uvarint events
///   · asked: 0, or 1 · ms · text by                          text: uvarint n · n bytes
/// ```
package struct ParkingHistory: Hashable, Sendable {
    /// One time that the event was parked.
    package struct Entry: Hashable, Sendable {
        package let cause: FailureCause
        /// The last reason that a consumer or an operator gave; may be empty.
        package let reason: String
        /// Deliveries that were tried before.
        package let deliveries: Int
        /// The first and the last of them; the time of the parking when there was none.
        package let firstDelivery: Timestamp
        package let lastDelivery: Timestamp
        package let parked: Timestamp
        /// The consumer that had it last; may be empty.
        package let consumer: String
        /// The events that this stands for: more than one only where the log had lost them.
        package let events: Int
        /// Who asked for it again, and when; nil: nobody has.
        package fileprivate(set) var asked: Asked?

        package init(
            _ cause: FailureCause,
            reason: String,
            deliveries: Int,
            firstDelivery: Timestamp,
            lastDelivery: Timestamp,
            parked: Timestamp,
            consumer: String,
            events: Int = 1
        ) {
            self.cause = cause
            self.reason = reason
            self.deliveries = deliveries
            self.firstDelivery = firstDelivery
            self.lastDelivery = lastDelivery
            self.parked = parked
            self.consumer = consumer
            self.events = events
        }
    }

    /// A request for a parked event.
    package struct Asked: Hashable, Sendable {
        package let at: Timestamp
        /// The id of the API key, or empty.
        package let by: String
    }

    /// The number of times that it was parked.
    package private(set) var times = 0
    /// The last ``Limits/parkingEntries`` of them, oldest first.
    package private(set) var entries: [Entry] = []

    package init() {}

    func adding(_ entry: Entry) -> ParkingHistory {
        var history = self
        history.times += 1
        history.entries = Array((entries + [entry]).suffix(Limits.parkingEntries))
        return history
    }

    func asked(by asker: String, at now: Timestamp) -> ParkingHistory {
        var history = self
        guard let last = entries.indices.last else { return self }
        history.entries[last].asked = Asked(at: now, by: asker)
        return history
    }

    // MARK: The stored form

    private static let version: UInt8 = 1

    var encoded: [UInt8] {
        var bytes = [Self.version]
        Varint.append(UInt64(entries.count), to: &bytes)
        for entry in entries {
            bytes.append(entry.cause.rawValue)
            Self.append(entry.reason, to: &bytes)
            let times = [entry.firstDelivery, entry.lastDelivery, entry.parked]
            let numbers = [Int64(entry.deliveries)] + times.map(\.milliseconds)
            for number in numbers { Varint.append(UInt64(number), to: &bytes) }
            Self.append(entry.consumer, to: &bytes)
            Varint.append(UInt64(entry.events), to: &bytes)
            bytes.append(entry.asked == nil ? 0 : 1)
            guard let asked = entry.asked else { continue }
            Varint.append(UInt64(asked.at.milliseconds), to: &bytes)
            Self.append(asked.by, to: &bytes)
        }
        return bytes
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        Varint.append(UInt64(text.utf8.count), to: &bytes)
        bytes += text.utf8
    }

    static func decode(_ bytes: [UInt8], times: Int) -> ParkingHistory? {
        var reader = ByteReader(bytes)
        guard reader.byte() == version, let count = reader.number(),
            (1...UInt64(Limits.parkingEntries)).contains(count), times >= count
        else { return nil }
        var history = ParkingHistory()
        history.times = times
        for _ in 0..<count {
            guard let entry = entry(from: &reader) else { return nil }
            history.entries.append(entry)
        }
        return reader.isAtEnd ? history : nil
    }

    private static func entry(from reader: inout ByteReader) -> Entry? {
        guard let cause = reader.byte().flatMap(FailureCause.init), let reason = reader.text(),
            let deliveries = reader.number().flatMap(Int.init(exactly:)),
            let first = reader.timestamp(), let last = reader.timestamp(),
            let parked = reader.timestamp(), let consumer = reader.text(),
            let events = reader.number().flatMap(Int.init(exactly:)), let isAsked = reader.byte(),
            isAsked <= 1
        else { return nil }
        var entry = Entry(
            cause,
            reason: reason,
            deliveries: deliveries,
            firstDelivery: first,
            lastDelivery: last,
            parked: parked,
            consumer: consumer,
            events: events
        )
        guard isAsked == 1 else { return entry }
        guard let at = reader.timestamp(), let by = reader.text() else { return nil }
        entry.asked = Asked(at: at, by: by)
        return entry
    }
}

extension ByteReader {
    /// Reads a text of at most ``Limits/reasonBytes``.
    fileprivate mutating func text() -> String? {
        guard let utf8 = field(), utf8.count <= Limits.reasonBytes else { return nil }
        return String(validating: utf8, as: UTF8.self)
    }

    fileprivate mutating func timestamp() -> Timestamp? {
        guard let number = number(), number <= UInt64(Timestamp.latest.milliseconds)
        else { return nil }
        return Timestamp(milliseconds: Int64(number))
    }
}
