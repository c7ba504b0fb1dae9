package import LedgerCore

/// How far a partition goes and the hash of everything in it up to there.
package struct PartitionHead: Hashable, Sendable {
    /// Which partition.
    package let partition: Partition
    /// The offset after the last event that the hash covers.
    package let next: Offset
    /// The hash chain there, 32 bytes: ``HashChain/start`` before the first event.
    package let hash: [UInt8]
}

extension Ledger {
    /// The head of one partition, strongly read.
    ///
    /// `moment`: The head as it was when this was the next offset; nil: now. It must lie between
    /// two chunks, for only there is a hash.
    package func head(
        _ id: StreamID,
        partition index: Int64,
        at moment: Offset?
    ) async throws(LedgerError) -> PartitionHead {
        let stream = try await activeStream(id)
        guard index < Int64(stream.partitionCount) else { throw .partitionNotFound(index) }
        let partition = stream.partitions[Int(index)]
        let (tail, progress) = try await verifiedTail(of: partition, in: stream)
        guard let moment, moment != tail.next else {
            return PartitionHead(partition: partition, next: tail.next, hash: tail.hash)
        }
        guard moment < tail.next else { throw .offsetOutOfRange(partition, next: tail.next) }
        let hash = try await hash(at: moment, partition, stream, progress)
        return PartitionHead(partition: partition, next: moment, hash: hash)
    }

    private func verifiedTail(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError) -> (Tail, ProgressRow?) {
        let reading: TailReading
        do throws(TableError) {
            reading = try await readTail(of: partition, in: stream.incarnation)
        } catch {
            throw LedgerError(error)
        }
        switch reading.verdict(at: clock.wall(), trusting: trust(in: stream)) {
        case .tail(let tail): return (tail, reading.progress)
        case .unverified: throw .tailUnverified(partition)
        case .sealed: throw .streamNotFound(stream.id)
        }
    }

    /// The hash that the chunk before `moment` left; the watermark remembers one more.
    private func hash(
        at moment: Offset,
        _ partition: Partition,
        _ stream: StreamRow,
        _ progress: ProgressRow?
    ) async throws(LedgerError) -> [UInt8] {
        if moment == .zero { return HashChain.start }
        if let watermark = progress?.foldedTail, watermark.next == moment { return watermark.hash }
        let log = RowGroup.log(stream.incarnation, partition)
        let before = TableKey.chunk(stream.incarnation, partition, moment.previous).sortKey
        let page = try await rows(Query(log, through: before, order: .descending, limit: 1))
        guard let chunk = try chunk(page.items.first), chunk.end >= moment else {
            let first = try await rows(Query(log, limit: 1)).items.first
            throw .offsetExpired(partition, earliest: try chunk(first)?.end ?? moment)
        }
        guard chunk.end == moment else {
            throw .invalid(
                field: "at",
                message:
                    "lies inside a chunk; the next offset with a head is \(chunk.end.rawValue)",
                limit: Int(chunk.end.rawValue)
            )
        }
        return chunk.hash
    }

    private func chunk(_ item: Item?) throws(LedgerError) -> ChunkRow? {
        guard let item else { return nil }
        let entry = try decoded { () throws(TableError) in try LogEntry(item) }
        guard case .chunk(let chunk) = entry else { return nil }
        return chunk
    }
}
