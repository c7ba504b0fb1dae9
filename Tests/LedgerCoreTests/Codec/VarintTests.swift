import LedgerCore
import Testing

@Suite struct VarintTests {
    static let values: [UInt64] =
        [0, 1, 127, 128, 300, 16383, 16384, UInt64(Int64.max), UInt64.max - 1, .max]
        + (0..<64).map { 1 << $0 }

    @Test("A number is read again as it was written, and not from a part of it", arguments: values)
    func roundTrip(_ value: UInt64) {
        var bytes: [UInt8] = []
        Varint.append(value, to: &bytes)
        #expect(bytes.count == Varint.count(value))
        var index = 0
        #expect(Varint.decode(bytes + [7], at: &index) == value)
        #expect(index == bytes.count)
        for length in 0..<bytes.count {
            var index = 0
            #expect(Varint.decode(Array(bytes[..<length]), at: &index) == nil)
            #expect(index == 0)
        }
    }

    @Test("A number has the bytes that the format says")
    func knownSpelling() {
        var bytes: [UInt8] = []
        Varint.append(300, to: &bytes)
        #expect(bytes == [0xac, 0x02])
    }

    @Test(
        "A number that is spelled too long, or beyond 64 bits, is refused",
        arguments: [
            [0x80, 0x00],
            [0xff, 0x80, 0x00],
            [UInt8](repeating: 0x80, count: 9) + [0x02],
            [UInt8](repeating: 0xff, count: 9) + [0x7f],
            [UInt8](repeating: 0x80, count: 10) + [0x01],
            [UInt8](repeating: 0x80, count: 9) + [0x00],
        ] as [[UInt8]]
    )
    func refused(_ bytes: [UInt8]) {
        var index = 0
        #expect(Varint.decode(bytes, at: &index) == nil)
        #expect(index == 0)
    }
}
