import RawJSON
import Testing

@Suite("Reading")
struct ReaderTests {
    @Test("Members and elements come in order, slices as they were sent")
    func order() throws {
        let document = #" { "a" : [ 1 , "x" ] , "b":{"c": 1.50 ,"c":[ ]} } "#
        try read(document.utf8) { reader in
            try reader.beginObject()
            let first = try #require(try reader.nextMember())
            #expect(reader.text(of: first, is: "a"))
            try reader.beginArray()
            #expect(try reader.nextElement())
            #expect(try reader.number().integer == 1)
            #expect(try reader.nextElement())
            #expect(try reader.text(reader.string()) == "x")
            #expect(try !reader.nextElement())
            let second = try #require(try reader.nextMember())
            #expect(reader.text(of: second, is: "b"))
            let slice = reader.raw(try reader.skipValue())
            #expect(String(decoding: slice, as: UTF8.self) == #"{"c": 1.50 ,"c":[ ]}"#)
            #expect(try reader.nextMember() == nil)
            try reader.end()
        }
    }

    @Test("A value of another type is told apart from one that is no value")
    func wrongType() {
        #expect(failure("  1") { _ = try $0.string() } == .wrongType(expected: .string))
        #expect(failure("  1") { try $0.beginObject() } == .wrongType(expected: .object))
        #expect(failure("  {}") { try $0.beginArray() } == .wrongType(expected: .array))
        #expect(failure("  \"\"") { _ = try $0.number() } == .wrongType(expected: .number))
        #expect(failure("  null") { _ = try $0.boolean() } == .wrongType(expected: .boolean))
        #expect(failure("  true") { try $0.null() } == .wrongType(expected: .null))
        #expect(failure("  x") { try $0.null() } == .unexpectedByte(0x78))
        #expect(failure("  ") { _ = try $0.kind() } == .unexpectedEnd)
    }

    private func failure(
        _ document: String,
        body: (inout JSONReader) throws -> Void
    ) -> JSONError.Kind? {
        let found = error { try read(document.utf8) { try body(&$0) } }
        #expect(found?.offset == 2)
        return found?.kind
    }

    @Test("The kind is told by the first byte", arguments: kinds)
    func kind(_ document: String, kind: JSONKind) throws {
        #expect(try read(document.utf8) { try $0.kind() } == kind)
    }

    @Test("Literals have their values")
    func literals() throws {
        #expect(try read("true".utf8) { try $0.boolean() })
        #expect(try !read("false".utf8) { try $0.boolean() })
        try read("null".utf8) { reader in
            try reader.null()
            try reader.end()
        }
    }

    @Test("A copy of a reader is a place to come back to")
    func copies() throws {
        try read("[1,2]".utf8) { reader in
            var ahead = reader
            #expect(try ahead.skipValue() == 0..<5)
            #expect(reader.position == 0)
            try reader.beginArray()
            #expect(try reader.nextElement())
        }
    }

    @Test("Errors are sentences")
    func descriptions() {
        #expect("\(JSONError(.unexpectedByte(0x7D), at: 17))" == "unexpected byte 0x7D at byte 17")
        #expect("\(JSONError(.unexpectedByte(0x0A), at: 0))" == "unexpected byte 0x0A at byte 0")
        #expect(
            "\(JSONError(.wrongType(expected: .object), at: 3))" == "expected an object at byte 3"
        )
        #expect(
            "\(JSONError(.tooDeep(limit: 2), at: 2))"
                == "more than 2 arrays and objects within each other at byte 2"
        )
    }
}

