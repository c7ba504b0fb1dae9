import RawJSON
import Testing

@Suite("UTF-8")
struct EncodingTests {
    @Test("Ill-formed sequences are refused where they begin", arguments: illFormed)
    func refuses(_ sequence: [UInt8]) {
        for padding in 0..<40 {
            let spaces = [UInt8](repeating: 0x20, count: padding)
            let document = spaces + Array("\"".utf8) + sequence + Array("\"".utf8)
            #expect(refusal(document) == JSONError(.invalidUTF8, at: padding + 1))
        }
    }

    @Test("A sequence cut off by the end is refused")
    func truncated() {
        for character in ["é", "€", "𝄞"] {
            for length in 1..<character.utf8.count {
                let document = Array("\"abc".utf8) + Array(character.utf8.prefix(length))
                #expect(refusal(document) == JSONError(.invalidUTF8, at: 4))
            }
        }
    }

    @Test("The first and last character of each length are accepted")
    func boundaries() {
        let scalars: [Unicode.Scalar] = [
            "\u{80}", "\u{7FF}", "\u{800}", "\u{FFF}", "\u{1000}", "\u{CFFF}", "\u{D000}",
            "\u{D7FF}",
            "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{3FFFF}", "\u{40000}", "\u{FFFFF}",
            "\u{100000}",
            "\u{10FFFF}",
        ]
        for scalar in scalars { #expect(refusal("\"\(scalar)\"") == nil) }
    }

    @Test("The validator agrees with the standard library on every lead byte")
    func agreement() {
        let edges: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xFF]
        for lead in UInt8.min...UInt8.max {
            for second in edges {
                for third in edges {
                    for fourth in edges { check([lead, second, third, fourth]) }
                }
            }
        }
    }

    private func check(_ bytes: [UInt8]) {
        let isValid = String(validating: bytes, as: UTF8.self) != nil
        let found = error { try bytes.withUnsafeBytes { try JSONUTF8.validate($0) } }
        if (found == nil) != isValid { Issue.record("\(bytes): \(String(describing: found))") }
    }

    @Test("Other encodings are refused")
    func otherEncodings() {
        #expect(refusal([0xFE, 0xFF, 0x00, 0x31]) == JSONError(.invalidUTF8, at: 0))
        #expect(refusal([0xFF, 0xFE, 0x31, 0x00]) == JSONError(.invalidUTF8, at: 0))
        #expect(refusal([0x31, 0x00]) == JSONError(.trailingBytes, at: 1))
        #expect(refusal([0xEF, 0xBB, 0xBF]) == JSONError(.byteOrderMark, at: 0))
    }

    @Test("A byte order mark is one only at the beginning")
    func markInside() {
        #expect(refusal("\"\u{FEFF}\"") == nil)
        #expect(refusal(" \u{FEFF}1") == JSONError(.unexpectedByte(0xEF), at: 1))
    }

    @Test("Lines of a validated buffer are read one by one")
    func lines() throws {
        let lines = Array("1\n\"é\"\n".utf8)
        try lines.withUnsafeBytes { bytes in
            try JSONUTF8.validate(bytes)
            let line = UnsafeRawBufferPointer(rebasing: bytes[2..<6])
            var reader = JSONReader(validated: line, maximumDepth: 0)
            #expect(try reader.text(reader.string()) == "é")
            try reader.end()
        }
    }
}

private let illFormed: [[UInt8]] = [
    [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2, 0x20], [0xE0, 0x80, 0x80],
    [0xE0, 0x9F, 0xBF],
    [0xE1, 0x80, 0x20], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
    [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
    [0xF0, 0x90, 0x80, 0x20], [0xE2, 0x82], [0xF8, 0x88, 0x80, 0x80, 0x80],
]
