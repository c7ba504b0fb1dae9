import RawJSON
import Testing

@Suite("Writing")
struct WriterTests {
    @Test("Commas are put where they belong")
    func commas() {
        var writer = JSONWriter(capacity: 0)
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.beginArray()
        writer.endArray()
        writer.integer(1)
        writer.beginObject()
        writer.endObject()
        writer.string("x")
        writer.endArray()
        writer.key("b")
        writer.boolean(true)
        writer.key(text: "c\n")
        writer.null()
        writer.key("d")
        writer.raw("[1, 2]".utf8)
        writer.key("e")
        writer.boolean(false)
        writer.endObject()
        let expected = #"{"a":[[],1,{},"x"],"b":true,"c\n":null,"d":[1, 2],"e":false}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
        #expect(writer.count == expected.utf8.count)
        #expect(writer.finish() == Array(expected.utf8))
    }

    @Test("Text is escaped where it must be and nowhere else")
    func escapes() {
        let text = "\"\\\u{8}\u{C}\n\r\t\u{0}\u{1F}/\u{7F}é€𝄞\u{2028}"
        let expected = #""\"\\\b\f\n\r\t\u0000\u001F/"# + "\u{7F}é€𝄞\u{2028}\""
        #expect(written { $0.string(text) } == expected)
        #expect(written { $0.string(utf8: Array(text.utf8)) } == expected)
        #expect(written { $0.string(utf8: text.utf8.lazy.map { $0 }) } == expected)
    }

    @Test("Whole numbers of every length and type are written as they are")
    func integers() {
        var power: UInt64 = 1
        for _ in 0..<20 {
            for value in [power - 1, power, power + 1] {
                #expect(written { $0.integer(value) } == String(value))
                #expect(written { $0.integer(-Int128(value)) } == String(-Int128(value)))
            }
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
        #expect(written { $0.integer(Int64.min) } == "-9223372036854775808")
        #expect(written { $0.integer(UInt64.max) } == "18446744073709551615")
        #expect(written { $0.integer(Int8.min) } == "-128")
        #expect(written { $0.integer(Int128.min) } == String(Int128.min))
        #expect(written { $0.integer(UInt128.max) } == String(UInt128.max))
    }

    @Test("Pieces that are empty, or larger than the room, are written whole")
    func sizes() {
        #expect(written { $0.string("") } == "\"\"")
        #expect(written { $0.raw(UnsafeRawBufferPointer(start: nil, count: 0)) } == "")
        #expect(written { $0.string(utf8: UnsafeRawBufferPointer(start: nil, count: 0)) } == "\"\"")
        let large = String(repeating: "1", count: 10_000)
        #expect(written { $0.raw(large.utf8) } == large)
        #expect(written { $0.string(large) } == "\"\(large)\"")
        let long = String(repeating: "long\n", count: 10_000)
        #expect(written { $0.string(long) }.utf8.count == 60_002)
    }

    @Test("A writer is used again, and a copy goes its own way")
    func reuse() {
        var writer = JSONWriter()
        writer.integer(1)
        var copy = writer
        copy.integer(2)
        #expect(writer.bytes == Array("1".utf8))
        #expect(copy.bytes == Array("1,2".utf8))
        writer.removeAll()
        writer.integer(3)
        #expect(writer.bytes == Array("3".utf8))
    }

    @Test("What is written is read back the same, whatever the text")
    func roundTrip() throws {
        for seed in UInt64(0)..<2_000 {
            var random = SplitMix64(seed: seed)
            let text = randomText(using: &random)
            let number = Int64.random(in: .min ... .max, using: &random)
            var writer = JSONWriter(capacity: 1)
            writer.beginObject()
            writer.key(text: text)
            writer.string(text)
            writer.key("n")
            writer.integer(number)
            writer.endObject()
            try read(writer.finish()) { reader in
                try reader.beginObject()
                let name = try #require(try reader.nextMember())
                #expect(try Array(reader.text(name).utf8) == Array(text.utf8), "seed \(seed)")
                #expect(
                    try Array(reader.text(reader.string()).utf8) == Array(text.utf8),
                    "seed \(seed)"
                )
                _ = try reader.nextMember()
                #expect(try reader.number().integer == number, "seed \(seed)")
                #expect(try reader.nextMember() == nil)
                try reader.end()
            }
        }
    }
}

private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return String(decoding: writer.finish(), as: UTF8.self)
}

/// Text of up to 40 characters, many of them special to JSON.
func randomText(using random: inout SplitMix64) -> String {
    let special: [Unicode.Scalar] = [
        "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "€", "𝄞",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<40, using: &random) {
        let any = Unicode.Scalar(UInt32.random(in: 0..<0x11_0000, using: &random))
        let ascii = Unicode.Scalar(UInt8.random(in: 0x20..<0x7F, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: text.append(special.randomElement(using: &random) ?? "\"")
        case 1: text.append(any ?? ascii)
        default: text.append(ascii)
        }
    }
    return String(text)
}
