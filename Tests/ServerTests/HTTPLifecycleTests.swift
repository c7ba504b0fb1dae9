import LedgerServer
import LedgerService
import LedgerTesting
import Testing

@Suite struct HTTPLifecycleTests {
    @Test("Connections beyond the limit are refused with 503, until there is room again")
    func tooManyConnections() async throws {
        try await withServer(StubHandler.echo, connections: ConnectionLimits(connections: 1)) {
            server in
            let first = try RawClient(port: server.port)
            try await first.send(get("/"))
            #expect(try await first.receive().status == 200)

            let second = try RawClient(port: server.port)
            let response = try await second.receive()
            #expect(response.status == 503)
            #expect(response.header("retry-after") == "1")
            #expect(response.header("connection") == "close")
            #expect(response.text.hasPrefix(#"{"error":"overloaded""#))
            #expect(try await second.receiveToEnd() == "")

            try await second.close()
            try await first.close()
            try await Patience().wait(for: "room for another connection") {
                let third = try RawClient(port: server.port)
                try? await third.send(get("/"))
                // None when the server was gone before it had read the request.
                let status = try? await third.receive().status
                try await third.close()
                return status == 200
            }
        }
    }

    @Test("Requests beyond the limit are refused with 503, and the connection goes on")
    func tooManyRequests() async throws {
        let (arrived, gate) = (Gate(), Gate())
        let handler = StubHandler { _ in
            arrived.open()
            await gate.wait()
            return APIResponse(status: 200)
        }
        try await withServer(handler, connections: ConnectionLimits(requestsInFlight: 1)) {
            server in
            let first = try RawClient(port: server.port)
            try await first.send(get("/"))
            await arrived.wait()

            let second = try RawClient(port: server.port)
            try await second.send(post("/", body: "body"))
            let response = try await second.receive()
            #expect(response.status == 503)
            #expect(response.header("retry-after") == "1")
            #expect(response.header("connection") == nil)

            gate.open()
            #expect(try await first.receive().status == 200)
            try await second.send(post("/", body: "body"))
            #expect(try await second.receive().status == 200)
        }
    }

    @Test("A server that stops finishes the requests that it has accepted")
    func stopping() async throws {
        let (arrived, gate) = (Gate(), Gate())
        let handler = StubHandler { _ in
            arrived.open()
            await gate.wait()
            return APIResponse(status: 200, body: Array("done".utf8))
        }
        try await withServer(handler) { server in
            let idle = try RawClient(port: server.port)
            let partial = try RawClient(port: server.port)
            try await partial.send(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na"
            )
            let busy = try RawClient(port: server.port)
            try await busy.send(get("/"))
            await arrived.wait()

            async let stopped: Void = server.shutdown(grace: .seconds(60))
            #expect(try await idle.receiveToEnd() == "")
            // Not at once: a child process of another test has every socket until its program runs.
            try await Patience().wait(for: "the port to be closed") {
                (try? RawClient(port: server.port)) == nil
            }
            try await partial.send("b")
            gate.open()
            for client in [busy, partial] {
                let response = try await client.receive()
                #expect(response.text == "done")
                #expect(response.header("connection") == "close")
                #expect(try await client.receiveToEnd() == "")
                try await client.close()
            }
            await stopped
        }
    }

    @Test("A request that does not finish within the grace time is cancelled")
    func lateRequest() async throws {
        let arrived = Gate()
        let cancelled = Gate()
        let handler = StubHandler { _ in
            arrived.open()
            await untilCancelled()
            cancelled.open()
            return APIResponse(status: 200)
        }
        try await withServer(handler) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/"))
            await arrived.wait()
            await server.shutdown(grace: .zero)
            await cancelled.wait()
            try await client.awaitClose()
        }
    }

    @Test(
        "The handler of a client that leaves is cancelled",
        arguments: [(false, 1), (true, 1), (false, 3)]
    )
    func leavingClient(reset: Bool, requests: Int) async throws {
        let (arrived, cancelled) = (Gate(), Gate())
        let handler = StubHandler { _ in
            arrived.open()
            await untilCancelled()
            cancelled.open()
            return APIResponse(status: 200)
        }
        var timeouts = ConnectionTimeouts.patient
        timeouts.departure = .milliseconds(20)
        try await withServer(handler, timeouts: timeouts) { server in
            let client = try RawClient(port: server.port)
            try await client.send(String(repeating: get("/poll?wait=20"), count: requests))
            await arrived.wait()
            try await client.close(reset: reset)
            await cancelled.wait()
        }
    }

    @Test("A client that has stopped sending gets all its answers")
    func stoppedSending() async throws {
        let (arrived, gate) = (Gate(), Gate())
        let large = String(repeating: "x", count: 8 << 20)
        let handler = StubHandler { request in
            arrived.open()
            await gate.wait()
            return APIResponse(status: 200, body: Array((request.path + large).utf8))
        }
        var timeouts = ConnectionTimeouts.patient
        timeouts.departure = .seconds(300)
        try await withServer(handler, timeouts: timeouts) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/a") + get("/b"))
            await arrived.wait()
            try await client.closeSending()
            gate.open()
            let (first, second) = (try await client.receive(), try await client.receive())
            #expect(first.text == "/a" + large && second.text == "/b" + large)
            #expect(first.header("connection") == nil && second.header("connection") == "close")
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test("A client that may be gone gets what there is by then")
    func maybeGone() async throws {
        let handler = StubHandler { _ in
            await untilCancelled()
            return APIResponse(status: 200, body: Array("nothing new".utf8))
        }
        var timeouts = ConnectionTimeouts.patient
        timeouts.departure = .milliseconds(20)
        try await withServer(handler, timeouts: timeouts) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/poll?wait=20"))
            try await client.closeSending()
            #expect(try await client.receive().text == "nothing new")
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test("A request that ends too early is refused, an end between requests is none")
    func earlyEnd() async throws {
        try await withServer(StubHandler.echo) { server in
            for beginning in [
                "GET / HT", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na",
            ] {
                let client = try RawClient(port: server.port)
                try await client.send(beginning)
                try await client.closeSending()
                #expect(try await client.receive().status == 400)
                #expect(try await client.receiveToEnd() == "")
            }
            let silent = try RawClient(port: server.port)
            try await silent.closeSending()
            #expect(try await silent.receiveToEnd() == "")
            let done = try RawClient(port: server.port)
            try await done.send(get("/"))
            #expect(try await done.receive().status == 200)
            try await done.closeSending()
            #expect(try await done.receiveToEnd() == "")
        }
    }

    @Test("A server without keys listens on loopback only, and takes only true origins")
    func loopback() async throws {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "::1"] {
            try ServerConfiguration(host: host).validate()
        }
        for host in [
            "0.0.0.0", "::", "192.168.0.1", "example.com", "128.0.0.1", "", "::ffff:1.2.3.4",
        ] {
            #expect(throws: StartError.loopbackOnly(host: host)) {
                try ServerConfiguration(host: host).validate()
            }
        }
        #expect(throws: StartError.invalidPort(65536)) {
            try ServerConfiguration(port: 65536).validate()
        }
        for origin in [
            "example.com", "https://", "https://a/", "https://a b", "https://*.a", "**", "",
        ] {
            #expect(throws: StartError.invalidOrigin(origin)) {
                try ServerConfiguration(corsOrigins: [origin]).validate()
            }
        }
        let message = StartError.loopbackOnly(host: "0.0.0.0").description
        #expect(message.contains("API keys"))
    }
}
