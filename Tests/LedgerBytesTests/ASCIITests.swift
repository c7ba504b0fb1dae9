import LedgerBytes
import Testing

@Suite("ASCII")
struct ASCIITests {
    @Test("Each byte is in the classes of its character")
    func classes() {
        for byte in UInt8.min...UInt8.max {
            let scalar = UnicodeScalar(byte)
            let isLetter = byte < 0x80 && scalar.properties.isAlphabetic
            let isDigit = byte < 0x80 && scalar.properties.numericType == .decimal
            #expect(ASCII.isLetter(byte) == isLetter, "\(byte)")
            #expect(ASCII.isDigit(byte) == isDigit, "\(byte)")
            #expect(ASCII.isAlphanumeric(byte) == (isLetter || isDigit), "\(byte)")
            let lowercase = byte < 0x80 ? scalar.properties.lowercaseMapping : String(scalar)
            #expect(String(UnicodeScalar(ASCII.lowercase(byte))) == lowercase, "\(byte)")
        }
    }

    @Test("Comparing ignores case, trimming takes blanks only")
    func comparison() {
        #expect(ASCII.equal("GZip".utf8, "gzip"))
        #expect(!ASCII.equal("gzi".utf8, "gzip") && !ASCII.equal("gzip ".utf8, "gzip"))
        #expect(String(Substring(ASCII.trimmed(" \t a b\t"[...].utf8))) == "a b")
    }
}
