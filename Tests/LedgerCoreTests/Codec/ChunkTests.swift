import Testing

@testable import LedgerCore

@Suite struct ChunkTests {
    /// Splits, decodes each piece at its own offset and puts the events together again.
    private func check(_ events: [SampleEvent], _ note: Comment) throws -> [CompressedRecords] {
        let chunks = Records(events).chunks()
        var seen: [SampleEvent] = []
        for chunk in chunks {
            let base = offset(Int64(seen.count))
            let bytes = chunk.encode(baseOffset: base, timestamp: RecordBatchTests.time)
            let batch = try RecordBatch.decode(bytes, expecting: base)
            #expect(batch.records.count == chunk.count && chunk.count > 0, note)
            #expect(bytes.count <= Limits.chunkBytes || chunk.count == 1, note)
            #expect(chunk.payloadLength <= Limits.chunkPayloadBytes || chunk.count == 1, note)
            seen += batch.samples
        }
        #expect(seen == events, note)
        return chunks
    }

    @Test("No records make no chunk")
    func nothing() {
        #expect(Records().chunks().isEmpty)
    }

    @Test("Records that fit into one chunk are in one")
    func oneChunk() throws {
        #expect(try check(RecordBatchTests.events(seed: 31, count: 400), "400").count == 1)
    }

    @Test(
        "Records of any sizes come back complete, from chunks within their bounds",
        arguments: 0..<12 as Range<UInt64>
    )
    func anySizes(_ seed: UInt64) throws {
        var random = CodecRandom(seed: seed)
        let count = Int.random(in: 1...40, using: &random)
        let largest = [300, 20_000, 60_000, 256 * 1024][Int(seed % 4)]
        let events = (0..<count).map { _ in
            SampleEvent.random(
                using: &random,
                dataBytes: 0...largest,
                compressible: random.next() % 3 == 0
            )
        }
        _ = try check(events, "seed \(seed)")
    }

    /// Noise first, zeros after: what was learnt from the one does not fit the other.
    @Test("Records that compress differently are still split into few chunks")
    func changingCompressibility() throws {
        var random = CodecRandom(seed: 33)
        let noise = (0..<100).map { _ in
            SampleEvent.random(using: &random, dataBytes: 4000...4000, compressible: false)
        }
        let zeros = noise.map {
            var event = $0
            event.data = [UInt8](repeating: 0, count: 9000)
            return event
        }
        let chunks = try check(noise + zeros + noise, "mixed")
        #expect(chunks.count <= 14, "\(chunks.count) chunks")
    }

    @Test("A record that is larger than a chunk has a chunk to itself")
    func largeRecord() throws {
        var random = CodecRandom(seed: 34)
        let small = SampleEvent.random(using: &random)
        var large = small
        large.data = random.bytes(250 * 1024)
        let chunks = try check([small, large, small, large, large], "large")
        #expect(chunks.contains { $0.encodedCount > Limits.chunkBytes })
    }

    /// Incompressible records must not end up in many tiny chunks.
    @Test("Records that do not compress fill their chunks well")
    func wellFilled() throws {
        var random = CodecRandom(seed: 35)
        let events = (0..<1000).map { _ in
            SampleEvent.random(using: &random, dataBytes: 900...900, compressible: false)
        }
        let total = Records(events).payload.count
        let chunks = try check(events, "filled")
        #expect(chunks.count <= total / Limits.chunkBytes + 2, "\(chunks.count) chunks")
    }
}
