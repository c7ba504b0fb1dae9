import LedgerClient
import Testing

@testable import eventledger

@Suite("Command line")
struct OutputTests {
    @Test("Columns are aligned, numbers to the right")
    func table() {
        var table = Table("NAME", "COUNT")
        table.add("a", "5")
        table.add("longer", "12345")
        #expect(table.text == "NAME    COUNT\na           5\nlonger  12345\n")
    }

    @Test("What was compacted is a table, one partition a line")
    func progress() throws {
        let answer = "{\"partitions\":[{\"partition\":0,\"compacted_up_to\":12}]}"
        let text = StreamCommand.progress(try JSONValue(Array(answer.utf8)))
        #expect(text == "PARTITION  COMPACTED UP TO\n        0               12\n")
    }

    @Test("Control characters can't reach the terminal")
    func control() {
        #expect(Table.printable("a\u{1b}[31m\u{202e}é") == "a\\u{1b}[31m\\u{202e}é")
    }

    @Test("Exit codes tell a refusal from trouble")
    func exitCodes() {
        func code(_ status: Int) -> Int32 {
            LedgerClientError.refused(status: status, code: "c", message: "m", details: []).exitCode
        }
        #expect(code(404) == 1 && code(409) == 1 && code(503) == 3 && code(429) == 3)
        #expect(LedgerClientError.unreachable(url: "u", message: "m").exitCode == 3)
        #expect(LedgerClientError.unknownOutcome(message: "m").exitCode == 3)
    }

    @Test("A tree of JSON keeps numbers and bytes as written")
    func tree() throws {
        let value = try JSONValue(Array("{\"a\": {\"b\": [1.50, null, \"\\u00e9\"]} }".utf8))
        #expect(value["a"]?["b"]?.elements.map(\.text) == ["1.50", nil, "é"])
        #expect(value.raw("a") == Array("{\"b\": [1.50, null, \"\\u00e9\"]}".utf8))
    }
}
