import Testing

@testable import LedgerCore
@testable import LedgerService

/// The chunks that a process keeps decoded.
@Suite("Decoded batches")
struct DecodedBatchesTests {
    /// The first chunk of a partition, of events with these keys.
    private func chunk(_ keys: [String], in partition: Int = 0) -> ChunkRow {
        var records = Records()
        for key in keys {
            records.append(key: Array(key.utf8), type: Array("t".utf8), data: Array("1".utf8))
        }
        return ChunkRow(
            stream: StreamIncarnation(high: 1, low: 1),
            partition: Partition.all(2)[partition],
            after: Tail.empty,
            records: CompressedRecords(records),
            append: AppendID(high: 3, low: 0),
            timestamp: Timestamp(milliseconds: 5),
            ttl: .never
        )
    }

    @Test("What is decoded again is what was decoded, of that chunk and of no other")
    func again() throws {
        let batches = DecodedBatches()
        let chunks = [
            chunk(["a", "b"]), chunk(["c"]), chunk(["a", "b"], in: 1), chunk(["d"], in: 1),
        ]
        for _ in 0..<2 {
            for chunk in chunks {
                let (kept, decoded) = (try batches.decoded(chunk), try chunk.decoded())
                #expect(kept.bytes == decoded.bytes && kept.records == decoded.records)
            }
        }
    }

    @Test("A damaged chunk is damaged each time")
    func damage() throws {
        var item = chunk(["a"]).item
        item[.batch] = .bytes([1, 2, 3])
        guard case .chunk(let damaged) = try LogEntry(item) else {
            Issue.record("it is a chunk")
            return
        }
        let batches = DecodedBatches()
        for _ in 0..<2 { #expect(throws: ReadFailure.self) { try batches.decoded(damaged) } }
        _ = try batches.decoded(chunk(["a"], in: 1))
        #expect(throws: ReadFailure.self) { try batches.decoded(damaged) }
    }

    @Test("No more is kept than there is memory for")
    func bound() throws {
        let batches = DecodedBatches(bytes: 4_000)
        let keys = (0..<20).map { "\($0)" }
        let chunks = (0..<50).map { chunk(keys + ["chunk \($0)"]) }
        for chunk in chunks {
            _ = try batches.decoded(chunk)
            #expect(batches.memory < 4_000 + 2 * 2_000)
        }
        #expect(batches.memory > 0)
    }
}
