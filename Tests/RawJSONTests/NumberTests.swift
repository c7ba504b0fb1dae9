import RawJSON
import Testing

@Suite("Numbers")
struct NumberTests {
    @Test(
        "A number without a fractional part has a value, however it is spelled",
        arguments: wholeNumbers
    )
    func whole(_ document: String, _ value: Int64) throws {
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

    @Test("Many zeros and a large exponent that takes them back")
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
