import LedgerCore

/// A page of the compacted state while it is being read.
struct CompactedPage {
    private(set) var entries: [CompactedEntry] = []
    /// The partition that is read and the last key that was looked at; empty: none yet.
    private(set) var place: (partition: Int, key: [UInt8])
    private(set) var isFull = false
    private let limit: Int
    private var bytes = 0
    private var looked = 0
    /// What the last read looked at.
    private var read = 0
    private var wanted: Int

    init(limit: Int, place: (partition: Int, key: [UInt8])) {
        self.limit = limit
        self.place = place
        wanted = limit
    }

    /// Rows to ask for: many of them may be tombstones, and more and more if many were.
    var lookahead: Int { min(wanted, Limits.pageEntries.upperBound, Limits.readEntries - looked) }

    /// Takes a row: an entry, or nil for a tombstone.
    ///
    /// - Returns: false when the page has no room for it.
    mutating func take(_ entry: CompactedEntry?, key: [UInt8]) -> Bool {
        if let entry {
            let size = entry.key.utf8.count + entry.record.bytes.count
            guard entries.count < limit, entries.isEmpty || bytes + size <= Limits.pageBytes else {
                isFull = true
                return false
            }
            bytes += size
            entries.append(entry)
        }
        place.key = key
        looked += 1
        read += 1
        return true
    }

    /// A read is over.
    ///
    /// `wasLast`: Whether it was the partition's last.
    mutating func endRead(wasLast: Bool) {
        wanted = max(limit - entries.count, read * 4)
        read = 0
        if wasLast, !isFull { place = (place.partition + 1, []) }
        if entries.count == limit || looked == Limits.readEntries { isFull = true }
    }
}
