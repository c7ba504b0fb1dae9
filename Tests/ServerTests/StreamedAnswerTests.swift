import LedgerServer
import LedgerService
import LedgerTesting
import Synchronization
import Testing

/// A body whose chunks a test hands out; cancellation ends it.
private final class HandedOut: ChunkSource {
    private struct Failure: Error {}

    private let (chunks, hand) = AsyncStream.makeStream(of: String.self)
    /// Ends of the body that are failures: cancellation, or each one.
    private let breaksOff: Bool
    let cancelled = Gate()

    init(breaksOff: Bool = false) {
        self.breaksOff = breaksOff
    }

    func give(_ chunk: String) { hand.yield(chunk) }
    func end() { hand.finish() }

    func next() async throws -> [UInt8]? {
        for await chunk in chunks { return Array(chunk.utf8) }
        if Task.isCancelled { cancelled.open() }
        if breaksOff { throw Failure() }
        return nil
    }
}

/// A body of many equal chunks, each there at once.
private final class Endless: ChunkSource {
    static let chunk = [UInt8](repeating: 0x78, count: 64 << 10)
    private let count: Int
    private let asked = Atomic<Int>(0)
    private let report: @Sendable (_ asked: Int) -> Void

    /// When it is released, finished or not, it reports how often it was asked.
    init(count: Int, report: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.count = count
        self.report = report
    }

    deinit { report(timesAsked) }

    var timesAsked: Int { asked.load(ordering: .relaxed) }

    func next() async throws -> [UInt8]? {
        asked.add(1, ordering: .relaxed).newValue <= count ? Self.chunk : nil
    }
}

/// Answers in chunks, from a handler of its own: no route has such an answer.
@Suite struct StreamedAnswerTests {
    /// Streams at `/stream`; at any other path it answers with the path.
    private func handler(_ source: any ChunkSource) -> StubHandler {
        StubHandler { request in
            guard request.path == "/stream" else {
                return APIResponse(status: 200, body: Array(request.path.utf8))
            }
            return APIResponse(status: 200, stream: source, route: "GET /stream")
        }
    }

    /// A client that has asked for the stream and has its head.
    private func client(of server: HTTPServer, then next: String = "") async throws -> RawClient {
        let client = try RawClient(port: server.port)
        try await client.send(get("/stream") + next)
        let head = try await client.receive()
        #expect(head.status == 200 && head.header("transfer-encoding") == "chunked")
        #expect(head.header("content-length") == nil && head.header("connection") == nil)
        return client
    }

