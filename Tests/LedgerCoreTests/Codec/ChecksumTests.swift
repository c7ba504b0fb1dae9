import LedgerBytes
import Testing

@testable import LedgerCore

@Suite struct ChecksumTests {
    @Test("The hash chain depends on every batch and on their order")
    func chain() {
        let one = HashChain.next(previous: HashChain.start, batch: [1])
        #expect(one == SHA256.digest([UInt8](repeating: 0, count: 32) + [1]))
        let both = HashChain.next(previous: one, batch: [2])
        let other = HashChain.next(previous: HashChain.start, batch: [2])
        #expect(both == SHA256.digest(one.bytes, [2]))
        #expect(both != HashChain.next(previous: other, batch: [1]))
    }

    @Test("CRC-32C gives the published checksums, in tables and in hardware")
    func crcVectors() {
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

    @Test("Tables and hardware agree on the checksum of any slice")
    func crcAgreement() {
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
