import CoreMetrics
import LedgerCore

/// The shell of ``PollPlan``.
extension Ledger {
    /// Reads a page from the given positions.
    func page(
        of stream: StreamRow,
        from positions: [(partition: Partition, position: Position)],
        limit: Int
    ) async throws(LedgerError) -> EventPage {
        let lanes = positions.map { partition, position in
            PollPlan.Lane(
                partition: partition,
                position: position,
                density: densities.density(stream.incarnation, partition)
            )
        }
        let horizon = stream.expiryHorizon(at: clock.now())
        var plan = PollPlan(
            stream: stream.incarnation,
            lanes: lanes,
            limit: limit,
            horizon: horizon
        )
        var action = plan.start()
        while true {
            switch action {
            case .read(let reads):
                let findings = await inParallel(reads) { [self] read in await find(read) }
                action = plan.receive(findings, now: clock.now())
            case .fail(let failure): throw try await completed(failure, in: stream)
            case .finish(let page):
                densities.remember(stream.incarnation, positions.map(\.partition), plan.densities)
                metrics.pages.increment()
                metrics.pageEvents.increment(by: page.events.count)
                return page
            }
        }
    }

    /// Does a plan's read.
    func find(_ read: TableRead) async -> Result<TableFinding, TableError> {
        await attempt { () throws(TableError) in
            switch read {
            case .query(let query): .page(try await table.query(query))
            case .get(let key): .item(try await table.get(key))
            }
        }
    }

    /// The answer to a failed read; of an expired offset, with what is the earliest now.
    private func completed(
        _ failure: ReadFailure,
        in stream: StreamRow
    ) async throws(LedgerError)
        -> LedgerError
    {
        guard case .expired(let partition, nil) = failure else {
            return LedgerError(failure, stream: stream.id)
        }
        let tail = try await tail(of: partition, in: stream).next
        let earliest = try await earliestOffset(of: partition, in: stream, tail: tail)
        return .offsetExpired(partition, earliest: earliest)
    }
}
