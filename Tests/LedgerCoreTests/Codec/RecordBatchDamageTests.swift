import Testing

@testable import LedgerCore

/// Whatever happened to the bytes: an error, never a crash, never other content.
@Suite struct RecordBatchDamageTests {
    static let good: [[UInt8]] = [
        RecordBatchTests.batch(RecordBatchTests.events(seed: 21, count: 1)),
        RecordBatchTests.batch(RecordBatchTests.events(seed: 22, count: 12)),
        RecordBatchTests.batch(RecordBatchTests.events(seed: 23, count: 3, compressible: false)),
    ]

    /// Recomputes the checksum, as a careful forger would.
    static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        let covered = Array(bytes.dropLast(4))
        let checksum = covered.withUnsafeBytes { CRC32C.checksum($0) }
        return covered + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> ($0 * 8)) }
    }

    static func error(_ bytes: [UInt8]) -> BatchError? {
        do {
            _ = try RecordBatch.decode(bytes, expecting: offset(42))
            return nil
        } catch {
            return error
        }
    }

    @Test("A batch with any bit flipped is refused", arguments: good.indices)
    func everyBitFlip(_ index: Int) {
        let bytes = Self.good[index]
        #expect(Self.error(bytes) == nil)
        var missed: [Int] = []
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            if Self.error(damaged) == nil { missed.append(bit) }
        }
        #expect(missed.isEmpty)
    }

    @Test(
        "A batch that is cut off or longer is refused, also under a right checksum",
        arguments: good.indices
    )
    func everyTruncationAndExtension(_ index: Int) {
        let bytes = Self.good[index]
        for length in 0..<bytes.count {
            #expect(Self.error(Array(bytes[..<length])) != nil)
        }
        for length in 0..<bytes.count - 4 {
            #expect(Self.error(Self.sealed(Array(bytes[..<length]) + [0, 0, 0, 0])) != nil)
        }
        #expect(Self.error(bytes + [0]) != nil)
        #expect(Self.error(Self.sealed(bytes + [0])) != nil)
    }

    @Test("Each kind of damage has an error that names it")
    func reasons() {
        let bytes = Self.good[2]
        func changed(_ index: Int, _ value: UInt8) -> BatchError? {
            var copy = bytes
            copy[index] = value
            return Self.error(Self.sealed(copy))
        }
        let payload = bytes.count - 32
        #expect(changed(0, 0) == .badMagic)
        #expect(changed(2, 2) == .unknownVersion(2))
        #expect(changed(3, 2) == .unknownCodec(2))
        #expect(changed(3, 1) == .badCompression)
        #expect(changed(4, 0) == .empty || changed(4, 0) == .trailingBytes(payload))
        #expect(changed(4, 2).map { "\($0)".contains("behind the last record") } == true)
        #expect(changed(4, 4) == .badRecord(index: 3))
        #expect(
            changed(7, 255)
                == .impossibleCount(records: 3 + 255 << 24, payloadBytes: payload)
        )
        #expect(changed(8, 43) == .wrongOffset(expected: offset(42), found: offset(43)))
        #expect(changed(15, 0x80) == .negativeOffset(Int64.min + 42))
        #expect(changed(27, 1).map { "\($0)".contains("claims") } == true)
        #expect(Self.error([]) == .tooShort(bytes: 0))
    }

    /// A last field that reaches one byte beyond the payload, into the checksum.
    @Test("A length that reaches beyond the payload is refused")
    func lengths() {
        var records = Records()
        records.append(key: [1], type: [2], data: [3, 4])
        var bytes = RecordBatch.encode(
            records,
            baseOffset: offset(42),
            timestamp: RecordBatchTests.time
        )
        let length = bytes.count - 4 - 3
        #expect(bytes[length] == 2)
        bytes[length] = 3
        #expect(Self.error(Self.sealed(bytes)) == .badRecord(index: 0))
    }

    @Test("An offset or a time that overflows is refused")
    func overflow() {
        var records = Records()
        records.append(key: [1], type: [2], data: [], timestampDelta: .max)
        let late = RecordBatch.encode(
            records,
            baseOffset: offset(42),
            timestamp: .init(milliseconds: 0)
        )
        #expect(Self.error(late) == .overflow)
        var plain = Records()
        plain.append(key: [1], type: [2], data: [])
        let last = RecordBatch.encode(
            plain,
            baseOffset: offset(.max),
            timestamp: .init(milliseconds: 0)
        )
        #expect(throws: BatchError.overflow) {
            try RecordBatch.decode(last, expecting: offset(.max))
        }
    }

    /// A small frame behind a header that claims much, and a frame that holds more than claimed.
    @Test("A payload that claims too much, or is larger than it claims, is refused")
    func bombs() {
        let frame = ContentCoding.zstd.encode([UInt8](repeating: 0, count: 16 << 20))
        func batch(claiming length: UInt32) -> [UInt8] {
            var bytes = Array(Self.good[0][..<28])
            bytes[3] = 1
            for index in 0..<4 {
                bytes[24 + index] = UInt8(truncatingIfNeeded: length >> (index * 8))
            }
            return Self.sealed(bytes + frame + [0, 0, 0, 0])
        }
        let limit = Limits.decodedBatchBytes
        #expect(
            Self.error(batch(claiming: 16 << 20)) == .payloadTooLarge(bytes: 16 << 20, limit: limit)
        )
        #expect(
            Self.error(batch(claiming: .max))
                == .payloadTooLarge(bytes: Int(UInt32.max), limit: limit)
        )
        #expect(Self.error(batch(claiming: 1000)) == .badCompression)
        #expect(Self.error(batch(claiming: 0)) == .badCompression)
    }

    /// Also what zstd itself would pass over: an empty frame and a skippable one.
    @Test("Anything behind the compressed frame is refused")
    func garbageBehindTheFrame() {
        let bytes = Self.good[1]
        #expect(bytes[3] == 1)
        let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9]
        for tail in [[0], ContentCoding.zstd.encode([]), skippable] {
            let longer = Array(bytes.dropLast(4)) + tail + [0, 0, 0, 0]
            #expect(Self.error(Self.sealed(longer)) == .badCompression)
        }
    }

    /// Random bytes behind a good checksum reach every check.
    @Test("Random damage under a right checksum never crashes the decoder")
    func fuzz() {
        for seed in 0..<20_000 as Range<UInt64> {
            var random = CodecRandom(seed: seed)
            let bytes = Self.mutant(&random)
            guard let batch = try? RecordBatch.decode(bytes, expecting: offset(42)) else {
                continue
            }
            let again = batch.samples
            #expect(again.count == batch.records.count, "seed \(seed)")
        }
    }

    private static func mutant(_ random: inout CodecRandom) -> [UInt8] {
        if random.next() % 4 == 0 { return random.bytes(Int.random(in: 0...80, using: &random)) }
        var bytes = good[Int.random(in: 0..<good.count, using: &random)]
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch random.next() % 3 {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: index)
            default: bytes.insert(0xff, at: index)
            }
        }
        return sealed(bytes)
    }
}
