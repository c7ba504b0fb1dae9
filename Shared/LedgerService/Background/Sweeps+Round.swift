import LedgerCore

/// The way from stream to stream: the shells of ``SweepRound`` and ``StreamVisit``.
extension Sweeps {
    /// Looks at every stream.
    func lookAtEverything(in run: SweepRun) async {
        var round = SweepRound(wholeAt: clock.now())
        await work(on: &round, in: run) { run.isOver }
    }

    /// Goes on with the round where `row` is, and stores how far it came, until its share of the
    /// run is used up, or someone else has taken over.
    ///
    /// - Returns: The row as it was stored last.
    func lookAround(from row: SweepRow, in run: SweepRun) async -> SweepRow {
        var round = SweepRound(from: row, isPaced: access.table.deletesLogByItself)
        await work(on: &round, in: run) { run.isHalfOver }
        return round.row
    }

    private func work(
        on round: inout SweepRound,
        in run: SweepRun,
        until isOver: () -> Bool
    ) async {
        var listed = clock.instant()
        var action = round.start(isOver: isOver())
        do throws(LedgerError) {
            while true {
                switch action {
                case .list(let query):
                    listed = clock.instant()
                    action = round.receive(try await soundRows(of: query, in: run))
                case .look(let items):
                    let known = listed
                    // A slow stream holds up its page, and no more.
                    let count = await inParallel(
                        items,
                        atOnce: Limits.sweepLanes,
                        until: { run.isOver }
                    ) { [self] item in
                        await visit(Observed(item, readAt: known), in: run)
                    }
                    action = round.looked(at: count, isOver: isOver())
                case .store(let write):
                    let outcome = try await access.apply(write, decided: clock.instant())
                    action = round.stored(outcome, isOver: isOver())
                case .finish: return
                }
            }
        } catch {
            note(error, in: run, at: ["step": "streams"])
        }
    }

    private func visit(_ listed: Observed<Item>, in run: SweepRun) async {
        let item = listed.value
        do throws(LedgerError) {
            run.count { $0.streams += 1 }
            let stream = try access.decoded { () throws(TableError) in try StreamRow(item) }
            let isAtRest = sweepMemory.isAtRest(stream.incarnation, at: clock.now())
            var visit = StreamVisit(to: Observed(stream, readAt: listed.readAt))
            var action = visit.start(isDue: run.isWhole || !isAtRest, now: clock.instant())
            while true {
                switch action {
                case .reread(let key):
                    let row = try await access.row(key)
                    action = try access.decoded { () throws(TableError) in try visit.receive(row) }
                case .finishDeletion(let stream):
                    return try await deletions.finishDeletion(of: stream)
                case .look(let stream): return await look(at: stream, in: run)
                case .pass: return
                }
            }
        } catch {
            note(error, in: run, at: ["stream": String(decoding: item.key.sortKey, as: UTF8.self)])
        }
    }

    private func look(at observed: Observed<StreamRow>, in run: SweepRun) async {
        let stream = observed.value
        var rest = StreamRest(from: clock.now())
        let looks = await inParallel(stream.partitions) { [self] partition in
            await result { () throws(LedgerError) in
                try await look(at: partition, of: observed, in: run)
            }
        }
        for (partition, look) in zip(stream.partitions, looks) {
            switch look {
            case .success(let due): rest.note(due)
            case .failure(let error):
                rest.noteFailure()
                let place = ["stream": "\(stream.id)", "partition": "\(partition.index)"]
                note(error, in: run, at: place)
            }
        }
        guard !access.table.deletesLogByItself else { return }
        sweepMemory.rest(stream.incarnation, until: rest.due)
    }

    /// The shell of ``SoundPage``: a damaged row hides itself only, and not its neighbours.
    func soundRows(
        of query: Query,
        in run: SweepRun
    ) async throws(LedgerError) -> QueryPage {
        var plan = SoundPage(of: query)
        var action = plan.start()
        while true {
            switch action {
            case .read(let query): action = plan.receive(await access.find(query))
            case .pass(let row, let damage):
                let place = ["row": String(decoding: row.sortKey, as: UTF8.self)]
                note(LedgerError(damage), in: run, at: place)
                action = plan.passed()
            case .finish(let page): return page
            case .fail(let error): throw LedgerError(error)
            }
        }
    }
}
