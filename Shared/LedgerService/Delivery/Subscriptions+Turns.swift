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
        let subscription = state.value.subscription.incarnation
        let lane = DeliveryLanes.Lane(subscription: subscription, partition: partition)
        var hold = await LaneHold(lane, of: lanes)
        do throws(LedgerError) {
            var isAnew = false
            while true {
                let found = try await take(task, at: partition, of: state, isAnew: isAnew, &hold)
                guard let delivered = found else {
                    isAnew = true
                    continue
                }
                hold.pass(delivered.row)
                watch(delivered.row)
                count(delivered)
                return delivered
            }
        } catch {
            hold.passUnchanged()
            throw error
        }
    }

    /// Sees the timers that began with this version of a row, so that this process knows their ends.
    private func watch(_ row: DeliveryRow) {
        let now = clock.instant()
        for timer in row.begunTimers { _ = timers.isOver(timer, at: now) }
    }

    /// Does them once; nil: it rested on a row that was not stored after all.
    ///
    /// Anew it begins with what the table has.
    private func take(
        _ task: DeliveryTask,
        at partition: Partition,
        of state: Observed<SubscriptionState>,
        isAnew: Bool,
        _ hold: inout LaneHold
    ) async throws(LedgerError) -> Delivered? {
        var decided = state.readAt
        let start = clock.instant()
        var plan = DeliveryTurn(
            of: state.value.subscription,
            in: partition,
            doing: task,
            rules: access.configuration.rules,
            now: start.now,
            chance: UInt64(bitPattern: access.freshNumber()),
            isOver: timersThatAreOver(at: start, before: hold.firstUnsure)
        )
        let read = state.value.deliveries[partition.index]
        // After a time with cursors there is none, and versions begin anew: what was kept is no more.
        let kept = hold.row.flatMap { row in
            read != nil || row.epoch == state.value.subscription.epoch ? row : nil
        }
        let newest = [read, kept].compactMap(\.self).max {
            ($0.epoch, $0.version) < ($1.epoch, $1.version)
        }
        var action = isAnew ? plan.startAnew() : plan.start(with: newest)
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
                // What is being written may be the rows that are read.
                guard await hold.isSettled() else { return nil }
                let rows = await inParallel(keys) { [self] key in await access.find(key) }
                action = plan.receive(parked: rows)
            case .readRow(let key, let pause):
                await access.pause(pause)
                await hold.takeAgain()
                decided = clock.instant()
                let row = await access.find(key)
                let now = clock.instant()
                let isOver = timersThatAreOver(at: now)
                action = plan.receive(row: row, now: now.now, isOver: isOver)
            case .write(let writes):
                let row = plan.rowUnderWay
                let outcome = await written(writes, as: row, decided: decided, &hold)
                action = plan.receive(written: outcome)
            case .finish(let delivered): return await hold.isSettledAtEnd() ? delivered : nil
            case .fail(let refusal):
                guard await hold.isSettledAtEnd() else { return nil }
                throw LedgerError(refusal)
            }
        }
    }

    /// The timers that are over at one time: an event whose wait ends within a try would be handed
    /// out without its data.
    ///
    /// Those that began with a version that may not be stored yet are not: seen now, they would be
    /// known from before their beginning.
    private func timersThatAreOver(
        at now: Instant,
        before firstUnsure: Int64? = nil
    ) -> (LedgerCore.Timer) -> Bool {
        { [timers] timer in
            if let firstUnsure, case .delivery(_, _, let version) = timer.name,
                version >= firstUnsure
            {
                return false
            }
            return timers.isOver(timer, at: now)
        }
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

    /// Does a turn's writes as one, which make the row what it is then.
    private func written(
        _ writes: [Write],
        as row: DeliveryRow?,
        decided: Instant,
        _ hold: inout LaneHold
    ) async -> Result<TransactionOutcome, TableError> {
        guard access.table.appliesInOrder, let row else {
            return await written(writes, decided: decided)
        }
        return await hold.pass(row) {
            await written(writes, decided: decided)
        } isStored: { outcome in
            if case .success(.applied) = outcome { true } else { false }
        }
    }

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
