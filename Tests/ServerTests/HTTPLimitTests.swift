import LedgerServer
import LedgerService
import LedgerTesting
import Testing

@Suite struct HTTPLimitTests {
    private static let tooLarge = """
        {"error":"payload_too_large","message":"the body is larger than 4194304 bytes",\
        "details":{"field":"body","limit":4194304}}
        """

    @Test("A body that announces too much is refused before it comes")
    func announcedBody() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4194305\r\n"
                    + "Expect: 100-continue\r\n\r\n"
            )
            let response = try await client.receive()
            #expect(response.status == 413)
            #expect(response.text == Self.tooLarge)
            #expect(response.header("connection") == "close")
            #expect(response.header("content-type") == "application/json")
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test("A client that is still sending its large body can read the refusal")
    func refusalWhileSending() async throws {
        var timeouts = ConnectionTimeouts.patient
        timeouts.linger = .seconds(300)
        try await withServer(StubHandler.echo, timeouts: timeouts) { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n"
            )
            try await client.send([UInt8](repeating: 1, count: 8_000_000))
            #expect(try await client.receive().status == 413)
        }
    }

    @Test("A body in chunks is refused as soon as it is too large")
    func chunks() async throws {
        try await withServer(StubHandler.echo, limits: HTTPLimits(bodyBytes: 10)) { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "a\r\n0123456789\r\n1\r\nx\r\n"
            )
            let response = try await client.receive()
            #expect(response.status == 413)
            #expect(response.header("connection") == "close")
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test("A body of exactly the limit is taken")
    func fullBody() async throws {
        try await withServer(StubHandler.echo, limits: HTTPLimits(bodyBytes: 10)) { server in
            let client = try RawClient(port: server.port)
            try await client.send(post("/", body: "0123456789"))
            #expect(try await client.receive().status == 200)
        }
    }

    @Test("Heads and targets beyond their limits are refused, those within are taken")
    func heads() async throws {
        let cases: [(String, Int)] = [
            (get("/", headers: "X: " + String(repeating: "x", count: 33_000) + "\r\n"), 431),
            (get("/", headers: String(repeating: "X: y\r\n", count: 100)), 431),
            (get("/", headers: String(repeating: "X: y\r\n", count: 99)), 200),
            (get("/" + String(repeating: "x", count: 8192)), 414),
            (get("/" + String(repeating: "x", count: 8191)), 200),
            (get("/" + String(repeating: "x", count: 33_000)), 431),
        ]
        try await withServer(StubHandler.echo) { server in
            for (request, status) in cases {
                let client = try RawClient(port: server.port)
                try await client.send(request)
                let response = try await client.receive()
                #expect(response.status == status)
                #expect((response.header("connection") == "close") == (status != 200))
            }
        }
    }

    @Test(
        "A malformed request is refused with 400, and the connection closed",
        arguments: [
            "GARBAGE\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
            "BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nHost: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\n: empty\r\n\r\n",
            "GET nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1\r\n\r\n1",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x1\r\n\r\n1",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 1\r\n\r\n1",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n1",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ]
    )
    func malformed(request: String) async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(request)
            let response = try await client.receive()
            #expect(response.status == 400)
            #expect(response.header("connection") == "close")
            #expect(response.text.hasPrefix(#"{"error":"malformed_request","message":""#))
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test(
        "A length that can't be is called by its name",
        arguments: [
            "Content-Length: 99999999999999999999",
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
        ]
    )
    func namesLengths(headers: String) async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send("POST / HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n\r\n")
            let response = try await client.receive()
            #expect(
                response.status == 400 && response.text.contains("Content-Length"),
                "\(response)"
            )
        }
    }

    @Test(
        "A transfer coding other than chunked is refused",
        arguments: ["gzip, chunked", "chunked, chunked", "identity", "xchunked", "gzip"]
    )
    func transferCodings(coding: String) async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            let head = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: \(coding)\r\n\r\n"
            try await client.send(head + "0\r\n\r\n")
            let response = try await client.receive()
            #expect(response.status == 400 || response.status == 501)
            #expect(response.header("retry-after") == nil)
            #expect(response.header("connection") == "close")
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test("A version of HTTP other than 1.0 and 1.1 is refused")
    func versions() async throws {
        try await withServer(StubHandler.echo) { server in
            for version in ["2.0", "0.9", "1.9"] {
                let client = try RawClient(port: server.port)
                try await client.send("GET / HTTP/\(version)\r\nHost: localhost\r\n\r\n")
                let response = try await client.receive()
                #expect(response.status == 505 || response.status == 400)
                #expect(response.header("retry-after") == nil)
                try await client.awaitClose()
            }
        }
    }

    @Test("Requests before a malformed one are answered first")
    func order() async throws {
        let gate = Gate()
        let handler = StubHandler { request in
            await gate.wait()
            return APIResponse(status: 200, body: Array(request.path.utf8))
        }
        try await withServer(handler) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/1") + get("/2") + "GARBAGE\r\n\r\n")
            gate.open()
            #expect(try await client.receive().text == "/1")
            #expect(try await client.receive().text == "/2")
            #expect(try await client.receive().status == 400)
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test("Bytes behind a body's length are taken for the next request")
    func shortLength() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nabcd\r\n\r\n"
            )
            #expect(try await client.receive().text == "POST /?\nab")
            #expect(try await client.receive().status == 400)
        }
    }

    @Test("A request that is cut off is given up, and the server goes on")
    func cutOff() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabcd"
            )
            try await client.closeSending()
            try await client.awaitClose()
            let other = try RawClient(port: server.port)
            try await other.send(get("/"))
            #expect(try await other.receive().status == 200)
        }
    }
}
