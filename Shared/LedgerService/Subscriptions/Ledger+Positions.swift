import LedgerCore

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
            !hints.reaches(positions[$0.index].logOffset, of: $0, in: stream.incarnation)
        }
        let checks = await inParallel(open) { [self] partition in
            await result { () throws(LedgerError) in
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
            reading = try await readTail(of: partition, in: stream.incarnation)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
        switch reading.verdict(at: clock.wall(), trusting: trust(in: stream)) {
        case .tail(let tail) where position <= tail.next,
            .unverified(let tail) where position <= tail.next:
            hints.reach(tail.next, of: partition, in: stream.incarnation)
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
