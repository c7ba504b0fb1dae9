import RawJSON
import Testing

@Suite("Grammar")
struct GrammarTests {
    @Test("Documents RFC 8259 allows are accepted", arguments: accepted)
    func accepts(_ document: String) throws {
        #expect(refusal(document) == nil)
        try walk(Array(document.utf8))
        #expect(ReferenceValidator.accepts(Array(document.utf8)))
    }

    @Test("Documents RFC 8259 does not allow are refused", arguments: refused)
    func refuses(_ document: String) {
        #expect(refusal(document) != nil)
        #expect(throws: JSONError.self) { try walk(Array(document.utf8)) }
        #expect(!ReferenceValidator.accepts(Array(document.utf8)))
    }

    @Test("An error says what and where", arguments: errors)
    func place(_ document: String, kind: JSONError.Kind, offset: Int) {
        #expect(refusal(document) == JSONError(kind, at: offset))
    }

    @Test("Every byte that begins no value is refused at its place")
    func firstBytes() {
        for byte in UInt8.min...0x7F where !"{[\"-0123456789tfn \t\n\r".utf8.contains(byte) {
            #expect(refusal([byte]) == JSONError(.unexpectedByte(byte), at: 0))
        }
    }

    @Test("Every control character is refused in a string, at every place in a word")
    func controlCharacters() {
        for byte in UInt8.min..<0x20 {
            for place in 0..<17 {
                var document = Array("\"................\"".utf8)
                document.insert(byte, at: 1 + place)
                #expect(refusal(document) == JSONError(.controlCharacter, at: 1 + place))
            }
        }
    }

    @Test("Every other ASCII character is taken as it is, at every place in a word")
    func plainCharacters() throws {
        for byte in UInt8(0x20)..<0x80 where byte != 0x22 && byte != 0x5C {
            for place in 0..<17 {
                var document = Array("\"................\"".utf8)
                document.insert(byte, at: 1 + place)
                let string = try read(document) { reader in try reader.string() }
                #expect(string.range == 1..<18 && !string.hasEscapes)
            }
        }
    }

    @Test("An escaped code unit has hexadecimal digits and no other characters")
    func hexadecimalDigits() {
        for byte in UInt8(0x20)..<0x7F where byte != 0x22 {
            let document = Array("\"\\u000".utf8) + [byte, 0x22]
            let isDigit = "0123456789abcdefABCDEF".utf8.contains(byte)
            #expect(refusal(document) == (isDigit ? nil : JSONError(.invalidEscape, at: 1)))
        }
    }

    @Test("Every prefix of a document is refused, as its end")
    func truncation() {
        let document = Array(
            #" {"a" : [1, -2.5e+10, true ,false, null, {}], "b\u00e9\n": "x\\\"é€𝄞"} "#.utf8
        )
        #expect(refusal(document) == nil)
        for length in 0..<document.count - 1 {
            let prefix = document.prefix(length)
            #expect(refusal(prefix) != nil, "\(shown(prefix))")
            #expect(throws: JSONError.self, "\(shown(prefix))") { try walk(Array(prefix)) }
        }
    }

    @Test("An empty buffer without an address is an unexpected end")
    func noAddress() {
        let bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        let found = error {
            var reader = try JSONReader(bytes, maximumDepth: 1)
            _ = try reader.kind()
        }
        #expect(found == JSONError(.unexpectedEnd, at: 0))
    }
}

private let accepted = [
    "[]", "{}", "0", "-0", "1", "true", "false", "null", "\"\"", " [ ] ", "\t{\n}\r",
    "[1]", "[1,2]", "[ 1 , 2 ]", "[[],[[]],{}]", #"{"a":1}"#, #"{"a":1,"a":2}"#, #"{"":{}}"#,
    #"{ "a" : [ ] , "b" : { } }"#, "-1", "1.0", "10.01", "0.5", "-0.5", "1e5", "1E5", "1e+5",
    "1e-5",
    "0e0", "0.0e-0", "123456789012345678901234567890", "1e400", "1E-400", "[0]", "[0,0.0,0e1]",
    #""\"\\\/\b\f\n\r\t""#, #""\u0000\uABCD\uabcd""#, #""\ud83d\ude00""#, #""\ud800""#,
    #""\udc00""#,
    #""\ude00\ud83d""#, #""\ud800\ud800""#, "\"\u{7F}\"", "\"é€𝄞\u{10FFFF}\"",
    "\"\u{2028}\u{FEFF}\"",
    "\"/\"", "\"\\\\\"", #"["\\","\"","\\\""]"#, "[true,false,null]", "\n\n1\n\n",
    #"{"a":{"b":{"c":[{"d":null}]}}}"#, "\"0123456\"", "\"01234567\"", "\"012345678901234\"",
]

