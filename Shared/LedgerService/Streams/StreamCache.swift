import LedgerCore
import Synchronization

/// Stream descriptions for publishing, at most ``Limits/cacheAge`` old by both clocks.
///
/// A description that is out of date can't harm: a deleted stream's partitions are sealed, and
/// the partition count never changes. Only a retention that was just changed holds that much later
/// for what is published.
final class StreamCache: Sendable {
    private struct Entry {
        let row: StreamRow
        let known: Instant
    }

    private let entries = Mutex<[StreamID: Entry]>([:])

    func row(_ id: StreamID, clock: BelievedClock) -> (row: StreamRow, known: Instant)? {
        let entry = entries.withLock { $0[id] }
        guard let entry, clock.isFresh(since: entry.known) else { return nil }
        return (entry.row, entry.known)
    }

    /// `known`: A moment before the description was read: the process may have stood still since.
    func remember(_ row: StreamRow, known: Instant) {
        let entry = Entry(row: row, known: known)
        entries.withLock { entries in
            if entries.count >= 10_000 { entries.removeAll() }
            entries[row.id] = entry
        }
    }

    func forget(_ id: StreamID) {
        entries.withLock { $0[id] = nil }
    }
}
