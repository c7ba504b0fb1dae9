import CoreMetrics
import LedgerCore

/// The shell of ``PollPlan``.
extension Reads {
    /// Reads a page from the given positions, of the events that a `filter` delivers.
    func page(
        of observed: Observed<StreamRow>,
        from positions: [(partition: Partition, position: Position)],
        limit: Int,
        filter: EventFilter? = nil
    ) async throws(LedgerError) -> EventPage {
        let stream = observed.value
        let parts = positions.map { hints.read(of: $0, in: stream.incarnation, from: $1) }
        var plan = PollPlan(
            stream: stream.incarnation,
            parts: parts,
            limit: limit,
            filter: filter,
            expiration: access.expiration(of: stream, at: clock.now()),
            trust: access.trust(in: stream),
            budget: .ofCall(isFiltered: filter != nil),
            now: clock.instant(),
            decode: { [batches] chunk throws(ReadFailure) in try batches.decoded(chunk) }
        )
        var action = plan.start()
        while true {
            switch action {
            case .read(let reads):
                let findings = await inParallel(reads) { [self] read in await access.find(read) }
                action = plan.receive(findings, now: clock.instant())
            case .pause(let length):
                await access.pause(length)
                action = plan.resume()
            case .fail(let failure):
                try access.checkPatience(since: observed.readAt)
                throw try await completed(failure, in: stream)
            case .finish(let page):
                try access.checkPatience(since: observed.readAt)
                hints.remember(plan.hints, of: stream.incarnation)
                access.metrics.pages.increment()
                access.metrics.pageEvents.increment(by: page.events.count)
                return page
            }
        }
    }

    /// Reads on from where a guest found nothing and waited, only in the partitions that had news
    /// since.
    ///
    /// The page is caught up only if that is known: where others append too, an event in another
    /// partition may have come unseen.
    func page(
        of stream: Observed<StreamRow>,
        beyond stand: AppendSignals.Stand,
        for guest: AppendSignals.Guest,
        limit: Int,
        filter: EventFilter? = nil
    ) async throws(LedgerError) -> EventPage {
        let all = zip(stand.partitions, stand.offsets).map {
            (partition: $0, position: Position.log($1))
        }
        let fresh = Set(signals.fresh(guest, beyond: stand))
        let parts = all.filter { fresh.contains($0.partition) }
        guard !parts.isEmpty else {
            return try await page(of: stream, from: all, limit: limit, filter: filter)
        }
        let page = try await page(of: stream, from: parts, limit: limit, filter: filter)
        var positions = all.map(\.position)
        for (partition, position) in page.positions.pairs {
            guard let place = stand.partitions.firstIndex(of: partition) else { continue }
            positions[place] = position
        }
        let isSure = access.configuration.seesAllAppends || page.events.isEmpty
        let widened = PartitionPositions(all.map(\.partition), values: positions)
        return page.widened(to: widened, isSure: isSure)
    }

    /// The error of a failed read; that of an expired offset says what is the earliest now.
    private func completed(
        _ failure: ReadFailure,
        in stream: StreamRow
    ) async throws(LedgerError)
        -> LedgerError
    {
        guard case .expired(let partition, nil) = failure else {
            return LedgerError(failure, stream: stream.id)
        }
        let end = try await access.end(of: partition, in: stream)
        let earliest = try await offsets.earliestOffset(of: partition, in: stream, endingAt: end)
        return .offsetExpired(partition, earliest: earliest)
    }
}
