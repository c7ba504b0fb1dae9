import Testing

@testable import LedgerCore

@Suite struct RecordTests {
    @Test("A record has what its batch had of it")
    func sameAsInItsBatch() throws {
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

    @Test("A record with any bit flipped, or cut off, is refused")
    func everyBitFlipAndTruncation() {
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

    @Test("Random damage under a right checksum never crashes the decoder")
    func fuzz() {
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

    private static let long = Record.encode(
        timestamp: Timestamp(milliseconds: 5),
        type: [0x74],
        data: Array(("\"" + String(repeating: "text again and ", count: 60) + "\"").utf8)
    )

    @Test("What saves an eighth is packed, and reads as what was packed")
    func packing() throws {
        let packed = PackedRecord.pack(Self.long)
        #expect(packed.count < Self.long.count / 4)
        let record = try Record.decode(packed)
        #expect(record.bytes == Self.long)
        // As rows have it that were written before there was a packed form.
        #expect(try Record.decode(Self.long).bytes == Self.long)
    }

    @Test("What is short or saves less stays as it is")
    func unpacked() {
        let short = Record.encode(
            timestamp: Timestamp(milliseconds: 5),
            type: [0x74],
            data: [UInt8](repeating: 0x31, count: 480)
        )
        #expect(PackedRecord.pack(short) == short)
        var random = CodecRandom(seed: 3)
        let noise = Record.encode(
            timestamp: Timestamp(milliseconds: 5),
            type: [0x74],
            data: random.bytes(2_000)
        )
        #expect(PackedRecord.pack(noise) == noise)
    }

    @Test("A packed record that is damaged anywhere is refused")
    func damagedPacking() {
        let packed = PackedRecord.pack(Self.long)
        for bit in 0..<packed.count * 8 {
            var damaged = packed
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: BatchError.self) { try Record.decode(damaged) }
            // Also with a checksum that is right, and never a crash.
            _ = try? Record.decode(RecordBatchDamageTests.sealed(damaged))
        }
        for length in 0..<packed.count {
            #expect(throws: BatchError.self) { try Record.decode(Array(packed[..<length])) }
        }
    }
}
