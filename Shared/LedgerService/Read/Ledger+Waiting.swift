import LedgerCore

/// Waiting for events.
extension Ledger {
    /// Answers every waiting call with what it has, and any later one without waiting: for a process
    /// that stops.
    package func endWaiting() { signals.end() }

    /// Waits for `guest` until there is something beyond `stand`, or `milliseconds` are over.
    ///
    /// What this process appends is known at once. Where others append too, one task looks for all
    /// who wait for the same stream.
    func news(
        for guest: AppendSignals.Guest,
        beyond stand: AppendSignals.Stand,
        atMost milliseconds: Int64
    ) async -> AppendSignals.News {
        guard milliseconds > 0 else { return .nothing }
        if !configuration.seesAllAppends, let looker = signals.startsLooking(guest.stream) {
            Task(executorPreference: configuration.executor) {
                await self.look(at: guest.stream, as: looker)
            }
        }
        return await withTaskGroup(of: AppendSignals.News.self) { group in
            group.addTask { [self] in await signals.wait(guest, at: stand) }
            group.addTask { [self] in
                _ = await result { () throws(CancellationError) in
                    try await clock.sleep(milliseconds: milliseconds)
                }
                return .nothing
            }
            defer { group.cancelAll() }
            return await group.next() ?? .nothing
        }
    }

    // MARK: Others' appends

    /// How many subscriptions are looked at beside the stream each time; the others have their turn.
    private static let subscriptionsPerLook = 8

    /// Looks for what other processes append, with growing pauses, while anyone is there to wait.
    private func look(at stream: StreamID, as looker: UInt64) async {
        var pause = min(50, configuration.longPollPause)
        while signals.isWatched(stream, by: looker) {
            _ = await result { () throws(CancellationError) in
                try await clock.sleep(milliseconds: pause)
            }
            pause = min(pause * 2, configuration.longPollPause)
            let count = Self.subscriptionsPerLook
            guard let view = signals.view(of: stream, subscriptions: count) else { continue }
            await look(at: stream, view)
        }
    }

    /// One look; what can't be read is looked at again the next time.
    private func look(at id: StreamID, _ view: WaitingRoom.View) async {
        let reads =
            [TableRead.get(.stream(id))]
            + view.subscriptions.map { .get(.subscription(view.stream, $0.id)) }
            + view.ends.map { .query(Self.newest(view.stream, $0.partition, beyond: $0.end)) }
        let findings = await inParallel(reads) { [self] read in await find(read) }
        for (index, finding) in findings.enumerated() {
            switch finding {
            case .success(.item(let item)) where index == 0:
                if !Self.isStill(view.stream, item) { signals.change(id) }
            case .success(.item(let item)):
                let known = view.subscriptions[index - 1]
                if !Self.isStill(known, item) { signals.change(id, subscription: known.id) }
            case .success(.page(let page)): note(page, of: id, view.stream)
            case .failure: continue
            }
        }
    }

    /// The first row at or after an offset.
    ///
    /// Eventually consistent: whoever is woken reads strongly, and what is not seen yet is seen the
    /// next time.
    private static func newest(
        _ stream: Incarnation,
        _ partition: Partition,
        beyond end: Offset
    ) -> Query {
        Query(
            .log(stream, partition),
            from: TableKey.chunk(stream, partition, end).sortKey,
            limit: 1,
            consistency: .eventual
        )
    }

    private func note(_ page: QueryPage, of id: StreamID, _ stream: Incarnation) {
        guard let item = page.items.first, case .chunk(_, let partition, _) = item.key else {
            return
        }
        // Damage is told by whoever reads it.
        switch try? LogEntry(item) {
        case .chunk(let chunk):
            signals.append(to: partition, of: id, incarnation: stream, upTo: chunk.end)
        case .seal, nil: signals.change(id)
        }
    }

    private static func isStill(_ stream: Incarnation, _ item: Item?) -> Bool {
        guard let item, let row = try? StreamRow(item) else { return false }
        return row.incarnation == stream && row.state == .active
    }

    private static func isStill(_ known: SubscriptionRow, _ item: Item?) -> Bool {
        guard let item, let row = try? SubscriptionRow(item) else { return false }
        return row.incarnation == known.incarnation && row.epoch == known.epoch
    }
}
