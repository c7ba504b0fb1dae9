import LedgerCore

extension Ledger {
    /// The positions that a start point means now.
    ///
    /// `current`: Of a seek: where partitions stay that are left out; nil at a creation.
    func positions(
        of start: StartPoint,
        in stream: StreamRow,
        staying current: [Position]?
    )
        async throws(LedgerError) -> [Position]
    {
        if case .compacted = start, !stream.compaction { throw .compactionDisabled(stream.id) }
        if case .offsets(let offsets) = start {
            let unknown = offsets.keys.filter { $0 >= stream.partitionCount }.min()
            if let unknown { throw .partitionNotFound(Int64(unknown)) }
        }
        let found = await inParallel(stream.partitions) { [self] partition in
            await attempt { () throws(LedgerError) in
                let stay = current?[partition.index]
                return try await position(of: start, partition, stream, staying: stay)
            }
        }
        var positions: [Position] = []
        for position in found { positions.append(try position.get()) }
        return positions
    }

    private func position(
        of start: StartPoint,
        _ partition: Partition,
        _ stream: StreamRow,
        staying current: Position?
    ) async throws(LedgerError) -> Position {
        let end = try await end(of: partition, in: stream)
        let tail = end.next
        switch start {
        case .earliest:
            return .log(try await earliestOffset(of: partition, in: stream, endingAt: end))
        case .latest: return .log(tail)
        case .compacted:
            // The watermark is taken before any of the state is read (design, section 6).
            let watermark =
                configuration.rules.keep(.watermarkFirst) ? end.progress?.watermark.next : tail
            return .snapshot(watermark: watermark ?? .zero, after: nil)
        case .timestamp(let moment):
            return .log(try await offset(at: moment, of: partition, in: stream, endingAt: end))
        case .offsets(let offsets):
            guard let offset = offsets[partition.index] else {
                if let current { return current }
                return .log(try await earliestOffset(of: partition, in: stream, endingAt: end))
            }
            guard offset <= tail else {
                throw .invalid(
                    field: "offsets.\(partition.index)",
                    message: "\(offset.rawValue) lies beyond the partition's next offset "
                        + "\(tail.rawValue)"
                )
            }
            return .log(offset)
        }
    }
}

/// Where positions lie in their logs.
extension Ledger {
    /// Refuses positions beyond the end of their partitions: what is published there later would be
    /// passed over.
    ///
    /// `positions`: By partition number, of which `partitions` are looked at.
    func check(
        _ positions: [Position],
        of partitions: [Partition],
        in stream: StreamRow
    ) async throws(LedgerError) {
        let open = partitions.filter {
            !hints.reaches(stream.incarnation, $0, positions[$0.index].logOffset)
        }
        let checks = await inParallel(open) { [self] partition in
            await attempt { () throws(LedgerError) in
                try await check(positions[partition.index].logOffset, partition, stream)
            }
        }
        for check in checks { try check.get() }
    }

    private func check(
        _ position: Offset,
        _ partition: Partition,
        _ stream: StreamRow
    ) async throws(LedgerError) {
        let reading: TailReading
        do throws(TableError) {
            reading = try await readTail(stream.incarnation, partition)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
        switch reading.verdict(at: clock.wall(), trust(in: stream)) {
        case .tail(let tail) where position <= tail.next,
            .unverified(let tail) where position <= tail.next:
            hints.reach(stream.incarnation, partition, tail.next)
        case .tail(let tail):
            throw .positionBeyondTail(partition, position: position, tail: tail.next)
        case .unverified: throw .tailUnverified(partition)
        case .sealed: throw .streamNotFound(stream.id)
        }
    }

    /// How a position stands to what its partition holds.
    func state(
        of position: Position,
        in partition: Partition,
        of stream: StreamRow
    ) async throws(LedgerError) -> SubscriptionDescription.PartitionState {
        let offset = position.logOffset
        let end = try await end(of: partition, in: stream)
        let tail = end.next
        var earliest = Offset.zero
        if offset < tail {
            earliest = try await earliestOffset(of: partition, in: stream, endingAt: end)
        }
        return SubscriptionDescription.PartitionState(
            partition: partition,
            offset: offset,
            lag: max(tail.distance(from: max(offset, earliest)), 0),
            isBootstrapping: position.isSnapshot,
            hasExpired: offset < earliest,
            isBeyondTail: offset > tail
        )
    }
}
