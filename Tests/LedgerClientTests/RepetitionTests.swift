import LedgerClient
import Loopback
import Testing

@Suite("Repetition of calls")
struct RepetitionTests {
    /// Answers the first request of a connection, and closes it instead of answering a second.
    private func server() -> TinyServer {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        return TinyServer(closesWhenSilent: true) { request in
            request.contains("second") ? nil : answer
        }
    }

    @Test("A publish without a key is sent once, also when the connection turns out dead")
    func once() async throws {
        let server = server()
        let client = LedgerClient(url: server.url)
        _ = try await client.call(
            "POST",
            at: ["streams", "s", "events"],
            body: Array("first".utf8)
        )
        await #expect(throws: LedgerClientError.self) {
            try await client.call(
                "POST",
                at: ["streams", "s", "events"],
                body: Array("second".utf8)
            )
        }
        #expect(server.requests.count == 2)
    }

    @Test("One with a key is sent again, a few times")
    func again() async throws {
        let server = server()
        let client = LedgerClient(url: server.url, attempts: 2)
        await #expect(throws: LedgerClientError.self) {
            try await client.call(
                "POST",
                at: ["streams", "s", "events"],
                body: Array("second".utf8),
                idempotencyKey: "k"
            )
        }
        #expect(server.requests.count >= 2)
    }
}
