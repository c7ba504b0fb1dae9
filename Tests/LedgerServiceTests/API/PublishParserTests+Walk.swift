import LedgerCore
import LedgerTesting
import RawJSON
import Testing

@testable import LedgerService

extension PublishParserTests {
    @Test("Random events are parsed to what they were written from")
    func randomEvents() throws {
        var writer = BodyWriter(random: SeededGenerator(seed: RandomSeed.base))
        for _ in 0..<1_000 {
            let written = writer.body()
            let batch = try PublishParser.parse(written.bytes, as: written.kind)
            #expect(batch.parsed == written.events, "\(written.text): \(replay)")
            #expect(batch.isAtomic == written.isAtomic, "\(written.text): \(replay)")
            #expect(
                batch.expectedOffset?.rawValue == written.expectedOffset,
                "\(written.text): \(replay)"
            )
        }
    }

    @Test("Any bytes give events that keep all rules, or an error that names a field")
    func randomMutations() {
        var writer = BodyWriter(random: SeededGenerator(seed: RandomSeed.base))
        var refused = 0
        for _ in 0..<3_000 {
            let written = writer.body()
            let bytes = writer.mutated(written.bytes)
            // Now and then as the other kind of body.
            let kind = writer.happens(0.1) ? writer.kind() : written.kind
            do throws(LedgerError) {
                let batch = try PublishParser.parse(bytes, as: kind)
                #expect(batch.keepsRules, "\(Array(bytes)): \(replay)")
            } catch {
                refused += 1
                #expect(error.namesField(of: kind), "\(error) \(bytes): \(replay)")
            }
        }
        // Mutations are neither all harmless nor all fatal.
        #expect((400..<3_000).contains(refused), "\(refused): \(replay)")
    }
}

private let replay = RandomSeed.replay("PublishParserTests")

/// An event as a test expects it, or as a batch's places lead to it.
struct ParsedEvent: Equatable {
    let key: [UInt8]
    let type: [UInt8]
    /// Empty for a tombstone.
    let data: [UInt8]
    /// nil: none.
    let headers: RecordHeaders?

    init(key: String, type: String = "t", data: String, headers: [(String, String)] = []) {
        self.key = Array(key.utf8)
        self.type = Array(type.utf8)
        self.data = Array(data.utf8)
        self.headers = headers.isEmpty ? nil : .of(headers)
    }

    fileprivate init(_ event: PublishBatch.Event, of batch: PublishBatch) {
        key = Array(batch.bytes[event.key])
        type = Array(batch.bytes[event.type])
        data = Array(batch.bytes[event.data])
        headers = event.headers < 0 ? nil : batch.headers[event.headers]
    }
}

extension RecordHeaders {
    static func of(_ members: [(String, String)]) -> RecordHeaders {
        members.reduce(into: RecordHeaders()) {
            $0.append(name: Array($1.0.utf8), value: Array($1.1.utf8))
        }
    }
}

extension PublishBatch {
    /// The events, in order.
    var parsed: [ParsedEvent] { events.map { ParsedEvent($0, of: self) } }

    /// True when every event is one that may be stored.
    fileprivate var keepsRules: Bool {
        guard (1...Limits.eventsPerPublish).contains(events.count) else { return false }
        let given = events.map(\.headers).filter { $0 != -1 }
        guard given == Array(headers.indices) else { return false }
        return parsed.allSatisfy { event in
            EventKey(utf8: event.key) != nil
                && String(validating: event.type, as: UTF8.self) != nil
                && event.type.withUnsafeBytes(EventTypeRule.holds)
                && Self.isTombstoneOrValue(event.data)
                && event.headers.map { (1...Limits.headersPerEvent).contains($0.count) } != false
        }
    }

    private static func isTombstoneOrValue(_ data: [UInt8]) -> Bool {
        data.isEmpty
            || data.withUnsafeBytes { bytes in
                guard var reader = try? JSONReader(bytes, maximumDepth: Limits.dataDepth) else {
                    return false
                }
                return (try? reader.skipValue()) == 0..<bytes.count
            }
    }
}

extension LedgerError {
    /// True for an error of a body that says where the fault is, with a line where there are lines.
    fileprivate func namesField(of kind: MediaType) -> Bool {
        switch self {
        case .invalid, .malformed, .invalidEventKey, .tooLarge:
            // Without any event there is no line to name.
            kind == .json || self == Self.empty
        case .inLine(let number, let error):
            kind == .ndjson && number > 0 && error.namesField(of: .json)
        default: false
        }
    }

    private static var empty: LedgerError {
        .invalid(field: "events", message: "is empty: publish at least one event")
    }
}

/// Writes random bodies of publishes, and remembers what it wrote.
private struct BodyWriter {
    /// A body, and what it must be parsed to.
    struct Body {
        var kind = MediaType.json
        var text = ""
        var events: [ParsedEvent] = []
        var isAtomic = false
        var expectedOffset: Int64?

        var bytes: [UInt8] { Array(text.utf8) }
    }

    private var random: SeededGenerator
    /// In lines, a line break ends the event.
    private var isInLine = false

    init(random: SeededGenerator) {
        self.random = random
    }

    mutating func happens(_ probability: Double) -> Bool { random.happens(probability) }

    mutating func kind() -> MediaType { happens(0.5) ? .json : .ndjson }

