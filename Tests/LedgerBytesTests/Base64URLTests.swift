import LedgerBytes
import LedgerTesting
import Testing

@Suite struct Base64URLTests {
    /// RFC 4648, section 10, without padding; and the two characters that set it apart.
    @Test(
        "The vectors of RFC 4648 are written and read, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
        ]
    )
    func vectors(_ plain: String, _ text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test("The two last characters of the alphabet are those of URLs")
    func urlAlphabet() {
        #expect(Base64URL.encode([0xfb, 0xef, 0xff]) == "--__")
        #expect(Base64URL.decode("--__") == [0xfb, 0xef, 0xff])
    }

    @Test(
        "Padding, foreign characters and bits that are left over are refused",
        arguments: [
            "Zg==", "Zm8=", "Zh", "Zm9", "Z", "Zm9vY", "Zm 9", "Zm9v\n", " ", "++//", "Zm9é", "=",
            "Z\0",
        ]
    )
    func refused(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    /// Whatever is accepted is spelled as it would be written.
    @Test("Text that is accepted is spelled as it would be written")
    func canonical() {
        var random = SeededGenerator(seed: 3)
        let characters = Array("ABZabz019-_=+/ ")
        for _ in 0..<5000 {
            let length = Int.random(in: 0...9, using: &random)
            let text = String(
                (0..<length).map { _ in
                    characters[Int.random(in: 0..<characters.count, using: &random)]
                }
            )
            if let bytes = Base64URL.decode(text) { #expect(Base64URL.encode(bytes) == text) }
        }
        for length in 0..<200 {
            let bytes = random.bytes(length)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }
}
