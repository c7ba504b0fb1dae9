import LedgerCore
import LedgerServer
import LedgerService
import Testing

/// Pages of other hosts that were let in (CORS).
@Suite("Pages of allowed origins")
struct CrossOriginTests {
    private static let console = "https://console.example"
    private static let preflight =
        "OPTIONS /streams HTTP/1.1\r\nHost: localhost\r\n"
        + "Access-Control-Request-Method: POST\r\nOrigin: "

    @Test(
        "An answer names the page that may see it",
        arguments: [
            ([console], "https://console.example"), (["http://*"], "http://x:8080"),
            (["https://*", "http://a"], "https://y"),
        ]
    )
    func named(allowed origins: [String], origin: String) async throws {
        try await withServer(StubHandler.echo, corsOrigins: origins) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/x", headers: "Origin: \(origin)\r\n"))
            let answer = try await client.receive()
            #expect(answer.status == 200)
            #expect(answer.header("access-control-allow-origin") == origin)
            #expect(answer.header("access-control-expose-headers") == "retry-after")
            #expect(answer.header("vary") == "origin")
            try await client.send(Self.preflight + "\(origin)\r\n\r\n")
            let asked = try await client.receive()
            #expect(asked.status == 204)
            #expect(asked.header("access-control-allow-origin") == origin)
            #expect(asked.header("access-control-allow-methods") == "DELETE,GET,PATCH,POST")
            #expect(
                asked.header("access-control-allow-headers")
                    == "authorization,content-encoding,content-type,idempotency-key"
            )
            #expect(asked.header("access-control-max-age") == "3600")
            // What no page sent has no use for it.
            try await client.send(get("/x"))
            #expect(try await client.receive().header("access-control-allow-origin") == nil)
        }
    }

    @Test("Every page is every page")
    func all() async throws {
        try await withServer(StubHandler.echo, corsOrigins: ["*"]) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/x", headers: "Origin: https://any\r\n"))
            let answer = try await client.receive()
            #expect(answer.header("access-control-allow-origin") == "*")
            #expect(answer.header("vary") == nil)
        }
    }

    @Test(
        "Others see nothing",
        arguments: ["https://console.example.evil", "http://console.example", "null", ""]
    )
    func others(_ origin: String) async throws {
        try await withServer(StubHandler.echo, corsOrigins: [Self.console]) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/x", headers: "Origin: \(origin)\r\n"))
            let answer = try await client.receive()
            #expect(answer.status == 403)
            #expect(answer.header("access-control-allow-origin") == nil)
        }
        let keys = KeyPolicy.on(KeySettings(rootHash: TransportKind.rootKey.hash))
        try await withServer(StubHandler.echo, keys: keys, corsOrigins: [Self.console]) { server in
            let client = try RawClient(port: server.port)
            try await client.send(Self.preflight + "\(origin)\r\n\r\n")
            let answer = try await client.receive()
            #expect(answer.header("access-control-allow-methods") == nil)
            #expect(answer.header("access-control-allow-origin") == nil)
        }
    }

    @Test("Without a list there are no such headers")
    func off() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(Self.preflight + "http://localhost\r\n\r\n")
            let answer = try await client.receive()
            #expect(answer.text == "OPTIONS /streams?\norigin: http://localhost\n")
            #expect(answer.header("access-control-allow-origin") == nil)
        }
    }
}
