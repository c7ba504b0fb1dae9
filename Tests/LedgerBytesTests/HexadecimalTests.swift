import LedgerBytes
import Testing

@Suite("Hexadecimal text")
struct HexadecimalTests {
    @Test("Every byte has its two digits")
    func bytes() {
        let bytes = (0...255).map { UInt8($0) }
        let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(Hexadecimal.encode(bytes) == text)
        #expect(Hexadecimal.decode(Array(text.utf8)) == bytes)
    }

    @Test("Numbers have all their digits, the highest first")
    func numbers() {
        #expect(Hexadecimal.encode(number: UInt16(0x1f)) == "001f")
        #expect(Hexadecimal.encode(number: UInt64(0xfedc_ba98_0000_0001)) == "fedcba9800000001")
    }

    @Test(
        "Half a byte, upper case and foreign characters are refused",
        arguments: ["0", "0g", "A0", "0x", " 0", "00 ", "é"]
    )
    func refused(_ text: String) {
        #expect(Hexadecimal.decode(Array(text.utf8)) == nil)
    }
}
