import LedgerCore

/// Consecutive events of one partition on their way into one call.
struct ImportBatch {
    private static let maximumEvents = 1000
    private static let maximumBytes = 1 << 20

    let partition: Int
    /// The offset that the first event gets in the new stream.
    let first: Int64
    private var events: [UInt8] = []
    private(set) var count = 0

    init(partition: Int, first: Int64) {
        self.partition = partition
        self.first = first
    }

    /// Whether the event still fits behind the others.
    func takes(_ event: EventSlices) -> Bool {
        guard count > 0 else { return true }
        let size = event.key.count + event.type.count + event.headers.count + event.data.count
        return Int(event.partition) == partition && count < Self.maximumEvents
            && events.count + size < Self.maximumBytes
    }

    mutating func add(_ event: EventSlices) {
        if count > 0 { events.append(UInt8(ascii: ",")) }
        event.appendNew(to: &events)
        count += 1
    }

    /// Stored at exactly this place or not at all: whatever comes twice is refused.
    var body: [UInt8] {
        Array("{\"expected_offset\":\(first),\"events\":[".utf8) + events + Array("]}".utf8)
    }

    /// The same for the same events at the same place, so that an answer that was lost can be
    /// asked for again.
    var idempotencyKey: String {
        let place = Array("import \(partition) \(first) ".utf8)
        return SHA256.hexDigest(place + events)
    }
}
