import Foundation
import LedgerBytes
import Testing

@Suite("Base64")
struct Base64Tests {
    private func decode(_ text: [UInt8]) -> [UInt8]? {
        text.withUnsafeBytes(Base64.decode)
    }

    @Test("Base64 is Foundation's, and strict", arguments: 0..<70)
    func base64(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 151 + count) }
        let text = Array(Data(bytes).base64EncodedString().utf8)
        #expect(Base64.encode(bytes) == text)
        #expect(decode(text) == bytes)
        #expect(decode(text + [UInt8(ascii: "=")]) == nil)
    }

    @Test(
        "What is no base64 is refused",
        arguments: [
            "A", "AA", "AAA", "A===", "=AAA", "A-AA",
            "AB==", "AAB=", "AA=A", "A A=",
        ]
    )
    func notBase64(_ text: String) {
        #expect(decode(Array(text.utf8)) == nil)
    }
}
