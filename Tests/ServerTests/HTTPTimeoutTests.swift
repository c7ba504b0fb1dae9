import LedgerServer
import LedgerService
import LedgerTesting
import Synchronization
import Testing

/// The time-outs are tiny; nothing here waits for longer than the server takes to act.
@Suite struct HTTPTimeoutTests {
    @Test("A head that does not end in time is given up with 408")
    func slowHead() async throws {
        try await withServer(
            StubHandler.echo,
            timeouts: ConnectionTimeouts(head: .milliseconds(20))
        ) { server in
            let client = try RawClient(port: server.port)
            try await client.send("GET / HTTP/1.1\r\nHo")
            let response = try await client.receive()
            #expect(response.status == 408)
            #expect(response.header("connection") == "close")
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test("A second request's head that does not end in time is given up as well")
    func slowSecondHead() async throws {
        try await withServer(
            StubHandler.echo,
            timeouts: ConnectionTimeouts(head: .milliseconds(20))
        ) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/"))
            #expect(try await client.receive().status == 200)
            try await client.send("GET / HTTP/1.1\r\nHo")
            #expect(try await client.receive().status == 408)
        }
    }

    @Test("A silent connection is closed without a word")
    func silence() async throws {
        let timeouts = ConnectionTimeouts(idle: .milliseconds(20))
        try await withServer(StubHandler.echo, timeouts: timeouts) { server in
            let silent = try RawClient(port: server.port)
            #expect(try await silent.receiveToEnd() == "")
        }
    }

    @Test("A body that does not come in time is given up with 408")
    func slowBody() async throws {
        try await withServer(
            StubHandler.echo,
            timeouts: ConnectionTimeouts(body: .milliseconds(20))
        ) { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab"
            )
            #expect(try await client.receive().status == 408)
            #expect(try await client.receiveToEnd() == "")
        }
    }

    /// No request after an answer that is not read; and the connection does not last for ever.
    @Test("A client that does not read its answer is given up, and gets no further one")
    func unreadAnswer() async throws {
        let calls = Atomic<Int>(0)
        let arrived = Gate()
        let handler = StubHandler { _ in
            calls.add(1, ordering: .relaxed)
            arrived.open()
            return APIResponse(status: 200, body: [UInt8](repeating: 1, count: 32 << 20))
        }
        let timeouts = ConnectionTimeouts(write: .milliseconds(20), minimumRate: 1 << 40)
        try await withServer(handler, timeouts: timeouts) { server in
            let client = try RawClient(port: server.port, receiveBuffer: 4096)
            try await client.send(String(repeating: get("/"), count: 10))
            await arrived.wait()
            let start = ContinuousClock.now
            await server.shutdown(grace: .seconds(600))
            #expect(ContinuousClock.now - start < .seconds(300))
            #expect(calls.load(ordering: .relaxed) == 1)
        }
    }
}
