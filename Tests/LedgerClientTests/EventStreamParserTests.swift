import LedgerTesting
import Testing

@testable import LedgerClient

@Suite("The parser of event streams")
struct EventStreamParserTests {
    private static func parse(
        _ parts: [[UInt8]],
        by parser: inout EventStreamParser
    ) throws -> [ServerSentEvent] {
        try parts.flatMap { part in
            try part.withUnsafeBufferPointer { try parser.parse($0) }
        }
    }

    private static func events(_ text: String) throws -> [ServerSentEvent] {
        var parser = EventStreamParser()
        return try parse([Array(text.utf8)], by: &parser)
    }

    private static func event(
        _ data: String,
        name: String = "message",
        id: String = "",
        after previousID: String? = nil
    ) -> ServerSentEvent {
        ServerSentEvent(name: name, data: Array(data.utf8), id: id, previousID: previousID)
    }

    @Test("Fields make events, and everything else is passed over")
    func fields() throws {
        let table: [(String, [ServerSentEvent])] = [
            ("data: a\n\n", [Self.event("a")]),
            ("data:a\n\ndata:  b\n\n", [Self.event("a"), Self.event(" b")]),
            (
                "event: page\ndata: a\n\ndata: b\n\n",
                [Self.event("a", name: "page"), Self.event("b")]
            ),
            ("data: a\ndata: b\ndata\ndata: c\n\n", [Self.event("a\nb\n\nc")]),
            ("data\n\n", [Self.event("")]),
            ("data\ndata\n\n", [Self.event("\n")]),
            (": comment\n\n:\n\ndata: a:b\n: c\n\n", [Self.event("a:b")]),
            ("event: page\n\ndata: a\n\n", [Self.event("a")]),
            ("unknown: x\nDATA: y\n data: z\ndata: a\n\n", [Self.event("a")]),
            ("data: a\n", []), ("data: a", []), ("", []), ("\n\n\n", []),
            ("\u{feff}data: a\n\n\u{feff}data: b\n\n", [Self.event("a")]),
        ]
        for (text, expected) in table {
            #expect(try Self.events(text) == expected, "\(text)")
        }
    }

    @Test("An id stands until the next one, also one that came without an event")
    func ids() throws {
        let text =
            "data: a\n\nid: 1\n\ndata: b\n\nid: 2\ndata: c\n\nid: 3\u{0}\ndata: d\n\nid\ndata: e\n\n"
        #expect(
            try Self.events(text) == [
                Self.event("a"), Self.event("b", id: "1", after: "1"),
                Self.event("c", id: "2", after: "1"), Self.event("d", id: "2", after: "2"),
                Self.event("e", id: "", after: "2"),
            ]
        )
        var parser = EventStreamParser(after: "0")
        #expect(parser.lastEventID == "0")
        // What no empty line ends did not come.
        _ = try Self.parse([Array("id: 1\n\nid: 2\ndata: x\n".utf8)], by: &parser)
        #expect(parser.lastEventID == "1")
        parser = parser.forNextStream
        let next = try Self.parse([Array("data: y\n\n".utf8)], by: &parser)
        #expect(next == [Self.event("y", id: "1", after: "1")])
    }

    @Test("A pause is kept when it is a number, for the streams that follow, too")
    func retry() throws {
        var parser = EventStreamParser()
        _ = try Self.parse([Array("retry: 1.5\nretry: -1\nretry:\nretry: x\n\n".utf8)], by: &parser)
        #expect(parser.retry == nil)
        _ = try Self.parse([Array("retry: 1500\n".utf8)], by: &parser)
        #expect(parser.retry == .milliseconds(1500))
        _ = try Self.parse([Array("retry: 99999999999999999999\n".utf8)], by: &parser)
        #expect(parser.forNextStream.retry == .milliseconds(1500))
    }

    @Test("An event or a line that is too long is refused")
    func tooLong() throws {
        let table = [
            ("data: 1234567890", true), ("data: 12345678901", false),
            (":234567890123456", true), (":2345678901234567", false),
            ("data: 1234567\ndata: 12345678\n\n", true),
            ("data: 1234567\ndata: 123456789\n\n", false),
            ("data: 1234567\n\ndata: 123456789\n\n", true),
        ]
        for (text, isTaken) in table {
            var parser = EventStreamParser(longest: 16)
            do {
                _ = try Self.parse([Array(text.utf8)], by: &parser)
                #expect(isTaken, "\(text)")
            } catch is EventStreamParser.TooLong {
                #expect(!isTaken, "\(text)")
            }
        }
    }

    @Test("Lines end with CR, LF or both, wherever the stream is divided")
    func ends() throws {
        let lines = [
            "\u{feff}id: 1", "event: page", "data: a", "data: é", "", ": c", "", "id: 2", "",
        ]
        let expected = [Self.event("a\né", name: "page", id: "1")]
        for end in ["\n", "\r", "\r\n"] {
            let bytes = Array((lines.joined(separator: end) + end).utf8)
            for first in bytes.indices {
                for second in first..<bytes.count {
                    var parser = EventStreamParser()
                    let parts = [
                        Array(bytes[..<first]), Array(bytes[first..<second]),
                        Array(bytes[second...]),
                    ]
                    let events = try Self.parse(parts, by: &parser)
                    #expect(events == expected, "\(end.utf8.map(\.self)) \(first) \(second)")
                    #expect(parser.lastEventID == "2")
                }
            }
        }
    }

    @Test(
        "However a stream is divided, it has the same events",
        arguments: RandomSeed.cases(200)
    )
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "data", "id", "event", "retry", ":", " ", "x", "7", "\n", "\r", "\r\n", "\n\n",
        ]
        var text = ""
        for _ in 0..<200 { text += pieces.randomElement(using: &random) ?? "" }
        let bytes = Array(text.utf8)
        var whole = EventStreamParser()
        let expected = try Self.parse([bytes], by: &whole)
        var parser = EventStreamParser()
        var rest = bytes[...]
        var events: [ServerSentEvent] = []
        while !rest.isEmpty {
            let part = rest.prefix(Int.random(in: 0...4, using: &random))
            events += try Self.parse([Array(part)], by: &parser)
            rest = rest.dropFirst(part.count)
        }
        #expect(events == expected && parser.lastEventID == whole.lastEventID)
        #expect(parser.retry == whole.retry)
    }
}
