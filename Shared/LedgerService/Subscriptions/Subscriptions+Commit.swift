import CoreMetrics
package import LedgerCore

/// The shells of ``CommitPlan`` and ``GroupCommitPlan``.
extension Subscriptions {
    /// Moves a subscription forward to a cursor; where it is further already, it stays.
    ///
    /// A group's cursor moves what its member holds, each under the lease that the cursor names.
    /// Partitions in `offsets`, by number, are moved so far only: part of a page was handled.
    ///
    /// - Throws: ``LedgerError/positionBeyondTail(_:position:tail:)`` when the cursor is from a longer
    ///   log; ``LedgerError/leaseLost(_:committed:)`` and
    ///   ``LedgerError/partitionLeased(_:owner:)``, which say what is committed nevertheless; or what
    ///   a failed table call becomes.
    package func commit(
        _ id: SubscriptionID,
        of streamID: StreamID,
        cursor: String,
        offsets: [Int: Offset] = [:]
    ) async throws(LedgerError) {
        let state = try await cursorState(of: id, of: streamID)
        guard GroupCursor.isMeant(by: cursor) else {
            return try await commit(state, to: cursor, stoppingAt: offsets)
        }
        let fate = try await commitGroup(of: state, to: cursor, stoppingAt: offsets)
        guard !fate.lost.isEmpty else { return }
        access.metrics.lostLeases.increment(by: fate.lost.count)
        throw .leaseLost(fate.lost, committed: fate.committed)
    }

    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func commit(
        _ state: Observed<SubscriptionState>,
        to cursor: String,
        stoppingAt offsets: [Int: Offset]
    ) async throws(LedgerError) {
        let stream = state.value.stream
        var plan = CommitPlan(
            of: state.value,
            trust: access.trust(in: stream),
            rules: access.configuration.rules
        )
        var action = plan.start(to: cursor, stoppingAt: offsets) { partition, offset in
            hints.reaches(offset, of: partition, in: stream.incarnation)
        }
        while true {
            switch action {
            case .checkTails(let checks):
                action = plan.receive(checks: await made(checks, in: stream))
            case .write(let writes):
                action = plan.receive(writes: await done(writes, decided: state.readAt))
            case .finish: return
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func commitGroup(
        of state: Observed<SubscriptionState>,
        to cursor: String,
        stoppingAt offsets: [Int: Offset]
    ) async throws(LedgerError) -> GroupCommit {
        let stream = state.value.stream
        var plan = GroupCommitPlan(
            of: state.value,
            trust: access.trust(in: stream),
            rules: access.configuration.rules
        )
        var action = plan.start(
            to: cursor,
            stoppingAt: offsets,
            now: clock.wall(),
            random: access.freshNumber()
        ) { partition, offset in
            hints.reaches(offset, of: partition, in: stream.incarnation)
        }
        while true {
            switch action {
            case .checkTails(let checks):
                action = plan.receive(checks: await made(checks, in: stream))
            case .write(let writes):
                action = plan.receive(writes: await done(writes, decided: state.readAt))
            case .finish(let fate): return fate
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    /// Does a plan's writes of different rows, all at once.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    func done(
        _ writes: [Write],
        decided: Instant
    ) async -> [Result<WriteOutcome, TableError>] {
        await inParallel(writes) { [self] write in
            await result { () throws(TableError) in
                try await access.table.write(write, decided: decided)
            }
        }
    }

    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func made(
        _ checks: [PositionCheck],
        in stream: StreamRow
    ) async -> [Result<Offset, Refusal>] {
        await inParallel(checks) { [self] check in
            let tail = await result { () throws(TableError) in
                try await access.readTail(of: check.partition, in: stream.incarnation)
            }
            let result = check.judge(tail, now: clock.wall())
            hints.remember(result, of: check.partition, in: stream)
            return result
        }
    }
}

extension ReadHints {
    /// Keeps how far a log reaches for certain; a refusal teaches nothing.
    fileprivate func remember(
        _ reach: Result<Offset, Refusal>,
        of partition: Partition,
        in stream: StreamRow
    ) {
        guard case .success(let offset) = reach else { return }
        self.reach(offset, of: partition, in: stream.incarnation)
    }
}
