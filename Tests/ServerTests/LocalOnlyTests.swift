import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@testable import LedgerServer

/// A ledger without keys and the web pages that a browser on its machine shows.
@Suite("Web pages")
struct LocalOnlyTests {
    @Test(
        "This machine's own names are served",
        arguments: [
            "localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "127.9.9.9:80", "[::1]",
            "[::1]:8080",
        ]
    )
    func own(_ host: String) async throws {
        #expect(try await status("Host: \(host)\r\n") == 200)
        #expect(try await status("Host: localhost\r\nOrigin: http://\(host)\r\n") == 200)
        #expect(try await status("Host: localhost\r\nOrigin: https://\(host)\r\n") == 200)
    }

    @Test(
        "Every other name is refused, as a host and as a page's origin",
        arguments: [
            "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "localhost:80:80",
            "localhost:x", "10.0.0.1", "[::1", "[::2]", "[::1]x", "2130706433", "0.0.0.0",
            "x@localhost", "localhost:\u{301}80", "localhost:\u{200D}", "localhost:80:90",
        ]
    )
    func foreign(_ host: String) async throws {
        #expect(try await status("Host: \(host)\r\n") == 403)
        #expect(try await status("Host: localhost\r\nOrigin: http://\(host)\r\n") == 403)
    }

    @Test("A page without an origin of its own is refused", arguments: ["null", "file://", ""])
    func anonymous(_ origin: String) async throws {
        #expect(try await status("Host: localhost\r\nOrigin: \(origin)\r\n") == 403)
    }

    @Test(
        "What another site's page embeds or links to is refused, also without its origin",
        arguments: [("cross-site", 403), ("Cross-Site", 403), ("same-site", 200), ("none", 200)]
    )
    func embedded(site: String, status expected: Int) async throws {
        let headers = "Host: localhost\r\nSec-Fetch-Site: \(site)\r\n"
        #expect(try await status(headers) == expected)
        // A page of this machine under another of its names.
        #expect(try await status(headers + "Origin: http://127.0.0.1:3000\r\n") == 200)
    }

    @Test("With keys names don't matter: a page has no key")
    func keyed() async throws {
        let headers = "Host: evil.example\r\nOrigin: http://evil.example\r\n"
        let policy = KeyPolicy.on(KeySettings(rootHash: TransportKind.rootKey.hash))
        #expect(try await status(headers, keys: policy) == 401)
        let bearer = "Authorization: Bearer \(TransportKind.rootKey.text)\r\n"
        #expect(try await status(headers + bearer, keys: policy) == 200)
    }

    private func status(_ headers: String, keys: KeyPolicy = .off) async throws -> Int {
        let process = TestLedger(MemoryTable(), keys: keys)
        var status = 0
        try await withServer(process.api, keys: keys) { server in
            let client = try RawClient(port: server.port)
            try await client.send("GET /streams HTTP/1.1\r\n\(headers)\r\n")
            status = try await client.receive().status
        }
        return status
    }
}
