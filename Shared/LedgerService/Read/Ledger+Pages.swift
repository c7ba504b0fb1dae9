import CoreMetrics
import LedgerCore

/// The shell of ``PollPlan``.
extension Ledger {
    /// Reads a page from the given positions, of the events that a `filter` delivers.
    ///
    /// `known` is a time before `stream` was read.
    func page(
        of stream: StreamRow,
        from positions: [(partition: Partition, position: Position)],
        limit: Int,
        filter: EventFilter? = nil,
        known: Instant
    ) async throws(LedgerError) -> EventPage {
        let parts = positions.map { hints.read(of: $0, in: stream.incarnation, from: $1) }
        var plan = PollPlan(
            stream: stream.incarnation,
            parts: parts,
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
            case .pause(let length):
                await pause(length)
                action = plan.resume()
            case .fail(let failure):
                try checkPatience(since: known)
                throw try await completed(failure, in: stream)
            case .finish(let page):
                try checkPatience(since: known)
                hints.remember(plan.hints, of: stream.incarnation)
                metrics.pages.increment()
                metrics.pageEvents.increment(by: page.events.count)
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
        of stream: StreamRow,
        beyond stand: AppendSignals.Stand,
        for guest: AppendSignals.Guest,
        limit: Int,
        filter: EventFilter? = nil,
        known: Instant
    ) async throws(LedgerError) -> EventPage {
        let all = zip(stand.partitions, stand.offsets).map {
            (partition: $0, position: Position.log($1))
        }
        let fresh = Set(signals.fresh(guest, beyond: stand))
        let parts = all.filter { fresh.contains($0.partition) }
        guard !parts.isEmpty else {
            return try await page(of: stream, from: all, limit: limit, filter: filter, known: known)
        }
        let page = try await page(
            of: stream,
            from: parts,
            limit: limit,
            filter: filter,
            known: known
        )
        var positions = all.map(\.position)
        for (part, position) in zip(parts, page.positions) {
            positions[part.partition.index - stand.first.index] = position
        }
        let isSure = configuration.seesAllAppends || page.events.isEmpty
        return page.widened(to: positions, isSure: isSure)
    }

    /// Refuses what was read by a process that stood still meanwhile: the stream may be deleted, its
    /// rows gone, and an empty page would hide it.
    func checkPatience(since known: Instant) throws(LedgerError) {
        do throws(Refusal) {
            let patience = ReadPatience(since: known, rules: configuration.rules)
            try patience.check(at: clock.instant())
        } catch {
            throw LedgerError(error)
        }
    }

    /// Carries out a plan's read.
    func find(_ read: TableRead) async -> Result<TableFinding, TableError> {
        await result { () throws(TableError) in
            switch read {
            case .query(let query): .page(try await table.query(query))
            case .get(let key): .item(try await table.get(key))
            }
        }
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
        let end = try await end(of: partition, in: stream)
        let earliest = try await earliestOffset(of: partition, in: stream, endingAt: end)
        return .offsetExpired(partition, earliest: earliest)
    }
}
