import LedgerCore
import Synchronization

/// The shell of ``OffsetSearch``.
final class OffsetSearches: Sendable {
    private let access: TableAccess
    private let earliest = EarliestOffsets()

    init(_ access: TableAccess) { self.access = access }

    /// The first offset of a partition that has not expired; the tail when all have.
    func earliestOffset(
        of partition: Partition,
        in stream: StreamRow,
        endingAt end: PartitionEnd
    ) async throws(LedgerError) -> Offset {
        let remembered = earliest.offset(of: partition, in: stream)
        return try await search(for: .earliest(remembered), in: partition, of: stream, until: end)
    }

    /// The offset of a partition's first event that is not earlier than `timestamp`; the tail when
    /// all are.
    func offset(
        at timestamp: Timestamp,
        of partition: Partition,
        in stream: StreamRow,
        endingAt end: PartitionEnd
    ) async throws(LedgerError) -> Offset {
        try await search(for: .timestamp(timestamp), in: partition, of: stream, until: end)
    }

    private func search(
        for target: OffsetSearch.Target,
        in partition: Partition,
        of stream: StreamRow,
        until end: PartitionEnd
    ) async throws(LedgerError) -> Offset {
        var plan = OffsetSearch(
            for: target,
            in: partition,
            of: stream,
            endingAt: end,
            now: access.clock.now(),
            rules: access.configuration.rules
        )
        var action = plan.start()
        while true {
            switch action {
            case .read(let query): action = plan.receive(await access.find(query))
            case .pause(let length):
                await access.pause(length)
                action = plan.resume()
            case .finish(let offset, let learned):
                earliest.remember(learned, of: partition, in: stream)
                return offset
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }
}

/// What searches for earliest offsets learned: that only grows, so nobody need search twice.
final class EarliestOffsets: Sendable {
    /// Partitions that are remembered, before all are forgotten.
    private static let most = 100_000

    private let found = Mutex<[RowGroup: EarliestOffset]>([:])

    /// What the last search found, which may be out of date (``EarliestOffset/holds(for:at:trim:)``).
    func offset(of partition: Partition, in stream: StreamRow) -> EarliestOffset? {
        found.withLock { $0[.log(stream.incarnation, partition)] }
    }

    /// Keeps what a search learned; nil: nothing.
    func remember(_ learned: EarliestOffset?, of partition: Partition, in stream: StreamRow) {
        guard let learned else { return }
        found.withLock { found in
            if found.count >= Self.most { found.removeAll() }
            found[.log(stream.incarnation, partition)] = learned
        }
    }
}
