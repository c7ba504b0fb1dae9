public import LedgerCore

/// Where a read of one partition begins.
public enum ReadOrigin: Hashable, Sendable {
    /// The first event that has not expired.
    case earliest
    /// The end.
    case latest
    /// This offset.
    case offset(Offset)
    /// The first event not earlier than this.
    case timestamp(Timestamp)
}

/// A page of one partition.
public struct PartitionPage: Sendable {
    /// The events.
    public let page: EventPage
    /// Where the next page begins.
    public let next: Offset
}

extension Ledger {
    /// Reads one partition without a subscription.
    ///
    /// `partition`: nil when the stream has only one.
    public func read(
        _ id: StreamID,
        partition index: Int64?,
        from origin: ReadOrigin,
        limit: Int
    ) async throws(LedgerError) -> (stream: StreamRow, page: PartitionPage) {
        let known = clock.instant()
        let stream = try await activeStream(id)
        let partition = try partition(index, of: stream)
        let offset = try await resolve(origin, partition, stream)
        let page = try await page(
            of: stream,
            from: [(partition, .log(offset))],
            limit: limit,
            known: known
        )
        guard case .log(let next) = page.positions[0] else { preconditionFailure("in the log") }
        return (stream, PartitionPage(page: page, next: next))
    }

    private func partition(_ index: Int64?, of stream: StreamRow) throws(LedgerError) -> Partition {
        guard let index else {
            guard stream.partitionCount == 1 else {
                throw .invalid(
                    field: "partition",
                    message: "is needed: the stream has \(stream.partitionCount) partitions"
                )
            }
            return stream.partitions[0]
        }
        guard index < Int64(stream.partitionCount) else { throw .partitionNotFound(index) }
        return stream.partitions[Int(index)]
    }

    private func resolve(
        _ origin: ReadOrigin,
        _ partition: Partition,
        _ stream: StreamRow
    )
        async throws(LedgerError) -> Offset
    {
        switch origin {
        case .offset(let offset): return offset
        case .latest: return try await tail(of: partition, in: stream).next
        case .earliest:
            let tail = try await tail(of: partition, in: stream).next
            return try await earliestOffset(of: partition, in: stream, tail: tail)
        case .timestamp(let moment):
            let tail = try await tail(of: partition, in: stream).next
            return try await offset(at: moment, of: partition, in: stream, tail: tail)
        }
    }
}
