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
            await result { () throws(LedgerError) in
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
                configuration.rules.keep(.watermarkFirst) ? end.progress?.foldedTail.next : tail
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
