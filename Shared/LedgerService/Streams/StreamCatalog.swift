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

/// Streams by their incarnation, whose names the table remembers, and their descriptions as
/// ``StreamCache`` does: at most ``Limits/cacheAge`` old by both clocks.
///
/// So what folds by it stops before a deleted stream's rows are removed, which begins later.
final class StreamDirectory: Sendable {
    private struct Listing {
        let names: [Incarnation: StreamID]
        let known: Instant
    }

    private static let most = 100_000

    private let names = Mutex<[Incarnation: StreamID]>([:])
    private let listing = Mutex<Listing?>(nil)

    /// The active ones of these streams.
    func rows(
        of streams: Set<Incarnation>,
        in ledger: Ledger
    ) async throws(LedgerError) -> [Incarnation: StreamRow] {
        // In an order of their own, not the set's: the same history takes the same steps.
        let streams = streams.sorted { ($0.high, $0.low) < ($1.high, $1.low) }
        let found = await inParallel(streams) { [self] stream in
            await attempt { () throws(LedgerError) in try await row(of: stream, in: ledger) }
        }
        var rows: [Incarnation: StreamRow] = [:]
        for row in found {
            if let row = try row.get() { rows[row.incarnation] = row }
        }
        return rows
    }

    private func row(
        of stream: Incarnation,
        in ledger: Ledger
    ) async throws(LedgerError) -> StreamRow? {
        guard let id = try await name(of: stream, in: ledger) else { return nil }
        do throws(LedgerError) {
            let row = try await ledger.publishable(id).row
            return row.incarnation == stream ? row : nil
        } catch .streamNotFound {
            return nil
        }
    }

    private func name(
        of stream: Incarnation,
        in ledger: Ledger
    ) async throws(LedgerError) -> StreamID? {
        if let name = names.withLock({ $0[stream] }) { return name }
        let item = try await ledger.row(.streamName(stream))
        guard let item else { return try await listedNames(in: ledger)[stream] }
        let name = try ledger.decoded { () throws(TableError) in try StreamName(item) }
        names.withLock { names in
            if names.count >= Self.most { names.removeAll() }
            names[stream] = name.id
        }
        return name.id
    }

    /// For streams from before there were rows of their names: the list of all streams, read anew
    /// once a minute at most.
    private func listedNames(
        in ledger: Ledger
    ) async throws(LedgerError) -> [Incarnation: StreamID] {
        let clock = ledger.clock
        if let listing = listing.withLock({ $0 }), clock.isFresh(since: listing.known) {
            return listing.names
        }
        let known = clock.instant()
        var names: [Incarnation: StreamID] = [:]
        var after: [UInt8]?
        repeat {
            let page = try await ledger.listStreams(limit: 1000, after: after)
            for stream in page.streams { names[stream.incarnation] = stream.id }
            after = page.next
        } while after != nil
        let found = names
        listing.withLock { $0 = Listing(names: found, known: known) }
        return found
    }
}
