import LedgerCore
import Synchronization

/// The streams as this process knows them, by name and by incarnation; descriptions are at most
/// ``Limits/cacheAge`` old by both clocks.
///
/// For a publish a description that is out of date can't harm: a deleted stream's partitions are
/// sealed, and the partition count never changes. Only a retention that was just changed holds that
/// much later for what is published. A fold by it stops before a deleted stream's rows are removed,
/// which begins later.
final class StreamCatalog: Sendable {
    /// The age that a description may have.
    enum Freshness {
        /// As the table has it now.
        case now
        /// At most ``Limits/cacheAge`` old.
        case cached
    }

    /// Descriptions that are kept, and names.
    private static let mostRows = 200_000
    private static let mostNames = 200_000

    let access: TableAccess
    let offsets: OffsetSearches
    let sweepMemory: SweepMemory
    private let rows = Mutex(Generations<StreamID, Observed<StreamRow>>(room: mostRows))
    private let names = Mutex(Generations<StreamIncarnation, StreamID>(room: mostNames))
    private let listing = Mutex<Observed<[StreamIncarnation: StreamID]>?>(nil)

    init(_ access: TableAccess, offsets: OffsetSearches, sweepMemory: SweepMemory) {
        self.access = access
        self.offsets = offsets
        self.sweepMemory = sweepMemory
    }

    var clock: BelievedClock { access.clock }

    // MARK: By name

    /// Finds an active stream.
    ///
    /// - Throws: ``LedgerError/streamNotFound(_:)``, or what a failed read becomes.
    func stream(
        _ id: StreamID,
        freshness: Freshness
    ) async throws(LedgerError) -> Observed<StreamRow> {
        if freshness == .cached, let cached = row(id) { return cached }
        let readAt = clock.instant()
        let row = try await access.row(.stream(id))
        let active = try access.unlessRefused { () throws(Refusal) in
            try StreamRow.active(row, named: id)
        }
        let stream = Observed(active, readAt: readAt)
        if freshness == .cached { remember(stream) }
        return stream
    }

    /// Finds an active stream as the table has it now, which must keep a compacted state.
    func compactedStream(_ id: StreamID) async throws(LedgerError) -> Observed<StreamRow> {
        let stream = try await stream(id, freshness: .now)
        _ = try access.unlessRefused { () throws(Refusal) in
            try stream.value.keepingCompactedState()
        }
        return stream
    }

    /// The description of a stream if it is still fresh.
    private func row(_ id: StreamID) -> Observed<StreamRow>? {
        let row = rows.withLock { $0.value(of: id) }
        guard let row, clock.isFresh(row) else { return nil }
        return row
    }

    /// Keeps a description for the next call.
    func remember(_ row: Observed<StreamRow>) {
        rows.withLock { $0.keep(row, of: row.value.id) }
    }

    /// Has the next call read the stream anew.
    func forget(_ id: StreamID) {
        rows.withLock { $0.forget(id) }
    }

    // MARK: By incarnation

    /// The active ones of these streams.
    func rows(
        of streams: Set<StreamIncarnation>
    ) async throws(LedgerError) -> [StreamIncarnation: StreamRow] {
        // In an order of their own, not the set's: the same history takes the same steps.
        let streams = streams.sorted { ($0.high, $0.low) < ($1.high, $1.low) }
        let found = await inParallel(streams) { [self] stream in
            await result { () throws(LedgerError) in try await row(of: stream) }
        }
        var rows: [StreamIncarnation: StreamRow] = [:]
        for row in found {
            if let row = try row.get() { rows[row.incarnation] = row }
        }
        return rows
    }

    private func row(
        of stream: StreamIncarnation
    ) async throws(LedgerError) -> StreamRow? {
        guard let id = try await name(of: stream) else { return nil }
        do throws(LedgerError) {
            let row = try await self.stream(id, freshness: .cached).value
            return row.incarnation == stream ? row : nil
        } catch .streamNotFound {
            return nil
        }
    }

    private func name(
        of stream: StreamIncarnation
    ) async throws(LedgerError) -> StreamID? {
        if let name = names.withLock({ $0.value(of: stream) }) { return name }
        let item = try await access.row(.streamName(stream))
        guard let item else { return try await listedNames()[stream] }
        let name = try access.decoded { () throws(TableError) in try StreamNameRow(item) }
        names.withLock { $0.keep(name.id, of: stream) }
        return name.id
    }

    /// For streams from before there were rows of their names: the list of all streams, read anew
    /// once a minute at most.
    private func listedNames() async throws(LedgerError) -> [StreamIncarnation: StreamID] {
        if let listing = listing.withLock({ $0 }), clock.isFresh(listing) { return listing.value }
        let readAt = clock.instant()
        var names: [StreamIncarnation: StreamID] = [:]
        var after: [UInt8]?
        repeat {
            let page = try await listStreams(limit: 1000, after: after)
            for stream in page.streams { names[stream.incarnation] = stream.id }
            after = page.next
        } while after != nil
        let found = Observed(names, readAt: readAt)
        listing.withLock { $0 = found }
        return found.value
    }
}
