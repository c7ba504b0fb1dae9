import LedgerCore

/// Going from stream to stream.
extension Ledger {
    /// Looks at every stream.
    func lookAtEverything(_ run: SweepRun) async {
        var row = SweepRow()
        row.begin(at: clock.now())
        do throws(LedgerError) {
            while case .running(let after) = row.round, !run.isOver {
                try await look(atMost: .max, after: after, &row, run)
            }
        } catch {
            note(error, in: run, at: ["step": "streams"])
        }
    }

    /// Goes on with the round where `row` is, and stores how far it came, until its share of the
    /// run is used up, or someone else has taken over.
    ///
    /// - Returns: The row as it was stored last.
    func lookAround(_ row: SweepRow, _ run: SweepRun) async -> SweepRow {
        var row = row
        // An engine of this process alone has no ceiling to leave room under.
        var left = table.deletesLogByItself ? row.pace : .max
        do throws(LedgerError) {
            while case .running(let after) = row.round, left > 0, !run.isHalfOver {
                var next = row
                left -= try await look(atMost: left, after: after, &next, run)
                guard case .applied = try await apply(next.write(), decided: clock.instant()) else {
                    break
                }
                row = next
            }
        } catch {
            note(error, in: run, at: ["step": "streams"])
        }
        return row
    }

    /// Looks at one page of streams; a slow one holds up its page, and no more.
    ///
    /// - Returns: How many it looked at.
    @discardableResult
    private func look(
        atMost most: Int,
        after: [UInt8]?,
        _ row: inout SweepRow,
        _ run: SweepRun
    ) async throws(LedgerError) -> Int {
        let listed = clock.instant()
        let page = try await soundRows(
            of: Query(.streams, after: after, limit: min(most, Limits.sweepPageRows)),
            in: run
        )
        let count = await inParallel(
            page.items,
            atOnce: Limits.sweepLanes,
            until: { run.isOver }
        ) { [self] item in
            await look(at: item, listed, run)
        }
        if count < page.items.count {
            if count > 0 { row.advance(to: page.items[count - 1].key.sortKey, count: count) }
        } else if let next = page.next {
            row.advance(to: next, count: count)
        } else {
            row.finish(after: count)
        }
        return count
    }

    private func look(at item: Item, _ listed: Instant, _ run: SweepRun) async {
        do throws(LedgerError) {
            run.count { $0.streams += 1 }
            let stream = try decoded { () throws(TableError) in try StreamRow(item) }
            let isAtRest = sweepMemory.isAtRest(stream.incarnation, at: clock.now())
            guard run.isWhole || !isAtRest else { return }
            guard let (stream, known) = try await current(stream, listed) else { return }
            if stream.state == .deleting { return try await finishDeletion(of: stream) }
            await look(at: stream, known, run)
        } catch {
            note(error, in: run, at: ["stream": String(decoding: item.key.sortKey, as: UTF8.self)])
        }
    }

    private func look(at stream: StreamRow, _ known: Instant, _ run: SweepRun) async {
        let now = clock.now()
        let looks = await inParallel(stream.partitions) { [self] partition in
            await result { () throws(LedgerError) in
                try await look(at: partition, of: stream, known: known, in: run)
            }
        }
        var due = now.advanced(byMilliseconds: Limits.physicalRetentionHours * 3_600_000)
        for (partition, look) in zip(stream.partitions, looks) {
            switch look {
            case .success(let moment): due = min(due, moment ?? due)
            case .failure(let error):
                due = now
                let place = ["stream": "\(stream.id)", "partition": "\(partition.index)"]
                note(error, in: run, at: place)
            }
        }
        // What is appended from now on stays for longer than that.
        if !table.deletesLogByItself { sweepMemory.rest(stream.incarnation, until: due) }
    }

    /// The listed stream, read again when the list is old: it may have been deleted since.
    private func current(
        _ stream: StreamRow,
        _ listed: Instant
    ) async throws(LedgerError) -> (stream: StreamRow, known: Instant)? {
        let now = clock.instant()
        guard now.elapsed(since: listed) >= Limits.cacheAge else { return (stream, listed) }
        guard let item = try await row(.stream(stream.id)) else { return nil }
        let current = try decoded { () throws(TableError) in try StreamRow(item) }
        return current.incarnation == stream.incarnation ? (current, now) : nil
    }

    /// A page of rows of which a damaged one hides itself only, and not its neighbours.
    func soundRows(
        of query: Query,
        in run: SweepRun
    ) async throws(LedgerError) -> QueryPage {
        var query = query
        while true {
            do throws(TableError) {
                return try await table.query(query)
            } catch {
                guard error.reason == .corrupt else { throw LedgerError(error) }
                if query.limit > 1 {
                    query.limit /= 2
                    continue
                }
                guard let row = error.row, row.group == query.group else {
                    throw LedgerError(error)
                }
                note(
                    LedgerError(error),
                    in: run,
                    at: ["row": String(decoding: row.sortKey, as: UTF8.self)]
                )
                return QueryPage(items: [], next: row.sortKey)
            }
        }
    }
}
