import Testing

@testable import LedgerCore

@Suite struct RecordTests {
    @Test func sameAsInItsBatch() throws {
        let events = RecordBatchTests.events(seed: 41, count: 200)
        let batch = try RecordBatch.decode(RecordBatchTests.batch(events), expecting: offset(42))
        for (view, event) in zip(batch.records, events) {
            let bytes = Record.encode(view, of: batch)
            let record = try Record.decode(bytes)
            var headers: [[[UInt8]]] = []
            record.forEachHeader { headers.append([Array($0), Array($1)]) }
            #expect(record.copy(record.type) == event.type)
            #expect(record.copy(record.data) == event.data)
            #expect(record.isTombstone == event.data.isEmpty)
            #expect(headers == event.headers && record.hasHeaders == !headers.isEmpty)
            #expect(record.timestamp == batch.timestamp(of: view))
            #expect(
                bytes
                    == Record.encode(
                        timestamp: record.timestamp,
                        type: event.type,
                        headers: event.encodedHeaders,
                        data: event.data
                    )
            )
        }
    }

    @Test func everyBitFlipAndTruncation() {
        let bytes = Record.encode(
            timestamp: Timestamp(milliseconds: -5),
            type: [0x74],
            data: Array("{\"a\":1}".utf8)
        )
        #expect((try? Record.decode(bytes))?.timestamp.milliseconds == -5)
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: BatchError.self) { try Record.decode(damaged) }
        }
        for length in 0..<bytes.count {
            #expect(throws: BatchError.self) { try Record.decode(Array(bytes[..<length])) }
        }
    }

    @Test func fuzz() {
        let good = Record.encode(timestamp: Timestamp(milliseconds: 5), type: [0x74], data: [0x31])
        for seed in 0..<5000 as Range<UInt64> {
            var random = CodecRandom(seed: seed)
            var bytes = good
            let index = Int.random(in: 0..<bytes.count, using: &random)
            bytes[index] = UInt8(truncatingIfNeeded: random.next())
            bytes += random.bytes(Int(seed % 7))
            guard let record = try? Record.decode(RecordBatchDamageTests.sealed(bytes))
            else { continue }
            #expect(record.copy(record.data).count <= bytes.count, "seed \(seed)")
        }
    }
}
