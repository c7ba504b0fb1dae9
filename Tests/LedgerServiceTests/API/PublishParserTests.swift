import LedgerCore
import Testing

@testable import LedgerService

/// The events that each form of a body is parsed to, and the name that each fault gets.
///
/// Random bodies are in `PublishParserTests+Walk.swift`.
@Suite("Publish parser")
struct PublishParserTests {
    // MARK: Forms

    @Test("Every form of a body is parsed to the same events", arguments: forms)
    func form(_ body: String, kind: MediaType) throws {
        let batch = try parse(body, as: kind)
        #expect(
            batch.parsed == [ParsedEvent(key: "a", data: "1"), ParsedEvent(key: "b", data: "2")]
        )
        #expect(!batch.isAtomic && batch.expectedOffset == nil)
    }

    @Test("A body that is one event is a batch of one, also as a line without an end")
    func single() throws {
        let event = #"{"key":"k","type":"order.placed","data":{"a":1},"headers":{"h":"v"}}"#
        let expected = ParsedEvent(
            key: "k",
            type: "order.placed",
            data: #"{"a":1}"#,
            headers: [("h", "v")]
        )
        for kind in [MediaType.json, .ndjson] {
            #expect(try parse(event, as: kind).parsed == [expected])
            #expect(try parse(" \t\(event)\r", as: kind).parsed == [expected])
        }
    }

    @Test("An object with events may say what must hold for all of them", arguments: options)
    func option(_ members: String, isAtomic: Bool, expectedOffset: Int64?) throws {
        for body in ["{\(members),\"events\":[\(good)]}", "{\"events\":[\(good)],\(members)}"] {
            let batch = try parse(body)
            #expect(batch.parsed == [ParsedEvent(key: "k", data: "1")])
            #expect(batch.isAtomic == isAtomic)
            #expect(batch.expectedOffset?.rawValue == expectedOffset)
        }
    }

    // MARK: Fields

    @Test("Names and texts are what their escapes stand for, in every event of a batch")
    func escapes() throws {
        let event =
            #"{"\u006bey":"\u0061\n","typ\u0065":"\ud83d\ude00","data":0,"headers":{"\"":"\\"}}"#
        let expected = ParsedEvent(key: "a\n", type: "😀", data: "0", headers: [("\"", "\\")])
        let plain = ParsedEvent(key: "k", data: "1")
        #expect(try parse("[\(event),\(good),\(event)]").parsed == [expected, plain, expected])
        let lines = try parse("\(event)\n\(good)\n\(event)\n", as: .ndjson)
        #expect(lines.parsed == [expected, plain, expected])
        // Strings without escapes are where they were sent; only the others take room of their own.
        #expect(try parse(good).bytes.count == good.utf8.count)
        #expect(lines.bytes.count == 2 * event.utf8.count + good.utf8.count + 3 + 2 * (2 + 4 + 1))
    }

    @Test("Data is the text as sent, without the blanks around it", arguments: dataTexts)
    func data(_ data: String) throws {
        let body = "{\"data\":\(data),\"key\":\"k\",\"type\":\"t\"}"
        #expect(try parse(body).parsed == [ParsedEvent(key: "k", data: data)])
        let spaced = "[{\"key\":\"k\",\"type\":\"t\",\"data\": \t\r\n\(data)\n }]"
        #expect(try parse(spaced).parsed == [ParsedEvent(key: "k", data: data)])
    }

    @Test("Data that is null has no text, which deletes the key; a text that says null has one")
    func tombstone() throws {
        for kind in [MediaType.json, .ndjson] {
            let batch = try parse(event(data: "null "), as: kind)
            #expect(batch.parsed == [ParsedEvent(key: "k", data: "")])
            let text = try parse(event(data: "\"null\""), as: kind)
            #expect(text.parsed == [ParsedEvent(key: "k", data: "\"null\"")])
        }
    }

    @Test("Each event has its own headers, in their order, and an empty object is none")
    func headers() throws {
        let batch = try parse(
            """
            [\(event(rest: #","headers":{"b":"1","a":""}"#)),\(event(rest: #","headers":{}"#)),
            \(good),\(event(rest: #","headers":{"a":"2"}"#))]
            """
        )
        #expect(
            batch.parsed.map(\.headers) == [
                .of([("b", "1"), ("a", "")]), nil, nil, .of([("a", "2")]),
            ]
        )
        #expect(batch.headers.count == 2)
    }

    @Test("Names of headers are the same by their bytes, not by how they look")
    func headerNames() throws {
        let names = [("e\u{301}", "1"), ("\u{e9}", "2"), ("E\u{301}", "3")]
        let members = names.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
        let batch = try parse(event(rest: ",\"headers\":{\(members)}"))
        #expect(batch.parsed.first?.headers == .of(names))
    }

    // MARK: Faults

    @Test("A fault of an event names the field, with the event's place and its line")
    func eventFaults() {
        for fault in EventFault.all {
            let good = event()
            expect(fault.error(), in: fault.text)
            expect(fault.error(in: 1), in: "[\(good),\(fault.text),\(good)]")
            expect(fault.error(in: 0), in: "{\"atomic\":true,\"events\":[\(fault.text)]}")
            let lines = "\(good)\n \t\r\n\(fault.text)\n\(good)\n"
            expect(.inLine(3, fault.error(in: 1)), in: lines, as: .ndjson)
        }
    }

    @Test("A fault of the whole body names the body or the member", arguments: bodyFaults)
    func bodyFault(_ body: String, field: String, message: String) {
        expect(.invalid(field: field, message: message), in: body)
    }

    @Test(
        "A fault of a line's JSON names its event and the byte in the line",
        arguments: lineFaults
    )
    func lineFault(_ line: String, message: String) {
        let error = LedgerError.invalid(field: "events[1]", message: message)
        expect(.inLine(4, error), in: "\n\(good)\n\n\(line)\n\(good)", as: .ndjson)
    }

    @Test("Lines without an event are as good as no body")
    func noLines() {
        let error = LedgerError.invalid(
            field: "events",
            message: "is empty: publish at least one event"
        )
        for body in ["", "\n", "\n\n \t\r\n"] { expect(error, in: body, as: .ndjson) }
    }

    @Test("Bytes that are no UTF-8 are refused wherever they stand", arguments: noUTF8)
    func invalidUTF8(_ bytes: [UInt8]) {
        for body in ["{\"key\":\"k*\",", "{\"k*", "[{\"data\":\"*\"", "{\"headers\":{\"*", "[]*"] {
            let start = Array(body.utf8.prefix { $0 != UInt8(ascii: "*") })
            let rest = Array(body.utf8.dropFirst(start.count + 1))
            let message = "is not as it should be: invalid UTF-8 at byte \(start.count)"
            expect(.invalid(field: "body", message: message), in: start + bytes + rest, as: .json)
            let lines = Array("\(good)\n".utf8) + start + bytes + rest
            let inLine = LedgerError.invalid(field: "events[1]", message: message)
            expect(.inLine(2, inLine), in: lines, as: .ndjson)
        }
    }

    @Test("A name that is repeated in an error is cut, however few characters it has")
    func longNames() {
        let name = "a" + String(repeating: "\u{301}", count: 10_000)
        let cut = "a" + String(repeating: "\u{301}", count: 39)
        expect(.invalid(field: cut, message: "is an unknown field"), in: "{\"\(name)\":1}")
        expect(
            .invalid(field: "events[0].\(cut)", message: "is an unknown field"),
            in: "[{\"\(name)\":1}]"
        )
        expect(
            .invalid(field: "headers.\(cut)", message: "must be a string"),
            in: "{\"headers\":{\"\(name)\":1}}"
        )
    }

    // MARK: Limits

    @Test("A key has 1 to 512 bytes of text, a type 1 to 255, however they are written")
    func lengths() throws {
        for (spelling, bytes) in [("k", 1), ("é", 2), (#"\u00e9"#, 2), (#"\ud83d\ude00"#, 4)] {
            let key = String(repeating: spelling, count: 512 / bytes)
            #expect(try parse(event(key: key)).parsed.first?.key.count == 512)
            let message = "must be 1 to 512 bytes of UTF-8; it has 513"
            expect(
                .invalidEventKey(field: "key", message: message),
                in: event(key: key + "k")
            )
        }
        for type in [String(repeating: "t", count: 255), String(repeating: #"\u00e9"#, count: 127)]
        {
            #expect(try parse(event(type: type)).events.count == 1)
        }
        let message = "must be 1 to 255 bytes of UTF-8 without control characters; it has 256"
        for type in [String(repeating: "t", count: 256), String(repeating: #"\u00e9"#, count: 128)]
        {
            expect(
                .invalid(field: "type", message: message, limit: 255),
                in: event(type: type)
            )
        }
    }

    @Test("An event has at most 32 headers, and data at most 128 levels")
    func counts() throws {
        func headers(_ count: Int) -> String {
            let members = (0..<count).map { "\"h\($0)\":\"\"" }.joined(separator: ",")
            return event(rest: ",\"headers\":{\(members)}")
        }
        #expect(try parse(headers(32)).headers.first?.count == 32)
        expect(
            .invalid(field: "headers", message: "has more than 32 entries", limit: 32),
            in: headers(33)
        )
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try parse("[\(event(data: nested(128)))]").events.first?.data.count == 256)
        expect(
            .invalid(
                field: "events[0].data",
                message: "is nested more than 128 deep",
                limit: 128
            ),
            in: "{\"events\":[\(event(data: nested(129)))]}"
        )
    }

    @Test("Key, type, data and headers of an event are at most 256 KB together")
    func eventSize() throws {
        let limit = 262_144
        func text(_ count: Int) -> String { "\"\(String(repeating: "x", count: count - 2))\"" }
        let rest = #","headers":{"h\u0061":"\n","":"vw"}"#
        for (fields, room) in [
            (("k", "t", ""), limit - 2), ((#"\u006b"#, "tt", ""), limit - 3),
            (("k", "t", rest), limit - 2 - 5),
        ] {
            let (key, type, rest) = fields
            let largest = event(key: key, type: type, data: text(room), rest: rest)
            #expect(try parse("[ \(largest) ]").events.first?.data.count == room)
            let larger = event(key: key, type: type, data: " " + text(room + 1), rest: rest)
            expect(.tooLarge(field: "event", limit: limit, size: limit + 1), in: larger)
            let second = LedgerError.tooLarge(field: "events[1]", limit: limit, size: limit + 1)
            expect(second, in: "[\(good),\(larger)]")
            expect(.inLine(2, second), in: "\(good)\n\(larger)", as: .ndjson)
        }
    }

    @Test("A body has at most 10,000 events, in either form")
    func eventCount() throws {
        let events = [String](repeating: good, count: 10_000)
        let error = LedgerError.invalid(
            field: "events",
            message: "has more than 10000 entries",
            limit: 10_000
        )
        #expect(try parse("[\(events.joined(separator: ","))]").events.count == 10_000)
        expect(error, in: "[\(events.joined(separator: ",")),1]")
        let lines = events.joined(separator: "\n")
        #expect(try parse(lines + "\n\n", as: .ndjson).events.count == 10_000)
        expect(.inLine(10_002, error), in: "\(lines)\n\n1", as: .ndjson)
    }
}

// MARK: - Cases

private let good = event()

private let forms: [(String, MediaType)] = {
    let a = #"{"key":"a","type":"t","data":1}"#
    let b = #"{"data":2,"type":"t","headers":{},"key":"b"}"#
    return [
        ("[\(a),\(b)]", .json), (" [ \(a) ,\n\(b) ] ", .json),
        ("{\"events\":[\(a),\(b)]}", .json), ("\n{ \"events\" : [ \(a), \(b) ] }", .json),
        ("\(a)\n\(b)", .ndjson), ("\(a)\n\(b)\n", .ndjson), ("\n\(a)\r\n\n\t\n \(b) \r\n", .ndjson),
    ]
}()

private let options: [(String, Bool, Int64?)] = [
    (#""atomic":true"#, true, nil), (#""atomic": false"#, false, nil),
    (#""expected_offset":0"#, false, 0), (#""expected_offset": 1.2e1"#, false, 12),
    (#""expected_offset":9223372036854775807"#, false, .max),
    (#""atomic":true,"expected_offset":3"#, true, 3),
    (#""\u0065xpected_offset":3,"atomic":true"#, true, 3),
]

private let dataTexts = [
    "0", "-0", "1.0", "1e400", "123456789012345678901", "true", "false", "[]", "{}", "\"\"",
    #""\u0041\/\ud83d\ude00""#, #""\ud800""#, "\"é𝄞\"", #"{ "b" : 1,  "a":[null],"b":2 }"#,
]

private let bodyFaults: [(String, String, String)] = {
    let event = good
    let end = event.utf8.count
    let wrong = "is not as it should be: "
    let noBody = "must be an event, an object with events, or an array"
    let number = "must be an integer"
    let whole = "must be an integer of at most 63 bits"
    return [
        ("", "body", wrong + "unexpected end of the document at byte 0"),
        ("  ", "body", wrong + "unexpected end of the document at byte 2"),
        ("x", "body", wrong + "unexpected byte 0x78 at byte 0"),
        ("\u{feff}" + event, "body", wrong + "byte order mark at byte 0"),
        ("null", "body", noBody), ("1", "body", noBody), ("\"a\"", "body", noBody),
        ("true", "body", noBody),
        (event + "x", "body", wrong + "unexpected bytes after the value at byte \(end)"),
        ("[\(event)]]", "body", wrong + "unexpected bytes after the value at byte \(end + 2)"),
        ("[\(event)", "body", wrong + "unexpected end of the document at byte \(end + 1)"),
        ("[\(event),]", "body", wrong + "unexpected byte 0x5D at byte \(end + 2)"),
        ("[\(event) \(event)]", "body", wrong + "unexpected byte 0x7B at byte \(end + 2)"),
        ("{\"key\" \"k\"}", "body", wrong + "unexpected byte 0x22 at byte 7"),
        (#"{"\ud800":1}"#, "body", wrong + "lone surrogate escape in a string at byte 2"),
        (#"[{"\ud800":1}]"#, "body", wrong + "lone surrogate escape in a string at byte 3"),
        (#"{"data":"\x"}"#, "body", wrong + "invalid escape in a string at byte 9"),
        ("{\"data\":01}", "body", wrong + "invalid number at byte 9"),
        ("{\"key\":\"\n\"}", "body", wrong + "unescaped control character in a string at byte 8"),
        ("[]", "events", "is empty: publish at least one event"),
        ("{\"events\":[]}", "events", "is empty: publish at least one event"),
        ("{\"events\":null}", "events", "must be an array"),
        ("{\"events\":\(event)}", "events", "must be an array"),
        ("{\"atomic\":true}", "events", "is missing"),
        ("{\"expected_offset\":0}", "events", "is missing"),
        ("{\"events\":[\(event)],\"events\":[\(event)]}", "events", "is given twice"),
        ("{\"atomic\":true,\"at\\u006fmic\":true}", "atomic", "is given twice"),
        ("{\"expected_offset\":0,\"expected_offset\":0}", "expected_offset", "is given twice"),
        ("{\"atomic\":1}", "atomic", "must be true or false"),
        ("{\"atomic\":null}", "atomic", "must be true or false"),
        ("{\"expected_offset\":-1}", "expected_offset", "must not be negative"),
        ("{\"expected_offset\":null}", "expected_offset", number),
        ("{\"expected_offset\":\"1\"}", "expected_offset", number),
        ("{\"expected_offset\":0.5}", "expected_offset", whole),
        ("{\"expected_offset\":9223372036854775808}", "expected_offset", whole),
        // The first member tells the form, and none of the other may follow.
        ("{\"key\":\"k\",\"events\":[]}", "events", "is an unknown field"),
        ("{\"headers\":{},\"atomic\":true}", "atomic", "is an unknown field"),
        ("{\"events\":[],\"key\":\"k\"}", "key", "is an unknown field"),
        ("{\"atomic\":true,\"extra\":1}", "extra", "is an unknown field"),
    ]
}()

private let lineFaults: [(String, String)] = [
    ("[]", "must be an object"), ("1", "must be an object"), ("null", "must be an object"),
    ("{", "is not as it should be: unexpected end of the document at byte 1"),
    ("}", "is not as it should be: unexpected byte 0x7D at byte 0"),
    (
        good + "]",
        "is not as it should be: unexpected bytes after the value at byte \(good.utf8.count)"
    ),
    (
        good + good,
        "is not as it should be: unexpected bytes after the value at byte \(good.utf8.count)"
    ),
    ("\u{feff}" + good, "is not as it should be: byte order mark at byte 0"),
    (#" {"\ud800":1}"#, "is not as it should be: lone surrogate escape in a string at byte 3"),
]

/// By the table of well-formed sequences: alone, cut off, overlong, a surrogate, beyond the last.
private let noUTF8: [[UInt8]] = [
    [0x80], [0xff], [0xc3], [0xc0, 0xaf], [0xe2, 0x82], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80],
    [0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80],
]

/// An event with something wrong about one of its fields, whatever stands around it.
private struct EventFault {
    let text: String
    let field: String
    let message: String
    var limit: Int?
    var isOfKey = false

    /// The error that names the field; `place` is the event's in the batch, nil when it is alone.
    func error(in place: Int? = nil) -> LedgerError {
        let name = place.map { "events[\($0)].\(field)" } ?? field
        return isOfKey
            ? .invalidEventKey(field: name, message: message)
            : .invalid(field: name, message: message, limit: limit)
    }

    static let all = keys + types + otherFields + unknown

    private static let keys =
        [
            ("{}", "is missing"), (#"{"type":"t","data":1}"#, "is missing"),
            (#"{"key":null}"#, "must be a string"), (#"{"key":1}"#, "must be a string"),
            (#"{"key":["k"]}"#, "must be a string"),
            (#"{"key":""}"#, "must be 1 to 512 bytes of UTF-8; it has 0"),
            (#"{"key":"\ud800"}"#, "holds half of a surrogate pair"),
            (#"{"key":"\udc00\ud800"}"#, "holds half of a surrogate pair"),
            (#"{"key":"\ud83dx"}"#, "holds half of a surrogate pair"),
        ].map { EventFault(text: $0, field: "key", message: $1, isOfKey: true) }

    private static let types =
        [
            (#"{"key":"k","data":1}"#, "is missing", nil),
            (#"{"type":null}"#, "must be a string", nil),
            (#"{"type":{}}"#, "must be a string", nil),
            (#"{"type":"\ude00"}"#, "holds half of a surrogate pair", nil),
            (#"{"type":""}"#, length(0), 255), (#"{"type":"a\u0000"}"#, length(2), 255),
            (#"{"type":"\t"}"#, length(1), 255), (#"{"type":"\u007f"}"#, length(1), 255),
            (#"{"type":"\u009f"}"#, length(2), 255),
        ].map { EventFault(text: $0, field: "type", message: $1, limit: $2) }

    private static func length(_ bytes: Int) -> String {
        "must be 1 to 255 bytes of UTF-8 without control characters; it has \(bytes)"
    }

    private static let otherFields =
        [
            (#"{"key":"k","type":"t"}"#, "data", "is missing (null deletes the key)"),
            (#"{"headers":null}"#, "headers", "must be an object"),
            (#"{"headers":[]}"#, "headers", "must be an object"),
            (#"{"headers":{"a":null}}"#, "headers.a", "must be a string"),
            (#"{"headers":{"a":"1","b":2}}"#, "headers.b", "must be a string"),
            (#"{"headers":{"a":"\udfff"}}"#, "headers.a", "holds half of a surrogate pair"),
            (#"{"headers":{"\ud800":"1"}}"#, "headers", "has a name with half of a surrogate pair"),
            (#"{"headers":{"a":"1","\u0061":"2"}}"#, "headers.a", "is given twice"),
            (#"{"key":"a","k\u0065y":"a"}"#, "key", "is given twice"),
            (#"{"type":"a","type":"a"}"#, "type", "is given twice"),
            (#"{"data":null,"data":null}"#, "data", "is given twice"),
            (#"{"headers":{},"headers":{}}"#, "headers", "is given twice"),
        ].map { EventFault(text: $0, field: $1, message: $2) }

    private static let unknown = ["extra", "Key", "keys", "offset", "timestamp"].flatMap { name in
        [
            EventFault(text: "{\"\(name)\":1}", field: name, message: "is an unknown field"),
            EventFault(
                text: event(rest: ",\"\(name)\":1"),
                field: name,
                message: "is an unknown field"
            ),
        ]
    }
}

private func event(
    key: String = "k",
    type: String = "t",
    data: String = "1",
    rest: String = ""
) -> String {
    "{\"key\":\"\(key)\",\"type\":\"\(type)\",\"data\":\(data)\(rest)}"
}

private func parse(_ body: String, as kind: MediaType = .json) throws(LedgerError) -> PublishBatch {
    try PublishParser.parse(Array(body.utf8), as: kind)
}

private func expect(
    _ error: LedgerError,
    in body: String,
    as kind: MediaType = .json,
    sourceLocation place: SourceLocation = #_sourceLocation
) {
    expect(error, in: Array(body.utf8), as: kind, sourceLocation: place)
}

private func expect(
    _ error: LedgerError,
    in body: [UInt8],
    as kind: MediaType,
    sourceLocation place: SourceLocation = #_sourceLocation
) {
    let found = #expect(throws: LedgerError.self, sourceLocation: place) {
        try PublishParser.parse(body, as: kind)
    }
    let text = String(decoding: body.prefix(100), as: UTF8.self)
    #expect(found?.ofField == error, "\(text)", sourceLocation: place)
}

extension LedgerError {
    /// A fault of the JSON as the fault of a field that it is answered as.
    fileprivate var ofField: LedgerError {
        switch self {
        case .malformed(let field, _):
            .invalid(field: field, message: ErrorAnswer(self).reason(field))
        case .inLine(let number, let error): .inLine(number, error.ofField)
        default: self
        }
    }
}

extension ErrorAnswer {
    /// The message without the field at its beginning.
    fileprivate func reason(_ field: String) -> String {
        String(message.trimmingPrefix(field + " "))
    }
}
