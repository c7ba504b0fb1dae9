import Testing

@testable import LedgerCore

@Suite struct ContentCodingTests {
    static let megabyte = 1024 * 1024

    @Test("A coding is found by its name in any case, an unknown name or a list finds none")
    func headerValues() {
        #expect(ContentCoding(headerValue: "GZip") == .gzip)
        #expect(ContentCoding(headerValue: "x-gzip") == .gzip)
        #expect(ContentCoding(headerValue: "ZSTD") == .zstd)
        for other in ["", "br", "gzip, zstd", "identity", "deflate"] {
            #expect(ContentCoding(headerValue: other) == nil)
        }
    }

    @Test(
        "Bytes come back as they were, up to the limit and not beyond it",
        arguments: ContentCoding.allCases
    )
    func roundTrip(_ coding: ContentCoding) throws {
        var random = CodecRandom(seed: 4)
        for size in [0, 1, 2, 100, 5000, 70_000, 300_000] {
            for bytes in [random.json(size), random.bytes(size)] {
                let encoded = coding.encode(bytes)
                #expect(try coding.decode(encoded, limit: size) == bytes)
                #expect(try coding.decode(encoded, limit: size * 2 + 1) == bytes)
                guard size > 0 else { continue }
                #expect(throws: ContentCodingError.tooLarge(limit: size - 1)) {
                    try coding.decode(encoded, limit: size - 1)
                }
            }
        }
    }

    /// 64 MB of zeros in a few KB: refused at the cap.
    @Test(
        "A small body that would become a huge one is refused at the limit",
        arguments: ContentCoding.allCases
    )
    func bombs(_ coding: ContentCoding) {
        let bomb = coding.encode([UInt8](repeating: 0, count: 64 * Self.megabyte))
        #expect(bomb.count < Self.megabyte / 2)
        #expect(throws: ContentCodingError.tooLarge(limit: Self.megabyte)) {
            try coding.decode(bomb, limit: Self.megabyte)
        }
        #expect(throws: ContentCodingError.tooLarge(limit: 0)) {
            try coding.decode(bomb, limit: 0)
        }
    }

    @Test(
        "Several members are decoded as one body, under one limit",
        arguments: ContentCoding.allCases
    )
    func severalMembers(_ coding: ContentCoding) throws {
        let two = coding.encode(Array("one,".utf8)) + coding.encode(Array("two".utf8))
        #expect(try coding.decode(two, limit: 7) == Array("one,two".utf8))
        #expect(throws: ContentCodingError.tooLarge(limit: 6)) { try coding.decode(two, limit: 6) }
    }

    @Test(
        "A body that is cut off or followed by other bytes is malformed",
        arguments: ContentCoding.allCases
    )
    func truncationAndGarbage(_ coding: ContentCoding) {
        var random = CodecRandom(seed: 5)
        let encoded = coding.encode(random.json(600))
        for length in 0..<encoded.count {
            #expect(throws: ContentCodingError.malformed) {
                try coding.decode(Array(encoded[..<length]), limit: 5000)
            }
        }
        for tail in [[0], [1, 2, 3], [UInt8](repeating: 0, count: 40)] as [[UInt8]] {
            #expect(throws: ContentCodingError.malformed) {
                try coding.decode(encoded + tail, limit: 5000)
            }
        }
    }

    /// A zstd frame that asks for a window of 128 MB in ten bytes.
    @Test("A zstd frame that asks for a huge window is malformed")
    func hugeWindow() {
        let frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00]
        #expect(throws: ContentCodingError.malformed) {
            try ContentCoding.zstd.decode(frame, limit: Self.megabyte)
        }
    }

    @Test(
        "Random damage never crashes the decoder or leads it past the limit",
        arguments: ContentCoding.allCases
    )
    func randomBytes(_ coding: ContentCoding) {
        var random = CodecRandom(seed: 6)
        let good = coding.encode(random.json(400))
        for _ in 0..<3000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    UInt8(truncatingIfNeeded: random.next())
            }
            if let decoded = try? coding.decode(bytes, limit: 1000) {
                #expect(decoded.count <= 1000)
            }
        }
    }

    /// A failed stream must not spoil the thread's context for the next call.
    @Test("A decoder that has failed decodes the next body well", arguments: ContentCoding.allCases)
    func recovery(
        _ coding: ContentCoding
    ) throws {
        let good = coding.encode(Array("good".utf8))
        _ = try? coding.decode(Array(good.dropLast(1)), limit: 100)
        #expect(try coding.decode(good, limit: 100) == Array("good".utf8))
    }
}