    mutating func body() -> Body {
        var body = Body(kind: kind())
        isInLine = body.kind == .ndjson
        let isAlone = !isInLine && happens(0.25)
        let written = (0..<(isAlone ? 1 : number(in: 1...6))).map { _ in event() }
        body.events = written.map(\.event)
        let texts = written.map(\.text)
        if isInLine {
            body.text = texts.map { emptyLines() + $0 }.joined(separator: "\n") + emptyLines()
        } else if isAlone {
            body.text = texts[0]
        } else {
            let array = "[\(texts.joined(separator: ","))\(blank())]"
            body.text = blank() + (happens(0.5) ? array : object(around: array, of: &body))
        }
        return body
    }

    private mutating func emptyLines() -> String {
        (0..<number(in: 0...2)).map { _ in blank() + "\n" }.joined()
    }

    /// `{"events": […]}` with its options, in any order.
    private mutating func object(around events: String, of body: inout Body) -> String {
        var members = [("events", events)]
        if happens(0.5) {
            body.isAtomic = happens(0.5)
            members.append(("atomic", body.isAtomic ? "true" : "false"))
        }
        if happens(0.5) {
            let offset = Int64.random(in: 0 ... .max, using: &random) >> Int64(number(in: 0...62))
            body.expectedOffset = offset
            members.append(("expected_offset", "\(offset)"))
        }
        return object(members)
    }

    private mutating func event() -> (event: ParsedEvent, text: String) {
        let key = text(of: 1...12)
        // A type has no control characters.
        let type = "t" + text(of: 0...8).filter { !ControlCharacters.occur(in: $0.utf8) }
        let data = happens(0.2) ? "" : value(depth: 3)
        let headers = (0..<(happens(0.5) ? 0 : number(in: 0...4)))
            .map { ("\($0)" + text(of: 0...4), text(of: 0...8)) }
        var members = [
            ("key", string(key)), ("type", string(type)), ("data", data.isEmpty ? "null" : data),
        ]
        if !headers.isEmpty || happens(0.1) {
            members.append(
                ("headers", object(headers.map { ($0.0, string($0.1)) }, shuffled: false))
            )
        }
        let expected = ParsedEvent(key: key, type: type, data: data, headers: headers)
        return (expected, blank() + object(members) + blank())
    }

    private mutating func object(_ members: [(String, String)], shuffled: Bool = true) -> String {
        let order = shuffled ? members.shuffled(using: &random) : members
        let texts = order.map { blank() + string($0) + blank() + ":" + blank() + $1 + blank() }
        return "{\(texts.joined(separator: ","))\(blank())}"
    }

    /// A JSON text without blanks around it, which is not `null`.
    private mutating func value(depth: Int) -> String {
        switch number(in: 0...(depth > 0 ? 6 : 4)) {
        case 0: "\(Int64.random(in: .min ... .max, using: &random))"
        case 1: "-0.5e+\(number(in: 0...999))"
        case 2: happens(0.5) ? "true" : "false"
        case 3: string(text(of: 0...20))
        case 4: happens(0.5) ? "\"\\ud800\"" : "[\(blank())]"
        case 5:
            "["
                + (0..<number(in: 1...3)).map { _ in blank() + value(depth: depth - 1) + blank() }
                .joined(separator: ",") + "]"
        default:
            object((0..<number(in: 0...3)).map { _ in (text(of: 0...3), value(depth: depth - 1)) })
        }
    }

    private mutating func text(of length: ClosedRange<Int>) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", " ", "/", "\"", "\\", "\u{0}", "\n", "\u{1f}", "\u{7f}", "\u{9f}", "é",
            "\u{301}", "\u{ffff}", "😀", "\u{10ffff}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<number(in: length) {
            text.append(scalars.randomElement(using: &random) ?? "a")
        }
        return String(text)
    }

    /// A text as JSON, each of its characters as it is or in one of its escaped forms.
    private mutating func string(_ text: String) -> String {
        var spelled = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            guard mustEscape || happens(0.1) else {
                spelled.append(scalar)
                continue
            }
            spelled.append(contentsOf: escape(scalar).unicodeScalars)
        }
        return "\"\(String(spelled))\""
    }

    private mutating func escape(_ scalar: Unicode.Scalar) -> String {
        let short: [Unicode.Scalar: String] = [
            "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\n": "\\n",
        ]
        if let short = short[scalar], happens(0.5) { return short }
        return UTF16.encode(scalar).map(Array.init).map { units in
            units.map { unit in
                let digits = String(unit, radix: 16, uppercase: happens(0.5))
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        } ?? ""
    }

    private mutating func blank() -> String {
        guard happens(0.2) else { return "" }
        let blanks = isInLine ? [" ", "\t", "\r"] : [" ", "\t", "\r", "\n"]
        return (0..<number(in: 1...3)).map { _ in blanks.randomElement(using: &random) ?? " " }
            .joined()
    }

    private mutating func number(in range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    /// The bytes with a few of them changed, removed, inserted, repeated or cut off.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        let grammar = Array("{}[]\",:\\u0dn1e.- \n\t\u{e9}".utf8) + [0x00, 0x80, 0xed, 0xff]
        var bytes = bytes
        for _ in 0..<number(in: 1...4) where !bytes.isEmpty {
            let start = number(in: 0...bytes.count - 1)
            let end = min(bytes.count, start + number(in: 1...8))
            let byte = grammar.randomElement(using: &random) ?? 0
            switch number(in: 0...5) {
            case 0: bytes[start] = byte
            case 1: bytes[start] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.insert(byte, at: start)
            case 3: bytes.removeSubrange(start..<end)
            case 4: bytes.insert(contentsOf: bytes[start..<end], at: number(in: 0...bytes.count))
            default: if happens(0.3) { bytes.removeLast(bytes.count - start) }
            }
        }
        return bytes
    }
}