private let refused = [
    "", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1:2]",
    "[1}",
    "{1}", "{]", "[}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 "b":2}"#,
    #"{"a",1}"#,
    #"{"a"::1}"#, #"{a:1}"#, #"{'a':1}"#, #"{1:1}"#, #"{"a":1}}"#, #"{"a":1]"#, #"{"a":1,,"b":2}"#,
    #"{"a" 1}"#, #"{null:1}"#, "[]]", "[] []", "1 2", "1,", ",1", ":", "-", "+1", "01", "-01", "00",
    "1.",
    ".5", "-.5", "1e", "1e+", "1e-", "1.e5", "1.5e", "0x10", "1_000", "1.2.3", "1e5.5", "1ee5",
    "--1",
    "- 1", "1 e5", "NaN", "Infinity", "-Infinity", "0e", "1.+5", "[-]", "[1.]", "[01]", "tru",
    "True",
    "truee", "nul", "nulll", "fals", "falsee", "t", "n", "f", "undefined", "\"", "\"a", "\"\\\"",
    "\"\\",
    #""\x41""#, #""\a""#, #""\'""#, #""\0""#, #""\u""#, #""\u1""#, #""\u12""#, #""\u123""#,
    #""\u123g""#,
    #""\U0041""#, #""\u 041""#, #""\u00-1""#, "\"a\nb\"", "\"a\tb\"", "\"\u{0}\"", "'a'",
    "\"a\"\"b\"",
    "[\"a\",\n", "[\"a\" \"b\"]", "// x\n1", "/* x */1", "1 // x", "#1", "\u{A0}1", "\u{C}1",
    "\u{B}1",
    "\u{FEFF}1", "1\u{0}", "\u{0}", "[\u{2028}1]", "{\"a\":1;\"b\":2}", "\\u0031", "[\\n]",
]

private let errors: [(String, JSONError.Kind, Int)] = [
    ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3),
    ("[1,]", .unexpectedByte(0x5D), 3), (#"{"a":}"#, .unexpectedByte(0x7D), 5),
    (#"{"a":1,}"#, .unexpectedByte(0x7D), 7), ("[1 2]", .unexpectedByte(0x32), 3),
    ("1 2", .trailingBytes, 2), ("01", .invalidNumber, 1), ("-x", .invalidNumber, 1),
    ("1.x", .invalidNumber, 2), ("1e+", .unexpectedEnd, 3), ("-", .unexpectedEnd, 1),
    ("trux", .unexpectedByte(0x78), 3), ("tru", .unexpectedEnd, 3), (#""ab\x""#, .invalidEscape, 3),
    (#""ab\u00g0""#, .invalidEscape, 3), ("\"ab", .unexpectedEnd, 3),
    ("\"a\u{1}\"", .controlCharacter, 2),
    ("\u{FEFF}1", .byteOrderMark, 0), ("[[1]]]", .trailingBytes, 5),
    (#"{"a" 1}"#, .unexpectedByte(0x31), 5),
    ("{1:2}", .unexpectedByte(0x31), 1),
]

@Suite("Numbers")
struct NumberTests {
    @Test(
        "A number without a fractional part has a value, however it is spelled",
        arguments: wholeNumbers
    )
    func whole(_ document: String, value: Int64) throws {
        let number = try read(document.utf8) { try $0.number() }
        #expect(number.integer == value)
        #expect(number.range == 0..<document.utf8.count)
    }

    @Test("A fraction or a number that does not fit has none", arguments: otherNumbers)
    func none(_ document: String) throws {
        #expect(try read(document.utf8) { try $0.number() }.integer == nil)
    }

    @Test("Malformed numbers are refused", arguments: ["-", "1.", "1e", "01", "-a", "1.e1", "1e+"])
    func malformed(_ document: String) {
        #expect(throws: JSONError.self) { try read(document.utf8) { try $0.number() } }
    }

    @Test("Random numbers with the point moved about keep their value")
    func spellings() throws {
        var random = SplitMix64(seed: 11)
        for _ in 0..<2_000 {
            let value =
                Int64.random(in: .min ... .max, using: &random)
                >> Int64.random(in: 0..<64, using: &random)
            if value == 0 { continue }
            let zeros = Int.random(in: 0..<30, using: &random)
            let padding = String(repeating: "0", count: zeros)
            for spelling in [
                "\(value).\(padding)0", "\(value)\(padding)e-\(zeros)", "\(value)E+00",
            ] {
                #expect(try read(spelling.utf8) { try $0.number() }.integer == value, "\(spelling)")
            }
            let fraction = "\(value).\(padding)1"
            #expect(try read(fraction.utf8) { try $0.number() }.integer == nil, "\(fraction)")
        }
    }

    @Test("A number with many zeros and the exponent that takes them back has its value")
    func longSpellings() throws {
        let zeros = String(repeating: "0", count: 10_000)
        #expect(try read("12\(zeros)e-10000".utf8) { try $0.number() }.integer == 12)
        #expect(try read("0.\(zeros)12e10002".utf8) { try $0.number() }.integer == 12)
        #expect(try read("12\(zeros)e-10001".utf8) { try $0.number() }.integer == nil)
        #expect(try read("0.\(zeros)e999".utf8) { try $0.number() }.integer == 0)
    }
}

private let wholeNumbers: [(String, Int64)] = [
    ("0", 0), ("-0", 0), ("0.0", 0), ("-0.000", 0), ("0e5", 0), ("0e-5", 0),
    ("0e99999999999999999999", 0),
    ("0.0e-99999999999999999999", 0), ("1", 1), ("-1", -1), ("10", 10), ("3.0", 3), ("3e2", 300),
    ("3E+2", 300), ("30e-1", 3), ("0.03e2", 3), ("1.5e1", 15), ("-1.50e1", -15), ("1200e-2", 12),
    ("1e18", 1_000_000_000_000_000_000), ("9223372036854775807", .max),
    ("-9223372036854775808", .min),
    ("-9223372036854775807", -.max), ("9223372036854775807.000", .max),
    ("922337203685477580.7e1", .max),
    ("92233720368547758070e-1", .max), ("-9.223372036854775808e18", .min),
    ("1e0000000000000000002", 100),
]

private let otherNumbers = [
    "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
    "99999999999999999999999", "3.5", "-0.5", "1e-1", "15e-1", "1e19", "1e400", "-1e400", "1e-400",
    "1e99999999999999999999", "1e-99999999999999999999", "0.1", "100.001", "9223372036854775807.5",
    "1e18446744073709551616", "10e18",
]
