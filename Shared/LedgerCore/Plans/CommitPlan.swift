/// Moves a subscription forward to a cursor, in all of the cursor's partitions at once.
///
///     verify ─┬─ moved partitions ─→ checkTails ─┬─ all reach so far ─→ write ─┬─→ finish
///             │                                  └─ one does not ─→ fail       └─→ fail
///             ├─ forged, or from before a seek ──→ fail
///             └─ (no partition moved: the same way with nothing in it)
///
/// A position beyond a partition's end is refused: what is published there later would be passed
/// over. A partition that is further already stays there. What a member of a group holds is not
/// touched, and refused after the rest is written. Each partition is a write of its own, so
/// an error may leave some of them moved, and then says so.
package struct CommitPlan: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Make these checks in parallel, then ``CommitPlan/receive(checks:)`` in their order.
        case checkTails([PositionCheck])
        /// Do these writes in parallel, then ``CommitPlan/receive(writes:)`` in their order.
        case write([Write])
        /// The subscription is at the cursor or beyond.
        case finish
        /// It is not, or may not be, in every partition.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// The cursor was not looked at yet. Next: checking, finished.
        case created
        /// The tails of what moves are being read. Next: writing, finished.
        case checking(PartitionPositions)
        /// These positions are being written. Next: finished.
        case writing(PartitionPositions)
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let current: SubscriptionState
    private let trust: TailTrust
    private let rules: Rules
    private var state = State.created
    /// The objection to the first partition that a member of a group holds.
    private var leased: Refusal?

    /// A commit of a subscription in its present state.
    package init(of current: SubscriptionState, trust: TailTrust, rules: Rules) {
        self.current = current
        self.trust = trust
        self.rules = rules
    }

    /// The first action, for a cursor as the client sent it.
    ///
    /// Partitions in `offsets` are moved so far only, the others to the cursor. Where a log is known
    /// to reach so far, its tail need not be read: a log never shrinks.
    package mutating func start(
        to text: String,
        stoppingAt offsets: [Int: Offset] = [:],
        knowing isReached: (Partition, Offset) -> Bool
    ) -> Action {
        do throws(Refusal) {
            let end = try current.cursor(text, rules: rules).positions
            let stop = try current.stopping(end, at: offsets) {
                current.positions[$0.index].logOffset
            }
            return start(to: stop, knowing: isReached)
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    /// The first action, for positions in partitions of the stream; the others stay where they are.
    mutating func start(
        to positions: PartitionPositions,
        knowing isReached: (Partition, Offset) -> Bool
    ) -> Action {
        guard case .created = state else { preconditionFailure("a cursor is committed once") }
        let moved = moved(to: positions)
        let checks: [PositionCheck] = moved.pairs.compactMap { partition, position in
            let offset = position.logOffset
            guard !isReached(partition, offset) else { return nil }
            return PositionCheck(
                partition: partition,
                offset: offset,
                stream: current.stream.id,
                trust: trust
            )
        }
        return take((.checking(moved), .checkTails(checks)))
    }

    /// Takes the outcome of ``Action/checkTails(_:)``: the first partition's objection counts.
    package mutating func receive(checks: [Result<Offset, Refusal>]) -> Action {
        guard case .checking(let moved) = state else {
            preconditionFailure("checks came that were not asked for")
        }
        do throws(Refusal) {
            for check in checks { _ = try check.get() }
        } catch {
            return take((.finished, .fail(error)))
        }
        let writes = moved.pairs.map { partition, position in write(position, in: partition) }
        return take((.writing(moved), .write(writes)))
    }

    /// Takes the outcome of ``Action/write(_:)``: the first partition's error counts, but what any
    /// partition's write may have changed is in it.
    package mutating func receive(writes: [Result<WriteOutcome, TableError>]) -> Action {
        guard case .writing(let moved) = state else {
            preconditionFailure("writes came that were not asked for")
        }
        do throws(Refusal) {
            for ((partition, position), outcome) in zip(moved.pairs, writes) {
                try judge(try outcome.orRefuse(), of: position, in: partition)
            }
            if let leased { throw leased }
            return take((.finished, .finish))
        } catch {
            return take((.finished, .fail(writes.mayHaveChanged ? .afterChange(error) : error)))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    /// The partitions that a commit of these positions moves.
    ///
    /// A leased one is moved forward only, and only while no member holds it.
    private mutating func moved(to positions: PartitionPositions) -> PartitionPositions {
        var refused: Refusal?
        let moved = positions.filter { partition, position in
            let committed = current.positions[partition.index]
            guard let lease = current.rows[partition.index]?.lease else {
                return committed != position
            }
            guard committed.isBefore(position) else { return false }
            guard let owner = lease.owner, current.alive(owner) != nil, rules.keep(.plain) else {
                return true
            }
            refused = refused ?? .partitionLeased(partition, owner: owner)
            return false
        }
        leased = refused
        return moved
    }

    /// The write of a position.
    ///
    /// Of a leased partition it ends the lease, so that whoever held it is
    /// fenced off.
    private func write(_ position: Position, in partition: Partition) -> Write {
        let row = PositionRow(
            stream: current.stream.incarnation,
            subscription: current.subscription.incarnation,
            partition: partition,
            epoch: current.subscription.epoch,
            position: position
        )
        guard let stored = current.rows[partition.index], let lease = stored.lease else {
            return row.commit(over: current.deliveries[partition.index], rules: rules)
        }
        guard rules.keep(.plain) else {
            let kept = row.leased(lease)
            return .put(kept.item, if: kept.isForward)
        }
        return row.leased(Lease(epoch: lease.epoch + 1, owner: nil)).replace(stored, rules: rules)
    }

    /// A commit that was not written found a later position, which is fine, a later epoch, or that
    /// the partition was leased meanwhile.
    private func judge(
        _ outcome: WriteOutcome,
        of position: Position,
        in partition: Partition
    ) throws(Refusal) {
        guard case .conditionFailed(let current?) = outcome else { return }
        let row = try decoded { () throws(TableError) in try PositionRow(current) }
        let epoch = self.current.subscription.epoch
        guard row.epoch <= epoch else { throw .cursorSuperseded }
        guard let lease = row.lease, row.epoch < epoch || row.position.isBefore(position) else {
            return
        }
        guard let owner = lease.owner else { throw .contention }
        throw .partitionLeased(partition, owner: owner)
    }
}

extension SubscriptionState {
    /// The end of a page, but only so far in some partitions, by number: each offset lies between
    /// the first that may be meant and the page's end.
    func stopping(
        _ end: PartitionPositions,
        at offsets: [Int: Offset],
        from first: (Partition) -> Offset
    ) throws(Refusal) -> PartitionPositions {
        let numbers = Set(end.partitions.map(\.index))
        if let unknown = offsets.keys.filter({ !numbers.contains($0) }).min() {
            throw .partitionNotCovered(try stream.partition(Int64(unknown)))
        }
        let values = try end.pairs.map { (partition, position) throws(Refusal) -> Position in
            guard let offset = offsets[partition.index] else { return position }
            let first = first(partition)
            guard case .log(let next) = position, first <= offset, offset <= next else {
                throw .commitOutOfPage(partition, from: first, to: position)
            }
            return .log(offset)
        }
        return PartitionPositions(end.partitions, values: values)
    }
}

/// A look at whether one partition reaches as far as a position.
package struct PositionCheck: Sendable {
    /// The partition whose tail is to be read.
    package let partition: Partition
    /// The position that it must reach.
    package let offset: Offset
    let stream: StreamID
    let trust: TailTrust

    /// Judges a tail by the wall clock after it was read.
    ///
    /// It may be an unverified one if it reaches so far: a log never shrinks.
    ///
    /// - Returns: How far the partition reaches for certain, or why the position can't be taken.
    package func judge(
        _ reading: Result<TailReading, TableError>,
        now: Timestamp
    ) -> Result<Offset, Refusal> {
        let found: TailReading
        switch reading {
        case .success(let reading): found = reading
        case .failure(let error): return .failure(Refusal(error, in: stream))
        }
        switch found.verdict(at: now, trusting: trust) {
        case .tail(let tail) where offset <= tail.next,
            .unverified(let tail) where offset <= tail.next:
            return .success(tail.next)
        case .tail(let tail):
            let (position, tail) = (offset, tail.next)
            return .failure(.positionBeyondTail(partition, position: position, tail: tail))
        case .unverified: return .failure(.tailUnverified(partition))
        case .sealed: return .failure(.streamNotFound(stream))
        }
    }
}
