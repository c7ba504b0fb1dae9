import LedgerCore

/// The fold of one partition's stored log, to compare the compacted state with.
///
/// Keeps one entry a key: so much memory, about a hundred bytes a key, is what the check costs.
struct LogFold {
    /// The beginning of an event's SHA-256 as the compacted state would store it, uncompressed.
    struct Fingerprint: Hashable {
        private let high: UInt64
        private let low: UInt64

        init(_ bytes: [UInt8]) {
            let digest = SHA256.digest(bytes)
            high = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            low = digest.dropFirst(8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// A key's latest event; without fingerprint it is a tombstone.
    struct Entry: Hashable {
        let offset: Offset
        let fingerprint: Fingerprint?
    }

    /// By key, of the events below the watermark.
    private(set) var folded: [EventKey: Entry] = [:]
    /// Of the events that a fold need not have reached, all.
    private var ahead: [Offset: (key: EventKey, entry: Entry)] = [:]
    private let watermark: Offset

    init(watermark: Offset) {
        self.watermark = watermark
    }

    mutating func take(_ record: RecordView, of batch: DecodedBatch, at offset: Offset) {
        guard let key = EventKey(utf8: batch.copy(record.key)) else { return }
        let entry = Entry(
            offset: offset,
            fingerprint: record.isTombstone ? nil : Fingerprint(Record.encode(record, of: batch))
        )
        if offset < watermark { folded[key] = entry } else { ahead[offset] = (key, entry) }
    }

    /// Whether the log has exactly this as the event at its offset, past the watermark.
    func isAhead(_ key: EventKey, _ entry: Entry) -> Bool {
        guard let found = ahead[entry.offset] else { return false }
        return found.key == key && found.entry == entry
    }
}
