import RawJSON
import Testing

@Suite("Text")
struct TextTests {
    @Test("Escapes are replaced", arguments: texts)
    func text(_ document: String, text: String) throws {
        try read(document.utf8) { reader in
            let string = try reader.string()
            #expect(string.range == 1..<document.utf8.count - 1)
            #expect(try reader.text(string) == text)
            var utf8 = Array("before".utf8)
            try reader.unescape(string, into: &utf8)
            #expect(utf8 == Array("before\(text)".utf8))
        }
    }

    @Test("Half of a surrogate pair is grammar but not text", arguments: lone)
    func loneSurrogates(_ document: String, offset: Int) throws {
        #expect(refusal(document) == nil)
        try read(document.utf8) { reader in
            let string = try reader.string()
            let expected = JSONError(.loneSurrogate, at: offset)
            #expect(throws: expected) { try reader.text(string) }
            var utf8: [UInt8] = []
            #expect(throws: expected) { try reader.unescape(string, into: &utf8) }
            #expect(!reader.text(of: string, is: "a"))
        }
    }

    @Test("Every code unit is its character, or no text when a surrogate")
    func everyCodeUnit() throws {
        for unit in UInt16.min...UInt16.max {
            let digits = String(unit, radix: 16)
            let document = "\"\\u" + String(repeating: "0", count: 4 - digits.count) + digits + "\""
            let text = try? read(document.utf8) { try $0.text($0.string()) }
            let expected = Unicode.Scalar(unit).map { String(Character($0)) }
            if text.map({ Array($0.utf8) }) != expected.map({ Array($0.utf8) }) {
                Issue.record("\(document): \(String(describing: text))")
            }
        }
    }

    @Test("Names are compared as text, escaped or not")
    func equality() throws {
        for (document, isEqual) in [
            (#""key""#, true), (#""ke\u0079""#, true), (#""\u006B\u0065\u0079""#, true),
            (#""ke""#, false),
            (#""keys""#, false), (#""kex""#, false), (#""""#, false), (#""ke\u0078""#, false),
            (#""ke\u0079s""#, false), (#""Key""#, false), (#""ke\ny""#, false),
        ] {
            try read(document.utf8) { reader in
                let string = try reader.string()
                #expect(reader.text(of: string, is: "key") == isEqual, "\(document)")
            }
        }
        try read(#""é""#.utf8) { reader in
            let string = try reader.string()
            #expect(reader.text(of: string, is: "é"))
            // The same to a reader of Swift strings, but other bytes: names are not normalised.
            #expect(!reader.text(of: string, is: "e\u{301}"))
        }
    }
}

private let texts = [
    (#""""#, ""), (#""abc""#, "abc"), (#""é€𝄞""#, "é€𝄞"),
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u0041""#, "A"), (#""\u00e9x""#, "éx"), (#""\u20AC""#, "€"), (#""\ud834\udd1e""#, "𝄞"),
    (#""\uD83D\uDE00!""#, "😀!"), (#""\u0000""#, "\u{0}"),
    (#""a long text \n with \u00e9 in it""#, "a long text \n with é in it"),
    (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\ud800\udc00""#, "\u{10000}"),
    (#""\\u0041""#, "\\u0041"),
    (#""\uffff\ufeff""#, "\u{FFFF}\u{FEFF}"),
]

private let lone = [
    (#""\ud800""#, 1), (#""\udfff""#, 1), (#""\udfff\udc00""#, 1), (#""\ude00\ud83d\ude00""#, 1),
    (#""ab\ud800""#, 3), (#""\ude00\ud83d""#, 1),
    (#""\ud800x""#, 1),
    (#""\ud800\n""#, 1), (#""\ud800\u0041""#, 1), (#""\ud800\ud800\udc00""#, 1),
    (#""\ud83d\ude00\ude00""#, 13), (#""\ud800\\udc00""#, 1), (#""a\ud83d\ude00\ud83d""#, 14),
]
