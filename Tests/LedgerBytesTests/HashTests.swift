import LedgerBytes
import LedgerTesting
import Testing

@Suite struct HashTests {
    @Test("SHA-256 gives the published digests")
    func sha256Vectors() {
        #expect(
            SHA256.digest([]).hex
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        #expect(
            SHA256.digest(Array("abc".utf8)).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }

    @Test("Parts have the hash of the whole, wherever it is cut")
    func parts() {
        var random = SeededGenerator(seed: 1)
        let whole = random.bytes(1000)
        for cut in [0, 1, 63, 64, 65, 999, 1000] {
            #expect(
                SHA256.digest(Array(whole[..<cut]), Array(whole[cut...])) == SHA256.digest(whole)
            )
        }
        #expect(whole.withUnsafeBytes { SHA256.digest($0) } == SHA256.digest(whole))
    }

    @Test("A digest has 32 bytes and one text")
    func sizes() {
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
            #expect(Digest(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
    }

    /// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
    @Test("HMAC-SHA-256 gives the tags of RFC 4231")
    func hmacVectors() {
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

    @Test("Bytes are equal when they and their number are")
    func constantTimeComparison() {
        #expect(constantTimeEquals([], []))
        #expect(constantTimeEquals([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
    }
}
