import ArgumentParser
import LedgerClient
import Testing

@testable import eventledger

@Suite("Keys on the command line")
struct KeyTests {
    @Test("Scopes are listed as they are written")
    func scopes() throws {
        let key = """
            {"scopes": [{"actions": ["admin"], "streams": "*"},
            {"actions": ["publish", "consume"], "streams": "orders-*"}]}
            """
        let text = KeyCommand.scopes(of: try JSONValue(Array(key.utf8)))
        #expect(text == "admin:* publish,consume:orders-*")
    }

    @Test("A refused key is told where keys come from, a missing scope speaks for itself")
    func hints() {
        func hint(_ status: Int, code: String) -> String {
            LedgerClientError.refused(status: status, code: code, message: "m", details: []).hint
        }
        #expect(hint(401, code: "unauthorized").contains("EVENTLEDGER_API_KEY"))
        #expect(hint(403, code: "forbidden").isEmpty)
    }

    @Test(
        "Options that can't be are refused before anything starts",
        arguments: [
            ["serve", "--root-key-hash", "abc"], ["serve", "--tls-cert", "c.pem"],
            [
                "serve", "--root-key-hash", String(repeating: "0", count: 64),
                "--requests-per-second=-1",
            ],
            ["stream", "list", "--api-key", "elk_"],
            ["key", "create", "--name", "x", "--scope", "a:b"],
            ["key", "create", "--name", "x"],
        ]
    )
    func refused(_ arguments: [String]) async {
        await #expect(throws: (any Error).self) {
            var command = try EventLedger.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        }
    }
}
