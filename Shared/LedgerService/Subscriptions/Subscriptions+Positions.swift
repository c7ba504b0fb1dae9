import LedgerCore

/// The shells of ``StartPointPlan`` and ``PositionPlan``.
extension Subscriptions {
    /// The positions that a start point means now.
    ///
    /// In a seek, partitions that it leaves out stay where they are at present; a creation has no
    /// present positions.
    func positions(
        of start: StartPoint,
        in stream: StreamRow,
        staying current: [Position]?
    ) async throws(LedgerError) -> [Position] {
        try access.unlessRefused { () throws(Refusal) in try start.check(against: stream) }
        let found = await inParallel(stream.partitions) { [self] partition in
            await result { () throws(LedgerError) in
                let stay = current?[partition.index]
                return try await position(of: start, in: partition, of: stream, staying: stay)
            }
        }
        var positions: [Position] = []
        for position in found { positions.append(try position.get()) }
        return positions
    }

    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func position(
        of start: StartPoint,
        in partition: Partition,
        of stream: StreamRow,
        staying current: Position?
    ) async throws(LedgerError) -> Position {
        let rules = access.configuration.rules
        var plan = StartPointPlan(to: start, in: partition, staying: current, rules: rules)
        var action = plan.start()
        while true {
            switch action {
            case .readEnd(let partition):
                action = plan.receive(end: try await access.end(of: partition, in: stream))
            case .searchEarliest(let end):
                let earliest = try await offsets.earliestOffset(
                    of: partition,
                    in: stream,
                    endingAt: end
                )
                action = plan.receive(offset: earliest)
            case .search(let timestamp, let end):
                let offset = try await offsets.offset(
                    at: timestamp,
                    of: partition,
                    in: stream,
                    endingAt: end
                )
                action = plan.receive(offset: offset)
            case .finish(let position): return position
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    /// Describes a subscription by its place in each partition.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    func describe(
        _ state: SubscriptionState
    ) async throws(LedgerError) -> SubscriptionDescription {
        let stream = state.stream
        let found = await inParallel(stream.partitions) { [self] partition in
            await result { () throws(LedgerError) in
                try await place(of: state.positions[partition.index], in: partition, of: stream)
            }
        }
        var places: [SubscriptionDescription.PartitionState] = []
        for place in found { places.append(try place.get()) }
        return SubscriptionDescription(
            state,
            partitions: places,
            members: members(of: state).count,
            webhook: try await webhookRow(of: state.subscription),
            at: clock.now()
        )
    }

    private func place(
        of position: Position,
        in partition: Partition,
        of stream: StreamRow
    ) async throws(LedgerError) -> SubscriptionDescription.PartitionState {
        var plan = PositionPlan(of: position, in: partition)
        var action = plan.start()
        while true {
            switch action {
            case .readEnd(let partition):
                action = plan.receive(end: try await access.end(of: partition, in: stream))
            case .searchEarliest(let partition, let end):
                let earliest = try await offsets.earliestOffset(
                    of: partition,
                    in: stream,
                    endingAt: end
                )
                action = plan.receive(earliest: earliest)
            case .readTime(let partition, let offset):
                let time = try await times.time(at: offset, of: partition, in: stream)
                action = plan.receive(time: time)
            case .finish(let place): return place
            }
        }
    }
}
