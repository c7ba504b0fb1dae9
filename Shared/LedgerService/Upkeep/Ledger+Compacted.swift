package import LedgerCore

/// An entry of the compacted state as it is read.
package struct CompactedEntry: Sendable {
    /// The key's partition.
    package let partition: Partition
    /// The offset of the key's latest event.
    package let offset: Offset
    /// The key.
    package let key: EventKey
    /// The event.
    package let record: Record
}

extension Ledger {
    /// One page of the latest events, one per key, without tombstones.
    ///
    /// `place`: Where the page begins: a partition and the key before its first entry.
    ///
    /// Returns the entries and where the next page begins, nil at the end. A page ends early, perhaps
    /// without entries, when it has looked at ``Limits/readEntries`` rows or for
    /// ``Limits/readMilliseconds``: most of them may be tombstones.
    package func compacted(
        _ id: StreamID,
        limit: Int,
        after place: (partition: Int, key: [UInt8])?
    ) async throws(LedgerError) -> (
        entries: [CompactedEntry], next: (partition: Int, key: [UInt8])?
    ) {
        let known = clock.instant()
        let stream = try await compactedStream(id)
        try check(place, in: stream)
        var page = CompactedPage(limit: limit, place: place ?? (0, []))
        let begin = clock.instant()
        repeat {
            let found = try await rows(
                Query(
                    .latest(stream.incarnation, stream.partitions[page.place.partition]),
                    after: page.place.key.isEmpty ? nil : page.place.key,
                    limit: page.lookahead
                )
            )
            for item in found.items {
                guard page.take(try entry(item, of: id), key: item.key.sortKey) else { break }
            }
            page.endRead(wasLast: found.next == nil)
        } while page.place.partition < stream.partitionCount && !page.isFull
            && clock.instant().elapsed(since: begin) < Limits.readMilliseconds
        try checkPatience(since: known)
        let next = page.place.partition < stream.partitionCount ? page.place : nil
        return (page.entries, next)
    }

    /// Refuses a place that no page of this stream ends at.
    private func check(
        _ place: (partition: Int, key: [UInt8])?,
        in stream: StreamRow
    ) throws(LedgerError) {
        guard let place else { return }
        let own = { Partitioner.partition(forKey: place.key, count: stream.partitionCount).index }
        guard place.partition < stream.partitionCount,
            place.key.isEmpty || own() == place.partition
        else { throw .invalid(field: "next", message: "is no token that this list returned") }
    }

    /// The latest event of one key.
    package func compacted(
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
        let latest = try decoded { () throws(TableError) in try LatestRow(item) }
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
