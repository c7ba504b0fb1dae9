import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

/// No byte of an event is changed on its way through a command.
@Suite("Bytes")
struct ByteTests {
    /// Text that a careless tool takes for the end of a line, or for another text.
    private static let delicate = "\"a\u{2028}b\u{2029}c\u{85}d\\u000be\u{301}f\u{feff}g\\ud800\""

    @Test("Events are printed byte for byte, and only a line break ends a line")
    func lines() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        let data = Self.delicate
        let key = "k\u{2028}\u{85}e\u{301}"
        try await ledger.done("publish", "orders", "--key", key, "--type", "t", "--data", data)
        try await ledger.done("stream", "compact", "orders")
        try await ledger.done(
            "subscription",
            "create",
            "orders",
            "ship",
            "--start-from",
            "earliest"
        )
        let commands = [
            ["read", "orders", "--json"], ["compacted", "orders", "--json"],
            ["compacted", "orders", key, "--json"],
            ["tail", "orders", "--from", "earliest", "--limit", "1", "--json"],
            ["tail", "orders", "--subscription", "ship", "--limit", "1", "--json"],
            ["export", "orders"],
        ]
        for command in commands {
            let outcome = try await ledger.run(command, input: [])
            #expect(outcome.status == 0, "\(outcome)")
            let line = Array(outcome.bytes.split(separator: UInt8(ascii: "\n")).last ?? [])
            let event = try #require(EventSlices(line: line), "\(command): \(outcome)")
            #expect(event.data == Array(data.utf8), "\(command): \(outcome)")
            #expect(event.keyBytes == Array(key.utf8), "\(command): \(outcome)")
        }
        await ledger.stop()
    }

    @Test("Data with a line break in it is there on one line and as it was")
    func lineBreak() throws {
        let data = "{\"a\":\r\n [1,\n2]}"
        let event = "{\"partition\":0,\"offset\":0,\"key\":\"k\",\"type\":\"t\",\"data\":\(data)}"
        let line = EventLines.line(Array(event.utf8))
        let expected =
            "{\"partition\":0,\"offset\":0,\"key\":\"k\",\"type\":\"t\",\"data\":{\"a\":   [1, 2]}"
            + ",\"data_text\":\"{\\\"a\\\":\\r\\n [1,\\n2]}\"}"
        #expect(String(decoding: line, as: UTF8.self) == expected)
        #expect(EventSlices(line: line)?.data == Array(data.utf8))
        let plain = Array("{\"data\":\"\u{2028}\u{85}\"}".utf8)
        #expect(EventLines.line(plain) == plain)
    }

    @Test("A header ends its name at the first = whatever follows it")
    func header() throws {
        let parts = try #require(Publish.parts(of: "a=\u{301}=b"))
        #expect(Array(parts.name.utf8) == Array("a".utf8))
        #expect(Array(parts.value.utf8) == Array("\u{301}=b".utf8))
        #expect(Publish.parts(of: "=")?.value == "" && Publish.parts(of: "none") == nil)
    }

    @Test("Arguments and variables that are no text are refused, not repaired")
    func noText() async throws {
        let publish = "eventledger publish s --type t --data 1 --key"
        let key = try await CommandLine.shell("\(publish) \"$(printf '\\377')\"")
        #expect(key.status == 64 && key.errors.contains("Argument 8 is no valid UTF-8"), "\(key)")
        let variable = try await CommandLine.shell(
            "export EVENTLEDGER_URL=\"$(printf 'http://h/\\377')\"; eventledger stream list"
        )
        #expect(variable.status == 64, "\(variable)")
        #expect(variable.errors.contains("EVENTLEDGER_URL is no valid UTF-8"), "\(variable)")
    }

    @Test("JSON is the same where its bytes are, not where it looks alike")
    func equality() throws {
        func value(_ text: String) throws -> JSONValue { try JSONValue(Array(text.utf8)) }
        #expect(try value("{\"\u{e9}\":\"\u{e9}\"}") != value("{\"e\u{301}\":\"\u{e9}\"}"))
        #expect(try value("\"\u{e9}\"") != value("\"e\u{301}\""))
        #expect(try value("[1, \"\\u00e9\"]") == value("[1,\"\u{e9}\"]"))
        let names = try value("{\"e\u{301}\":1,\"\u{e9}\":2}")
        #expect(names.text("\u{e9}") == "2" && names.raw("\u{e9}") == Array("2".utf8))
    }
}
