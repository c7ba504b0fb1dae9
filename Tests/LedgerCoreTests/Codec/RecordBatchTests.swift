import Testing

@testable import LedgerCore

@Suite struct RecordBatchTests {
    static let time = Timestamp(milliseconds: 1_700_000_000_123)

    static func events(seed: UInt64, count: Int, compressible: Bool = true) -> [SampleEvent] {
        var random = CodecRandom(seed: seed)
        return (0..<count).map { _ in
            .random(using: &random, compressible: compressible)
        }
    }

    static func batch(_ events: [SampleEvent], at base: Int64 = 42) -> [UInt8] {
        RecordBatch.encode(Records(events), baseOffset: offset(base), timestamp: time)
    }

    /// The format byte by byte, so that a change of it cannot go unnoticed.
    @Test("A batch has the bytes that the format says")
    func knownBytes() throws {
        var headers = RecordHeaders()
        headers.append(name: Array("h".utf8), value: Array("v".utf8))
        var records = Records()
        records.append(key: [0x6b], type: [0x74], headers: headers, data: [0x31], timestampDelta: 5)
        records.append(key: [0x6c], type: [0x74], data: [])
        let bytes = RecordBatch.encode(
            records,
            baseOffset: offset(258),
            timestamp: Timestamp(milliseconds: 1)
        )
        let covered: [UInt8] =
            [0x45, 0x4c, 1, 0, 2, 0, 0, 0]
            + [2, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 19, 0, 0, 0]
            + [5, 1, 0x6b, 1, 0x74, 1, 1, 0x68, 1, 0x76, 1, 0x31]
            + [0, 1, 0x6c, 1, 0x74, 0, 0]
        #expect(Array(bytes.dropLast(4)) == covered)
        let decoded = try RecordBatch.decode(bytes, expecting: offset(258))
        #expect(decoded.records.map(\.isTombstone) == [false, true])
        #expect(decoded.records.map(\.hasHeaders) == [true, false])
        #expect(decoded.timestamp(of: decoded.records[0]).milliseconds == 6)
        #expect(decoded.lastTimestamp.milliseconds == 1)
        #expect(decoded.nextOffset == offset(260))
    }

    @Test("A batch is read again as it was written", arguments: 0..<60 as Range<UInt64>)
    func roundTrip(_ seed: UInt64) throws {
        let events = Self.events(
            seed: seed,
            count: Int(seed) * 3 + 1,
            compressible: seed % 3 != 0
        )
        let base = offset(Int64(seed) * 1_000_003)
        let bytes = RecordBatch.encode(Records(events), baseOffset: base, timestamp: Self.time)
        let decoded = try RecordBatch.decode(bytes, expecting: base)
        #expect(decoded.samples == events, "seed \(seed)")
        #expect(decoded.baseOffset == base && decoded.baseTimestamp == Self.time)
        let last = Self.time.advanced(by: .milliseconds(events[events.count - 1].delta))
        #expect(decoded.lastTimestamp == last)
    }

    @Test("A batch is compressed only where that saves enough")
    func compression() throws {
        let compressible = CompressedRecords(Records(Self.events(seed: 1, count: 50)))
        #expect(compressible.codec == .zstd)
        #expect(compressible.encodedCount < compressible.payloadLength * 7 / 8 + 33)
        let noise = Self.events(seed: 1, count: 50, compressible: false).map {
            var event = $0
            event.headers = []
            return event
        }
        #expect(CompressedRecords(Records(noise)).codec == .none)
        var small = Records()
        small.append(key: [1], type: [2], data: [UInt8](repeating: 0, count: 504))
        #expect(small.payload.count == 512)
        #expect(CompressedRecords(small).codec == .none)
        small.append(key: [1], type: [2], data: [])
        #expect(CompressedRecords(small).codec == .zstd)
    }

    @Test("Records compressed once are encoded at any offset")
    func sealedOnce() throws {
        let events = Self.events(seed: 7, count: 80)
        let sealed = CompressedRecords(Records(events))
        #expect(sealed.lastTimestampDelta == events[79].delta && sealed.count == 80)
        for base in [0, 5, 1 << 40] as [Int64] {
            let bytes = sealed.encode(baseOffset: offset(base), timestamp: Self.time)
            #expect(bytes == Self.batch(events, at: base))
            #expect(bytes.count == sealed.encodedCount)
            #expect(try RecordBatch.decode(bytes, expecting: offset(base)).samples == events)
        }
    }

    @Test("Records of several requests, merged, are those of one")
    func merging() throws {
        let events = Self.events(seed: 8, count: 30)
        var merged = Records(events[..<10])
        merged.append(contentsOf: Records(events[10...]))
        merged.append(contentsOf: Records())
        #expect(merged.payload == Records(events).payload && merged.count == 30)
    }
}
