/// Reads a page of the compacted state: the latest event of each key, without tombstones.
///
///     read ─┬─ full, or long enough, or behind the last partition ─┬──→ finish
///      ↑    │                                                      └──→ fail: too slow
///      │    ├─ more of this partition, or the next one ─┐
///      │    └─ damage ──────────────────────────────────│─────────────→ fail
///      └────────────────────────────────────────────────┘
///
/// Most rows may be tombstones: so a page ends early, perhaps without entries, when it has looked at
/// ``Limits/readEntries`` rows or for ``Limits/readTime``.
package struct CompactedPlan: ~Copyable {
    /// A place in the state: a partition, and the last key that was looked at; empty: none yet.
    package typealias Place = (partition: Int, key: [UInt8])

    /// The next step of the shell.
    package enum Action: Sendable {
        /// Do this query, then ``CompactedPlan/receive(_:now:)``.
        case read(Query)
        /// The entries, and where the next page begins; nil at the end.
        case finish([CompactedEntry], next: Place?)
        /// There is no page.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was read yet. Next: reading, finished.
        case created
        /// Rows are being read. Next: reading, finished.
        case reading
        /// The answer was given. Next: nothing.
        case finished
    }

    private let stream: StreamRow
    private let readAt: Instant
    private let begun: Instant
    private let rules: Rules
    private var page: CompactedPage
    private var state = State.created

    /// A plan for a page of a stream that keeps a compacted state.
    ///
    /// The page has at most `limit` entries and begins behind `place`, where the page before ended.
    /// It may take its time from `begun` on.
    package init(
        of stream: Observed<StreamRow>,
        limit: Int,
        after place: Place?,
        begun: Instant,
        rules: Rules
    ) {
        self.stream = stream.value
        readAt = stream.readAt
        self.begun = begun
        self.rules = rules
        page = CompactedPage(limit: limit, place: place ?? (0, []))
    }

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("a page is read once") }
        guard isPossible(page.place) else { return finish(.fail(.invalidPlace)) }
        state = .reading
        return read()
    }

    /// Takes the outcome of a ``Action/read(_:)``.
    package mutating func receive(
        _ found: Result<QueryPage, TableError>,
        now: Instant
    ) -> Action {
        guard case .reading = state else {
            preconditionFailure("a page came that was not asked for")
        }
        do throws(Refusal) {
            let rows = try found.orRefuse()
            for item in rows.items {
                let entry = try CompactedEntry.live(item, in: stream.id)
                guard page.take(entry, key: item.key.sortKey) else { break }
            }
            page.endRead(wasLast: rows.next == nil)
            let isBehind = page.place.partition >= stream.partitionCount
            if !isBehind, !page.isFull, now.elapsed(since: begun) < Limits.readTime {
                return read()
            }
            try ReadPatience(since: readAt, rules: rules).check(at: now)
            return finish(.finish(page.entries, next: isBehind ? nil : page.place))
        } catch {
            return finish(.fail(error))
        }
    }

    private mutating func finish(_ action: Action) -> Action {
        state = .finished
        return action
    }

    private func read() -> Action {
        .read(
            Query(
                .latest(stream.incarnation, stream.partitions[page.place.partition]),
                after: page.place.key.isEmpty ? nil : page.place.key,
                limit: page.lookahead
            )
        )
    }

    /// False where no page of this stream ends.
    private func isPossible(_ place: Place) -> Bool {
        guard place.partition < stream.partitionCount else { return false }
        let count = stream.partitionCount
        return place.key.isEmpty
            || Partitioner.partition(forKey: place.key, count: count).index == place.partition
    }
}

/// A page of the compacted state while it is being read.
struct CompactedPage {
    private(set) var entries: [CompactedEntry] = []
    /// The partition that is read and the last key that was looked at; empty: none yet.
    private(set) var place: CompactedPlan.Place
    private(set) var isFull = false
    private let limit: Int
    private var bytes = 0
    private var looked = 0
    /// Rows that the present read looked at.
    private var read = 0
    private var wanted: Int

    init(limit: Int, place: CompactedPlan.Place) {
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

    /// Ends a read.
    ///
    /// - Parameter wasLast: True when the partition has no more rows.
    mutating func endRead(wasLast: Bool) {
        wanted = max(limit - entries.count, read * 4)
        read = 0
        if wasLast, !isFull { place = (place.partition + 1, []) }
        if entries.count == limit || looked == Limits.readEntries { isFull = true }
    }
}

/// An entry of the compacted state as it is read.
package struct CompactedEntry: Sendable {
    /// The partition that the key falls into.
    package let partition: Partition
    /// The offset of the key's latest event.
    package let offset: Offset
    /// The event's key, which is the entry's.
    package let key: EventKey
    /// The latest event, decoded and checked.
    package let record: Record

    /// An entry whose record was decoded before.
    package init(partition: Partition, offset: Offset, key: EventKey, record: Record) {
        self.partition = partition
        self.offset = offset
        self.key = key
        self.record = record
    }

    /// The entry of a row that was read under an event key.
    ///
    /// - Throws: ``Refusal/eventKeyNotFound`` when there is no row, or a tombstone.
    package static func existing(_ item: Item?, in id: StreamID) throws(Refusal) -> CompactedEntry {
        guard let item, let entry = try live(item, in: id) else { throw .eventKeyNotFound }
        return entry
    }

    /// The entry of a row; nil: it is a tombstone.
    static func live(_ item: Item, in id: StreamID) throws(Refusal) -> CompactedEntry? {
        let latest = try decoded { () throws(TableError) in try LatestRow(item) }
        guard case .record(let bytes) = latest.value else { return nil }
        do throws(ReadFailure) {
            return CompactedEntry(
                partition: latest.partition,
                offset: latest.offset,
                key: latest.key,
                record: try latest.decoded(bytes)
            )
        } catch {
            throw .read(error, in: id)
        }
    }
}
