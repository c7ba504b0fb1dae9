import LedgerCore
import Synchronization

/// Streams by their incarnation, which the table does not index: the list of all streams, at most
/// ``Limits/cacheAge`` old by both clocks.
///
/// So what folds by it stops before a deleted stream's rows are removed, which begins later.
final class StreamDirectory: Sendable {
    private struct Listing {
        let rows: [Incarnation: StreamRow]
        let known: Instant
    }

    private let listing = Mutex<Listing?>(nil)

    /// The active ones of these streams; one that the list of before does not know is looked for
    /// in a new one, and is deleted when it is not there either.
    func rows(
        of streams: Set<Incarnation>,
        in ledger: Ledger
    ) async throws(LedgerError) -> [Incarnation: StreamRow] {
        let clock = ledger.clock
        if let listing = listing.withLock({ $0 }),
            clock.isFresh(since: listing.known),
            streams.allSatisfy({ listing.rows[$0] != nil })
        {
            return listing.rows
        }
        let known = clock.instant()
        var rows: [Incarnation: StreamRow] = [:]
        var after: [UInt8]?
        repeat {
            let page = try await ledger.listStreams(limit: 1000, after: after)
            for stream in page.streams { rows[stream.incarnation] = stream }
            after = page.next
        } while after != nil
        let found = rows
        listing.withLock { $0 = Listing(rows: found, known: known) }
        return found
    }
}
