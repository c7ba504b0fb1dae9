import LedgerCore
import Synchronization

/// Stream descriptions for publishing, at most ``Limits/cacheAge`` old by both clocks.
///
/// A description that is out of date can't harm: a deleted stream's partitions are sealed, and
/// the partition count never changes.
final class StreamCache: Sendable {
    private struct Entry {
        let row: StreamRow
        let now: Timestamp
        let uptime: Int64
    }

    private let entries = Mutex<[StreamID: Entry]>([:])

    func row(_ id: StreamID, clock: any LedgerClock) -> StreamRow? {
        let entry = entries.withLock { $0[id] }
        guard let entry, clock.isFresh(since: entry.now, uptime: entry.uptime) else { return nil }
        return entry.row
    }

    func remember(_ row: StreamRow, clock: any LedgerClock) {
        let entry = Entry(row: row, now: clock.now(), uptime: clock.uptime())
        entries.withLock { entries in
            if entries.count >= 10_000 { entries.removeAll() }
            entries[row.id] = entry
        }
    }

    func forget(_ id: StreamID) {
        entries.withLock { $0[id] = nil }
    }
}

extension LedgerClock {
    /// Whether something cached then may still be used: by the larger of what the two clocks say,
    /// since functions are frozen between calls and wall clocks jump.
    func isFresh(since then: Timestamp, uptime: Int64) -> Bool {
        let byWall = now().milliseconds - then.milliseconds
        let byUptime = self.uptime() - uptime
        return byWall >= 0 && max(byWall, byUptime) < Limits.cacheAge
    }
}
