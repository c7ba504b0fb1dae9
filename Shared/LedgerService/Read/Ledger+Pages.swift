import CoreMetrics
import LedgerCore

/// The shell of ``PollPlan``.
extension Ledger {
    /// Reads a page from the given positions.
    ///
    /// `filter`: Which events are delivered; nil: all.
    ///
    /// `known`: A moment before `stream` was read.
    func page(
        of stream: StreamRow,
        from positions: [(partition: Partition, position: Position)],
        limit: Int,
        filter: EventFilter? = nil,
        known: Instant
    ) async throws(LedgerError) -> EventPage {
        let lanes = positions.map { hints.lane(stream.incarnation, $0, $1) }
        var plan = PollPlan(
            stream: stream.incarnation,
            lanes: lanes,
            limit: limit,
            filter: filter,
            expiration: expiration(of: stream, at: clock.now()),
            trust: trust(in: stream),
            budget: .ofCall(isFiltered: filter != nil),
            now: clock.instant()
        )
        var action = plan.start()
        while true {
            switch action {
            case .read(let reads):
                let findings = await inParallel(reads) { [self] read in await find(read) }
                action = plan.receive(findings, now: clock.instant())
            case .pause(let milliseconds):
                await pause(milliseconds)
                action = plan.resume()
            case .fail(let failure):
                try checkPatience(since: known)
                throw try await completed(failure, in: stream)
            case .finish(let page):
                try checkPatience(since: known)
                hints.remember(stream.incarnation, plan.findings)
                metrics.pages.increment()
                metrics.pageEvents.increment(by: page.events.count)
                return page
            }
        }
    }

    /// Reads on where someone found nothing and waited, only in the partitions that had news since.
    ///
    /// The page is caught up only if that is known: where others append too, an event in another
    /// partition may have come unseen.
    func page(
        of stream: StreamRow,
        beyond stand: AppendSignals.Stand,
        _ guest: AppendSignals.Guest,
        limit: Int,
        filter: EventFilter? = nil,
        known: Instant
    ) async throws(LedgerError) -> EventPage {
        let all = zip(stand.partitions, stand.offsets).map {
            (partition: $0, position: Position.log($1))
        }
        let fresh = Set(signals.fresh(guest, beyond: stand))
        let lanes = all.filter { fresh.contains($0.partition) }
        guard !lanes.isEmpty else {
            return try await page(of: stream, from: all, limit: limit, filter: filter, known: known)
        }
        let page = try await page(
            of: stream,
            from: lanes,
            limit: limit,
            filter: filter,
            known: known
        )
        var positions = all.map(\.position)
        for (lane, position) in zip(lanes, page.positions) {
            positions[lane.partition.index - stand.first.index] = position
        }
        let isSure = configuration.seesAllAppends || page.events.isEmpty
        return page.widened(to: positions, isSure: isSure)
    }

    /// Refuses what was read by a process that stood still meanwhile: the stream may be deleted, its
    /// rows gone, and an empty page would hide it.
    func checkPatience(since known: Instant) throws(LedgerError) {
        let age = clock.instant().elapsed(since: known)
        guard age < Limits.readPatience || !configuration.rules.keep(.readDeadline) else {
            let message = "reading took \(age) ms, too long to be trusted; try again"
            throw .unavailable(message: message, mayHaveHappened: false)
        }
    }

    /// Does a plan's read.
    func find(_ read: TableRead) async -> Result<TableFinding, TableError> {
        await result { () throws(TableError) in
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
        let end = try await end(of: partition, in: stream)
        let earliest = try await earliestOffset(of: partition, in: stream, endingAt: end)
        return .offsetExpired(partition, earliest: earliest)
    }
}
