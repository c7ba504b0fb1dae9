import Testing

@testable import LedgerCore

@Suite struct HashTests {
    @Test func sha256Vectors() {
        #expect(
            SHA256.digest([]).hex
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        #expect(
            SHA256.digest(Array("abc".utf8)).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }

    @Test func partsHashLikeTheWhole() {
        var random = CodecRandom(seed: 1)
        let whole = random.bytes(1000)
        for cut in [0, 1, 63, 64, 65, 999, 1000] {
            #expect(
                SHA256.digest(Array(whole[..<cut]), Array(whole[cut...])) == SHA256.digest(whole)
            )
        }
        #expect(whole.withUnsafeBytes { SHA256.digest($0) } == SHA256.digest(whole))
    }

    @Test("A digest has 32 bytes and one text; a secret has 32 bytes")
    func sizes() throws {
        let digest = SHA256.digest([1])
        let hex = digest.hex
        #expect(Digest(bytes: digest.bytes) == digest && Digest(hex: hex) == digest)
        #expect(Digest.zero.hex == String(repeating: "0", count: 64))
        for wrong in [
            "", String(hex.dropLast(2)), hex + "00", hex.uppercased(), "g" + hex.dropFirst(),
        ] {
            #expect(Digest(hex: wrong) == nil, "\(wrong)")
        }
        for count in [0, 31, 33] {
            let bytes = [UInt8](repeating: 1, count: count)
            #expect(Digest(bytes: bytes) == nil && SubscriptionSecret(bytes: bytes) == nil)
        }
        var random = CodecRandom(seed: 1)
        var again = CodecRandom(seed: 1)
        let halves = (0..<2).map { _ in StreamIncarnation.random(using: &again).bytes }
        #expect(SubscriptionSecret.random(using: &random).bytes == halves[0] + halves[1])
    }

    /// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
    @Test func hmacVectors() {
        let cases: [([UInt8], String, String)] = [
            (
                [UInt8](repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ]
        for (key, message, tag) in cases {
            #expect(
                Hexadecimal.encode(HMACSHA256.tag(key: key, message: Array(message.utf8))) == tag
            )
        }
    }

    @Test func constantTimeComparison() {
        #expect(constantTimeEquals([], []))
        #expect(constantTimeEquals([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
    }

    @Test func chainDependsOnEveryBatchAndItsOrder() {
        let one = HashChain.next(previous: HashChain.start, batch: [1])
        #expect(one == SHA256.digest([UInt8](repeating: 0, count: 32) + [1]))
        let both = HashChain.next(previous: one, batch: [2])
        let other = HashChain.next(previous: HashChain.start, batch: [2])
        #expect(both == SHA256.digest(one.bytes, [2]))
        #expect(both != HashChain.next(previous: other, batch: [1]))
    }

    @Test func crcVectors() {
        func both(_ bytes: [UInt8]) -> (UInt32, UInt32?, UInt32) {
            bytes.withUnsafeBytes {
                (CRC32C.software($0), CRC32C.hardware($0), CRC32C.checksum($0))
            }
        }
        let vectors: [([UInt8], UInt32)] = [
            (Array("123456789".utf8), 0xE306_9283),
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xff, count: 32), 0x62A8_AB43),
            ([], 0),
        ]
        for (bytes, expected) in vectors {
            let (software, hardware, chosen) = both(bytes)
            #expect(software == expected && chosen == expected)
            #expect(hardware == nil || hardware == expected)
        }
    }

    @Test func crcByHardwareAndTablesAgree() {
        var random = CodecRandom(seed: 2)
        let bytes = random.bytes(600)
        bytes.withUnsafeBytes { raw in
            for _ in 0..<2000 {
                let start = Int.random(in: 0..<300, using: &random)
                let slice = UnsafeRawBufferPointer(
                    rebasing: raw[start..<Int.random(in: start...600, using: &random)]
                )
                let seed = UInt32(truncatingIfNeeded: random.next())
                let expected = CRC32C.software(slice, after: seed)
                #expect((CRC32C.hardware(slice, after: seed) ?? expected) == expected)
            }
        }
    }
}
