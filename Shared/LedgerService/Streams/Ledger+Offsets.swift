import LedgerCore

extension Ledger {
    /// The first offset of a partition that has not expired; the tail when all have.
    func earliestOffset(
        of partition: Partition,
        in stream: StreamRow,
        tail: Offset
    )
        async throws(LedgerError) -> Offset
    {
        let beginning = Timestamp(milliseconds: .min)
        let first = try await firstChunk(notBefore: beginning, partition, stream, tail: tail)
        return first?.first ?? tail
    }

    /// The offset of a partition's first event that is not earlier than `moment`; the tail when
    /// all are.
    func offset(
        at moment: Timestamp,
        of partition: Partition,
        in stream: StreamRow,
        tail: Offset
    )
        async throws(LedgerError) -> Offset
    {
        guard let chunk = try await firstChunk(notBefore: moment, partition, stream, tail: tail)
        else { return tail }
        let batch: DecodedBatch
        do throws(BatchError) {
            batch = try RecordBatch.decode(chunk.batch, expecting: chunk.first)
        } catch {
            throw .corruptChunk(stream.id, partition, chunk.first, detail: error.description)
        }
        let index = batch.records.firstIndex { batch.timestamp(of: $0) >= moment }
        return batch.offset(at: index ?? 0)
    }

    private func firstChunk(
        notBefore moment: Timestamp,
        _ partition: Partition,
        _ stream: StreamRow,
        tail: Offset
    ) async throws(LedgerError) -> Chunk? {
        var search = ChunkSearch(
            stream: stream.incarnation,
            partition: partition,
            notBefore: moment,
            expiration: Expiration(of: stream, at: clock.now()),
            end: tail
        )
        var action = search.start()
        while true {
            switch action {
            case .finish(let chunk): return chunk
            case .pause(let milliseconds):
                await pause(milliseconds)
                action = search.resume()
            case .probe(let query):
                do throws(TableError) {
                    action = try search.receive(try await table.query(query))
                } catch {
                    throw LedgerError(error, in: stream.id)
                }
            }
        }
    }
}