@Suite("Depth")
struct DepthTests {
    @Test(
        "The limit counts arrays and objects of the value and no more",
        arguments: [0, 1, 2, 63, 64, 65, 128, 200]
    )
    func boundary(_ limit: Int) {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")] {
            let each = open.hasPrefix("[{") ? 2 : 1
            let document =
                String(repeating: open, count: limit / each) + "1"
                + String(repeating: close, count: limit / each)
            #expect(refusal(document, maximumDepth: limit / each * each) == nil)
            let found = refusal("[\(document)]", maximumDepth: limit / each * each)
            #expect(found?.kind == .tooDeep(limit: limit / each * each))
        }
    }

    @Test("The error is at the bracket that is too deep; a scalar has depth 0, [] depth 1")
    func place() {
        #expect(refusal("1", maximumDepth: 0) == nil)
        #expect(refusal(" []", maximumDepth: 0) == JSONError(.tooDeep(limit: 0), at: 1))
        #expect(refusal("[1,[],{}]", maximumDepth: 1) == JSONError(.tooDeep(limit: 1), at: 3))
        #expect(refusal("[[],[],{}]", maximumDepth: 2) == nil)
    }

    @Test("What the caller begins does not count")
    func enclosing() throws {
        try read("[[[1]]]".utf8, maximumDepth: 1) { reader in
            for _ in 0..<2 {
                try reader.beginArray()
                #expect(try reader.nextElement())
            }
            #expect(try reader.skipValue() == 2..<5)
        }
    }

    @Test("A hundred thousand brackets are an ordinary error, or an ordinary document")
    func veryDeep() {
        let open = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        let close = [UInt8](repeating: UInt8(ascii: "]"), count: 100_000)
        #expect(refusal(open) == JSONError(.tooDeep(limit: 128), at: 128))
        #expect(refusal(open, maximumDepth: .max) == JSONError(.unexpectedEnd, at: 100_000))
        #expect(refusal(open + close, maximumDepth: 100_000) == nil)
        #expect(refusal(open + close.dropLast(), maximumDepth: .max)?.kind == .unexpectedEnd)
    }

    @Test("Arrays and objects are closed by their own brackets at every depth")
    func mixed() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            let isObject = (0..<150).map { _ in Bool.random(using: &random) }
            let open = isObject.map { $0 ? #"{"a":"# : "[" }.joined()
            var close = isObject.reversed().map { UInt8(ascii: $0 ? "}" : "]") }
            #expect(refusal(Array((open + "1").utf8) + close, maximumDepth: 150) == nil)
            close[Int.random(in: 0..<150, using: &random)] ^= UInt8(ascii: "}") ^ UInt8(ascii: "]")
            #expect(refusal(Array((open + "1").utf8) + close, maximumDepth: 150) != nil)
        }
    }
}

private let kinds: [(String, JSONKind)] = [
    (" {", .object), ("[", .array), ("\"", .string), ("-", .number), ("0", .number), ("9", .number),
    ("t", .true), ("f", .false), ("n", .null),
]

/// Pieces of larger buffers: what lies after the end is nobody's business.
@Suite("Ends of buffers")
struct BoundaryTests {
    @Test("Text of every length is written up to its end", arguments: ["x", "\"", "é"])
    func written(_ after: String) {
        for length in 0..<40 {
            let text = String(repeating: "a", count: length)
            let buffer = Array((text + String(repeating: after, count: 40)).utf8)
            var writer = JSONWriter()
            writer.string(utf8: buffer[..<length])
            #expect(writer.finish() == Array("\"\(text)\"".utf8))
        }
    }

    @Test("A document of every length is read up to its end", arguments: ["\"", "x\"", "é", "\\"])
    func read(_ after: String) {
        for length in 0..<40 {
            let text = "\"" + String(repeating: "a", count: length)
            let buffer = Array((text + String(repeating: after, count: 40)).utf8)
            buffer.withUnsafeBytes { bytes in
                let piece = UnsafeRawBufferPointer(rebasing: bytes[...length])
                let found = error {
                    var reader = try JSONReader(piece, maximumDepth: 0)
                    _ = try reader.skipValue()
                }
                #expect(found == JSONError(.unexpectedEnd, at: length + 1))
            }
        }
    }
}
