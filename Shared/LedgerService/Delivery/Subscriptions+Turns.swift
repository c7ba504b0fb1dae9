import CoreMetrics
import LedgerCore

/// The shell of ``DeliveryTurn``.
extension Subscriptions {
    /// Does the things of one call to one partition of a delivery.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    func turn(
        at partition: Partition,
        of state: Observed<SubscriptionState>,
        doing task: DeliveryTask
    ) async throws(LedgerError) -> Delivered {
        let read = state.value.deliveries[partition.index]
        let subscription = state.value.subscription.incarnation
        let outcome = await lanes.withTurn(at: partition, of: subscription) { row in
            let outcome = await result { () throws(LedgerError) in
                let newest = [read, row].compactMap(\.self).max { $0.version < $1.version }
                return try await take(task, at: partition, of: state, from: newest)
            }
            return (outcome, try? outcome.get().row)
        }
        let delivered = try outcome.get()
        watch(delivered.row)
        count(delivered)
        return delivered
    }

    /// Sees the timers that began with this version of a row, so that this process knows their ends.
    private func watch(_ row: DeliveryRow) {
        let now = clock.instant()
        for timer in row.begunTimers { _ = timers.isOver(timer, at: now) }
    }

    private func take(
        _ task: DeliveryTask,
        at partition: Partition,
        of state: Observed<SubscriptionState>,
        from row: DeliveryRow?
    ) async throws(LedgerError) -> Delivered {
        var decided = state.readAt
        let start = clock.instant()
        var plan = DeliveryTurn(
            of: state.value.subscription,
            in: partition,
            doing: task,
            rules: access.configuration.rules,
            now: start.now,
            chance: UInt64(bitPattern: access.freshNumber()),
            isOver: timersThatAreOver(at: start)
        )
        var action = plan.start(with: row)
        while true {
            switch action {
            case .readLog(let offset, let limit, let isFiltered):
                switch await log(
                    of: partition,
                    from: offset,
                    limit: limit,
                    filter: isFiltered ? state.value.subscription.filter : nil,
                    in: state
                ) {
                case .success(let page): action = plan.receive(log: page)
                case .failure(.offsetExpired(_, let earliest)):
                    action = plan.receive(earliest: earliest)
                case .failure(let error):
                    throw plan.mayHaveHappened ? error.afterChange : error
                }
            case .readParked(let keys):
                let rows = await inParallel(keys) { [self] key in await access.find(key) }
                action = plan.receive(parked: rows)
            case .readRow(let key, let pause):
                await access.pause(pause)
                decided = clock.instant()
                let row = await access.find(key)
                let now = clock.instant()
                let isOver = timersThatAreOver(at: now)
                action = plan.receive(row: row, now: now.now, isOver: isOver)
            case .write(let writes):
                action = plan.receive(written: await written(writes, decided: decided))
            case .finish(let delivered): return delivered
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    /// The timers that are over at one time: an event whose wait ends within a try would be handed
    /// out without its data.
    private func timersThatAreOver(at now: Instant) -> (LedgerCore.Timer) -> Bool {
        { [timers] in timers.isOver($0, at: now) }
    }

    private func log(
        of partition: Partition,
        from offset: Offset,
        limit: Int,
        filter: EventFilter?,
        in state: Observed<SubscriptionState>
    ) async -> Result<EventPage, LedgerError> {
        await result { () throws(LedgerError) in
            try await reads.page(
                of: Observed(state.value.stream, readAt: state.readAt),
                from: [(partition: partition, position: .log(offset))],
                limit: limit,
                filter: filter
            )
        }
    }

    /// Does a turn's writes as one.
    private func written(
        _ writes: [Write],
        decided: Instant
    ) async -> Result<TransactionOutcome, TableError> {
        guard writes.count == 1 else {
            return await result { () throws(TableError) in
                try await access.table.transact(
                    writes,
                    token: access.freshID(),
                    decided: decided
                )
            }
        }
        return await done(writes, decided: decided)[0].map { outcome in
            switch outcome {
            case .applied: .applied
            case .conditionFailed(let current): .conditionFailed([0: current])
            }
        }
    }

    private func count(_ delivered: Delivered) {
        let metrics = access.metrics
        metrics.deliveries.increment(by: delivered.events.count)
        metrics.acknowledged.increment(by: delivered.acknowledged)
        metrics.failedDeliveries.increment(by: delivered.failures)
        metrics.parked.increment(by: delivered.parkings)
    }
}
