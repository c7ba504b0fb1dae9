/// Events of one partition that were read for a decision, as references into their batches, and the
/// offsets that the log turned out to have lost.
struct EventPool: Sendable {
    /// The place of an event's bytes.
    struct Place: Hashable, Sendable {
        let batch: Int
        let record: Int
    }

    private(set) var batches: [DecodedBatch] = []
    /// The size of the batches, bytes.
    private(set) var bytes = 0
    private var places: [Offset: Place] = [:]
    /// The log begins here at least.
    private(set) var earliest = Offset.zero

    /// Takes events of a page in, those that are wanted; returns their places.
    mutating func add(_ page: EventPage, wanting isWanted: (Offset) -> Bool) {
        var moved: [Int: Int] = [:]
        for event in page.events where isWanted(event.offset) {
            guard case .log(let batch, let record) = event.source else { continue }
            if moved[batch] == nil {
                moved[batch] = batches.count
                batches.append(page.batches[batch])
                bytes += page.batches[batch].bytes.count
            }
            places[event.offset] = moved[batch].map { Place(batch: $0, record: record) }
        }
    }

    /// Learns that the log has lost all before an offset.
    mutating func lose(upTo offset: Offset) { earliest = max(earliest, offset) }

    func place(of offset: Offset) -> Place? { places[offset] }

    /// True when the log is known to have lost the event.
    func hasLost(_ offset: Offset) -> Bool { places[offset] == nil && offset < earliest }

    func isKnown(_ offset: Offset) -> Bool { places[offset] != nil || offset < earliest }

    func record(at place: Place) -> RecordView { batches[place.batch].records[place.record] }

    /// The size of an event by the event measure, bytes.
    func size(of place: Place) -> Int { record(at: place).countedBytes }

    func keyHash(of place: Place, salt: DeliverySalt) -> KeyHash {
        let record = record(at: place)
        return batches[place.batch].bytes.withUnsafeBytes {
            KeyHash(of: $0.field(record.key), salt: salt)
        }
    }

    /// The event as a row of its own keeps it.
    func content(at place: Place) -> ParkedRow.Content? {
        let (batch, record) = (batches[place.batch], record(at: place))
        let key = batch.bytes.withUnsafeBytes { EventKey(utf8: Array($0.field(record.key))) }
        return key.map {
            ParkedRow.Content(
                key: $0,
                record: PackedRecord.pack(Record.encode(record, of: batch)),
                timestamp: batch.timestamp(of: record)
            )
        }
    }
}

extension ParkedRow.Content {
    /// The first event of a page; nil when it has none, or none of the log.
    package init?(firstOf page: EventPage) {
        guard let event = page.events.first else { return nil }
        var pool = EventPool()
        pool.add(page, wanting: { $0 == event.offset })
        guard let found = pool.place(of: event.offset), let content = pool.content(at: found)
        else { return nil }
        self = content
    }
}