    @Test("Chunks come as they are made, and the next request's answer behind them")
    func chunks() async throws {
        let source = HandedOut()
        try await withServer(handler(source)) { server in
            let client = try await client(of: server, then: get("/after"))
            for chunk in ["one", "", "two"] {
                source.give(chunk)
                if !chunk.isEmpty { #expect(try await client.receiveChunk() == chunk) }
            }
            source.end()
            #expect(try await client.receiveChunk() == "")
            #expect(try await client.receive().text == "/after")
            try await client.send(get("/again"))
            #expect(try await client.receive().text == "/again")
        }
    }

    @Test("The bytes of a stream are counted, and not compressed")
    func counted() async throws {
        let source = HandedOut()
        let compressor = ResponseCompressor { _ in [] }
        try await withServer(handler(source), compressor: compressor) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/stream", headers: "Accept-Encoding: gzip\r\n"))
            #expect(try await client.receive().header("content-encoding") == nil)
            source.give(String(repeating: "x", count: 2000))
            source.end()
            #expect(try await client.receiveChunk().utf8.count == 2000)
            #expect(try await client.receiveChunk() == "")
            try await client.send(get("/metrics"))
            let text = try await client.receive().text
            let route = #"{route="GET /stream"}"#
            #expect(
                text.contains("eventledger_http_response_bytes_total\(route) 2000\n"),
                "\(text)"
            )
        }
    }

    @Test("A source waits for a client that does not read, until that has no time left")
    func unread() async throws {
        let asked = Atomic<Int>(0)
        let released = Gate()
        let handler = StubHandler { _ in
            let source = Endless(count: 1 << 20) { count in
                asked.store(count, ordering: .relaxed)
                released.open()
            }
            return APIResponse(status: 200, stream: source)
        }
        let timeouts = ConnectionTimeouts(write: .milliseconds(20), minimumRate: 1 << 40)
        try await withServer(handler, timeouts: timeouts) { server in
            let client = try RawClient(port: server.port, receiveBuffer: 4096)
            try await client.send(get("/stream"))
            await released.wait()
            // What the system's buffers hold, and a chunk or two.
            let bytes = asked.load(ordering: .relaxed) * Endless.chunk.count
            #expect(bytes < 32 << 20, "\(bytes) bytes were made for nobody")
            try await client.close()
        }
    }

    @Test("A slow client gets all of a stream")
    func slowClient() async throws {
        let source = Endless(count: 500)
        try await withServer(handler(source)) { server in
            let client = try RawClient(port: server.port, receiveBuffer: 4096)
            try await client.send("GET /stream HTTP/1.0\r\nHost: localhost\r\n\r\n")
            #expect(try await client.receive().status == 200)
            let body = try await client.receiveToEnd()
            #expect(body.utf8.count == 500 * Endless.chunk.count)
            #expect(body.utf8.allSatisfy { $0 == 0x78 })
        }
    }

    @Test("A client that leaves ends its source", arguments: [false, true])
    func leavingClient(reset: Bool) async throws {
        let source = HandedOut()
        var timeouts = ConnectionTimeouts.patient
        timeouts.departure = .milliseconds(20)
        try await withServer(handler(source), timeouts: timeouts) { server in
            let client = try await client(of: server)
            source.give("one")
            #expect(try await client.receiveChunk() == "one")
            try await client.close(reset: reset)
            await source.cancelled.wait()
        }
    }

    @Test(
        "For HTTP/1.0 a stream's body ends with the connection",
        arguments: ["", "Connection: keep-alive\r\n"]
    )
    func http10(headers: String) async throws {
        let source = HandedOut()
        try await withServer(handler(source)) { server in
            let client = try RawClient(port: server.port)
            try await client.send("GET /stream HTTP/1.0\r\nHost: localhost\r\n\(headers)\r\n")
            let head = try await client.receive()
            #expect(head.header("transfer-encoding") == nil)
            #expect(head.header("content-length") == nil && head.header("connection") == "close")
            source.give("one")
            source.give("two")
            source.end()
            #expect(try await client.receiveToEnd() == "onetwo")
        }
    }

    @Test("A HEAD request asks a source for no chunk")
    func head() async throws {
        let source = Endless(count: 1)
        try await withServer(handler(source)) { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                "HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/after")
            )
            let answer = try await client.receive(hasBody: false)
            #expect(answer.header("transfer-encoding") == "chunked")
            #expect(try await client.receive().text == "/after")
            #expect(source.timesAsked == 0)
        }
    }

    @Test("A stop ends a stream in order, unless it must be whole", arguments: [false, true])
    func stop(breaksOff: Bool) async throws {
        let source = HandedOut(breaksOff: breaksOff)
        try await withServer(handler(source)) { server in
            let client = try await client(of: server)
            source.give("one")
            #expect(try await client.receiveChunk() == "one")
            async let stopped: Void = server.shutdown(grace: .seconds(600))
            #expect(try await client.receiveToEnd() == (breaksOff ? "" : "0\r\n\r\n"))
            try await client.close()
            await stopped
        }
    }

    @Test("A source that pays no attention to a stop is cut off after the grace time")
    func stubbornSource() async throws {
        let released = Gate()
        let handler = StubHandler { _ in
            APIResponse(status: 200, stream: Endless(count: .max) { _ in released.open() })
        }
        try await withServer(handler) { server in
            let client = try await client(of: server)
            #expect(try await client.receiveChunk().utf8.count == Endless.chunk.count)
            await server.shutdown(grace: .zero)
            await released.wait()
            try await client.awaitClose()
        }
    }

    @Test("A stream that fails is not taken for whole")
    func failure() async throws {
        let source = HandedOut(breaksOff: true)
        try await withServer(handler(source)) { server in
            let client = try await client(of: server, then: get("/after"))
            source.give("one")
            #expect(try await client.receiveChunk() == "one")
            source.end()
            #expect(try await client.receiveToEnd() == "")
        }
    }
}
