public import LedgerCore

/// An entry of the compacted state as it is read.
public struct CompactedEntry: Sendable {
    /// The key's partition.
    public let partition: Partition
    /// The offset of the key's latest event.
    public let offset: Offset
    /// The key.
    public let key: EventKey
    /// The event.
    public let record: Record
}

extension Ledger {
    /// One page of the latest events, one per key, without tombstones.
    ///
    /// `place`: Where the page begins: a partition and the key before its first entry.
    ///
    /// Returns the entries and where the next page begins, nil at the end.
    public func compacted(
        _ id: StreamID,
        limit: Int,
        after place: (partition: Int, key: [UInt8])?
    ) async throws(LedgerError) -> (
        entries: [CompactedEntry], next: (partition: Int, key: [UInt8])?
    ) {
        let known = clock.instant()
        let stream = try await compactedStream(id)
        var entries: [CompactedEntry] = []
        var bytes = 0
        var place = place ?? (0, [])
        while place.partition < stream.partitionCount {
            let page = try await rows(
                Query(
                    .latest(stream.incarnation, stream.partitions[place.partition]),
                    after: place.key.isEmpty ? nil : place.key,
                    limit: limit - entries.count
                )
            )
            for item in page.items {
                if let entry = try entry(item, of: id) {
                    bytes += entry.key.utf8.count + entry.record.bytes.count
                    guard entries.isEmpty || bytes <= Limits.pageBytes else {
                        try checkPatience(since: known)
                        return (entries, place)
                    }
                    entries.append(entry)
                }
                place.key = item.key.sortKey
            }
            if page.next == nil { place = (place.partition + 1, []) }
            if entries.count == limit { break }
        }
        try checkPatience(since: known)
        return (entries, place.partition < stream.partitionCount ? place : nil)
    }

    /// The latest event of one key.
    public func compacted(
        _ id: StreamID,
        key: EventKey
    ) async throws(LedgerError)
        -> CompactedEntry
    {
        let known = clock.instant()
        let stream = try await compactedStream(id)
        let partition = Partitioner.partition(forKey: key.utf8, count: stream.partitionCount)
        let row = try await row(.latest(stream.incarnation, partition, key))
        try checkPatience(since: known)
        guard let item = row, let entry = try entry(item, of: id)
        else { throw .keyNotFound }
        return entry
    }

    /// The entry, or nil for a tombstone.
    private func entry(_ item: Item, of id: StreamID) throws(LedgerError) -> CompactedEntry? {
        let latest = try decoded { () throws(TableError) in try Latest(item) }
        guard case .record(let bytes) = latest.value else { return nil }
        do throws(BatchError) {
            return CompactedEntry(
                partition: latest.partition,
                offset: latest.offset,
                key: latest.key,
                record: try Record.decode(bytes)
            )
        } catch {
            throw .corruptChunk(id, latest.partition, latest.offset, detail: error.description)
        }
    }
}
