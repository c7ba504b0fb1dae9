import RawJSON
import Testing

@Suite("Properties")
struct PropertyTests {
    @Test("The slices of a random document are the pieces it was made of")
    func slices() throws {
        for seed in UInt64(0)..<500 {
            let document = RandomDocument(seed: seed)
            var found: [String] = []
            try read(document.text.utf8) { reader in
                try reader.beginArray()
                while try reader.nextElement() {
                    found.append(
                        String(decoding: reader.raw(try reader.skipValue()), as: UTF8.self)
                    )
                }
                try reader.end()
            }
            #expect(found == document.elements, "seed \(seed)")
            #expect(ReferenceValidator.accepts(Array(document.text.utf8)), "seed \(seed)")
            try walk(Array(document.text.utf8))
        }
    }

    @Test("A damaged document is accepted exactly when the reference accepts it")
    func mutations() {
        for seed in UInt64(0)..<20_000 {
            var random = SplitMix64(seed: seed)
            check(mutated(using: &random), seed: seed)
        }
    }

    private func check(_ document: [UInt8], seed: UInt64) {
        let isValid = ReferenceValidator.accepts(document, maximumDepth: 6)
        let found = refusal(document, maximumDepth: 6)
        if (found == nil) != isValid {
            Issue.record("seed \(seed): \(shown(document)): \(String(describing: found))")
        }
        if let found, !(0...document.count).contains(found.offset) {
            Issue.record("seed \(seed): \(found) is outside the document")
        }
        checkWalk(document, skipped: found, seed: seed)
        readTexts(document)
    }

    /// Member by member the same is found, except that the depth is the caller's; each slice is a document.
    private func checkWalk(_ document: [UInt8], skipped: JSONError?, seed: UInt64) {
        let walked = error {
            try walk(document) { range in
                guard let refusal = refusal(document[range]) else { return }
                Issue.record("seed \(seed): \(shown(document[range])): \(refusal)")
            }
        }
        if walked != skipped, skipped?.kind != .tooDeep(limit: 6) {
            Issue.record("seed \(seed): \(shown(document)): \(String(describing: walked))")
        }
    }

    /// Makes text of what a damaged document holds; it must not crash and may fail.
    private func readTexts(_ document: [UInt8]) {
        _ = error {
            try read(document) { reader in
                try reader.beginObject()
                while let name = try reader.nextMember() {
                    _ = reader.text(of: name, is: "key")
                    _ = try reader.text(name)
                    if try reader.kind() == .string {
                        _ = try reader.text(reader.string())
                    } else {
                        _ = try reader.skipValue()
                    }
                }
            }
        }
    }
}

/// One of the documents with up to three bytes changed, put in, taken out, or pieces doubled or cut.
private func mutated(using random: inout SplitMix64) -> [UInt8] {
    var bytes = Array((corpus.randomElement(using: &random) ?? "").utf8)
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let end = Int.random(in: place...min(bytes.count, place + 12), using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] = .random(in: 0 ... .max, using: &random)
        case 1: bytes.insert(telling.randomElement(using: &random) ?? 0, at: place)
        case 2: bytes[place] = telling.randomElement(using: &random) ?? 0
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
        default: bytes.removeLast(bytes.count - end)
        }
    }
    return bytes
}

private let telling = Array("{}[]\",:\\/ \n\t-+.eE0159utfnrbdD8\u{0}\u{1F}\u{7F}é€".utf8)

private let corpus = [
    "", " ", "0", "-12.5e+3", "true", "false", "null", "\"\"", "[]", "{}", "[[[[[[]]]]]]",
    "[1,2,3]",
    #"["a","b"]"#, #"{"a":1}"#, #"{"a":1,"b":[2,3],"c":{"d":null}}"#,
    #"{"key":"k","type":"t","data":{}}"#,
    #"{"events":[{"key":"k","type":"t","data":1.5},{"key":"l","type":"u","data":[true,false]}]}"#,
    #""\"\\\/\b\f\n\r\t\u00e9""#, #"{"key":"\ud83d\ude00","b":"\ud800"}"#, "{\"é\":\"€𝄞\"}",
    "[ 1 , 2 ]", " { \"a\" : \"b\" , \"c\" : [ ] } ", "[0,-0,0.0,1e5,1E-5]",
    "\"a string longer than eight bytes\"",
    #"{"a":{"b":{"c":{"d":{"e":{}}}}}}"#, "[[],[],{},[{}]]", "[true,false,null,\"x\",1]",
    "\n\t\r [\n]\n",
    #"{"a long name to look for":"and a long value \n with an escape"}"#,
    "[123456789012345678901234567890]",
    "[\"\u{7F}\",\"\u{2028}\"]", #"{"data":null,"headers":{"x":"1","y":"2"}}"#,
]

/// A random array, together with the values that it was put together from.
struct RandomDocument {
    private(set) var elements: [String] = []
    private(set) var text = ""
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        for _ in 0..<Int.random(in: 0..<8, using: &random) { elements.append(value(depth: 4)) }
        text = "[" + elements.map { space() + $0 + space() }.joined(separator: ",") + "]"
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: number()
        case 1, 2: string()
        case 3: pick(["true", "false", "null"])
        case 4: pick(["[]", "{}", "[ ]", "{\n}"])
        case 5: "[" + list { $0.value(depth: depth - 1) } + "]"
        default:
            "{" + list { $0.string() + $0.space() + ":" + $0.space() + $0.value(depth: depth - 1) }
                + "}"
        }
    }

    private mutating func list(_ element: (inout Self) -> String) -> String {
        var items: [String] = []
        for _ in 0...Int.random(in: 0..<4, using: &random) {
            items.append(space() + element(&self) + space())
        }
        return items.joined(separator: ",")
    }

    private mutating func number() -> String {
        let digits = String(UInt64.random(in: 0 ... .max, using: &random) >> 20)
        return pick(["", "-"]) + pick(["0", digits]) + pick(["", ".0", ".\(digits)"])
            + pick(["", "e5", "E-\(digits)", "e+0"])
    }

    private mutating func string() -> String {
        var writer = JSONWriter()
        writer.string(randomText(using: &random))
        let escaped = String(decoding: writer.finish().dropLast(), as: UTF8.self)
        return escaped + pick(["", #"\u00e9"#, #"\ud83d\ude00"#, #"\ud800"#, #"\/"#]) + "\""
    }

    private mutating func space() -> String { pick(["", "", "", " ", "\n", "\t\r\n  "]) }

    private mutating func pick(_ choices: [String]) -> String {
        choices.randomElement(using: &random) ?? ""
    }
}
