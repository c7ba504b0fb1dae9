import LedgerBytes
import LedgerTesting
import Testing

@Suite("Percent-coding")
struct PercentCodingTests {
    @Test("Only unreserved characters stay as they are, and slashes of a path")
    func encoding() {
        let unreserved = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8
        )
        for byte in UInt8(0)..<0x80 {
            let text = String(UnicodeScalar(byte))
            let digits = String(byte, radix: 16, uppercase: true)
            let escape = byte < 16 ? "%0" + digits : "%" + digits
            #expect(PercentCoding.encode(text) == (unreserved.contains(byte) ? text : escape))
        }
        #expect(PercentCoding.encode("/a b/é") == "%2Fa%20b%2F%C3%A9")
        #expect(PercentCoding.encode("/a b/é", keepsSlashes: true) == "/a%20b/%C3%A9")
    }

    @Test("Decoding is the inverse of encoding", arguments: RandomSeed.cases(10))
    func inverse(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for length in 0..<100 {
            let text = String(decoding: random.bytes(length), as: UTF8.self)
            let encoded = PercentCoding.encode(text, keepsSlashes: random.happens(0.5))
            #expect(PercentCoding.decodeText(encoded.utf8) == text)
        }
    }

    @Test("The digits of an escape may be in either case")
    func eitherCase() {
        #expect(PercentCoding.decode("%aF%Af%2b+".utf8) == [0xaf, 0xaf, 0x2b, 0x2b])
    }

    @Test(
        "Escapes that are cut short or foreign are refused",
        arguments: ["%", "a%2", "%g0", "%0g", "% 1", "%%41"]
    )
    func refused(_ text: String) {
        #expect(PercentCoding.decode(text.utf8) == nil)
    }

    @Test("Bytes that are no UTF-8 are no text")
    func noText() {
        #expect(PercentCoding.decode("%ff".utf8) == [0xff])
        #expect(PercentCoding.decodeText("%ff".utf8) == nil)
    }
}
