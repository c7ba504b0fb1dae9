import Glibc
import LedgerService
import LedgerTesting
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import LedgerServer

@Suite struct HTTPProtocolTests {
    @Test("A request is passed on as it was, and its answer sent")
    func request() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                post("/a%20b?x=1&y", body: "hello", headers: "Content-Type: t/p\r\nX-Other: 1\r\n")
            )
            let response = try await client.receive()
            #expect(response.status == 200)
            #expect(response.text == "POST /a%20b?x=1&y\ncontent-type: t/p\nhello")
            #expect(response.header("content-type") == "text/plain")
            #expect(response.header("connection") == nil)
            #expect(response.header("x-request-id")?.count == 12)
        }
    }

    @Test("A valid request id is echoed, another one replaced")
    func requestID() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/", headers: "X-Request-ID: abc.DEF-1_2\r\n"))
            #expect(try await client.receive().header("x-request-id") == "abc.DEF-1_2")
            try await client.send(get("/", headers: "X-Request-ID: a b\r\n"))
            #expect(try await client.receive().header("x-request-id")?.count == 12)
        }
    }

    @Test("A small request's handler runs on the event loop, a large one's elsewhere")
    func eventLoop() async throws {
        let (arrived, gate) = (Gate(), Gate())
        let handler = StubHandler { request in
            let before = MultiThreadedEventLoopGroup.currentEventLoop != nil
            if request.path == "/suspend" {
                arrived.open()
                await gate.wait()
            }
            let after = MultiThreadedEventLoopGroup.currentEventLoop != nil
            return APIResponse(status: 200, body: Array("\(before) \(after)".utf8))
        }
        try await withServer(handler) { server in
            let client = try RawClient(port: server.port)
            try await client.send(post("/", body: "small"))
            #expect(try await client.receive().text == "true true")
            try await client.send(post("/suspend", body: "small"))
            await arrived.wait()
            gate.open()
            #expect(try await client.receive().text == "true true")
            try await client.send(post("/", body: String(repeating: "x", count: 65 * 1024)))
            #expect(try await client.receive().text == "false false")
        }
    }

    @Test("Pipelined requests are answered in their order")
    func pipelining() async throws {
        let gate = Gate()
        let handler = StubHandler { request in
            if request.path == "/0" { await gate.wait() }
            return APIResponse(status: 200, body: Array(request.path.utf8))
        }
        try await withServer(handler) { server in
            let client = try RawClient(port: server.port)
            try await client.send((0..<2000).map { post("/\($0)", body: "body") }.joined())
            gate.open()
            for index in 0..<2000 {
                #expect(try await client.receive().text == "/\(index)")
            }
        }
    }

    @Test("A request that comes byte by byte is read")
    func byteByByte() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            let chunked =
                "POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;ext=1\r\nabc\r\n4\r\ndefg\r\n0\r\nTrailer: 1\r\n\r\n"
            for byte in (post("/p", body: "body") + chunked).utf8 { try await client.send([byte]) }
            #expect(try await client.receive().text == "POST /p?\nbody")
            #expect(try await client.receive().text == "POST /c?\nabcdefg")
        }
    }

    @Test("A large body is taken to its last byte")
    func largeBody() async throws {
        let handler = StubHandler { APIResponse(status: 200, body: $0.body) }
        try await withServer(handler) { server in
            let client = try RawClient(port: server.port)
            let body = String(repeating: "0123456789abcdef", count: 64 * 1024)
            try await client.send(post("/", body: body))
            #expect(try await client.receive().text == body)
        }
    }

    @Test("Every answer is dated, and none may be kept unless it says so itself")
    func dates() async throws {
        let handler = StubHandler { request in
            switch request.path {
            case "/empty": APIResponse(status: 204)
            case "/kept": APIResponse(status: 200, headers: [("cache-control", "max-age=300")])
            default: APIResponse(status: 200, body: [1])
            }
        }
        try await withServer(handler) { server in
            let requests = [
                get("/"), get("/empty"), get("/metrics"), get("/metrics?x=1"), get("/kept"),
                "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", post("/metrics", body: ""),
                "nonsense\r\n\r\n",
            ]
            for request in requests {
                let client = try RawClient(port: server.port)
                try await client.send(request)
                let answer = try await client.receive(hasBody: !request.hasPrefix("HEAD"))
                let kept = answer.headers.filter { $0.name == "cache-control" }.map(\.value)
                #expect(kept == [request.contains("/kept") ? "max-age=300" : "no-store"])
                let dates = answer.headers.filter { $0.name == "date" }.map(\.value)
                #expect(dates.count == 1 && dates[0].count == 29, "\(dates)")
            }
        }
    }

    @Test("A date is written as HTTP has it")
    func dateFormat() {
        func text(_ seconds: Int) -> String {
            String(decoding: DateLine.line(secondsSinceEpoch: seconds), as: UTF8.self)
        }
        #expect(text(784_111_777) == "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
        #expect(text(0) == "date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")
        #expect(text(1_709_164_800) == "date: Thu, 29 Feb 2024 00:00:00 GMT\r\n")
    }

    @Test("The date is made once a second")
    func dateRefresh() {
        var date = DateLine()
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        let asked = Atomic<Int>(0)
        func refresh(after milliseconds: Int64) {
            func wall() -> timespec {
                asked.add(1, ordering: .relaxed)
                let time = 999_250 + Int(milliseconds)
                return timespec(tv_sec: time / 1000, tv_nsec: time % 1000 * 1_000_000)
            }
            date.refresh(now: start + .milliseconds(milliseconds), wall: wall())
        }
        for (milliseconds, second) in [(0, 999), (700, 999), (749, 999), (750, 1000), (1749, 1000)]
        {
            refresh(after: Int64(milliseconds))
            #expect(date.bytes == DateLine.line(secondsSinceEpoch: second))
        }
        #expect(asked.load(ordering: .relaxed) == 2)
    }

    @Test("HEAD is answered with the length of a body, and without the body")
    func head() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send("HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/y"))
            let head = try await client.receive(hasBody: false)
            #expect(head.header("content-length") == "8")
            #expect(try await client.receive().text == "GET /y?\n")
        }
    }

    @Test("100 Continue is sent when it is expected, another expectation is refused")
    func expectation() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            let head =
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
            try await client.send(head + "\r\n")
            #expect(try await client.receive().status == 100)
            try await client.send("ok")
            #expect(try await client.receive().text == "POST /?\nok")
            try await client.send(head.replacing("100-continue", with: "miracles") + "\r\n")
            #expect(try await client.receive().status == 417)
            try await client.awaitClose()
        }
    }

    @Test("An HTTP/1.0 connection is kept only where the client asks for it")
    func http10() async throws {
        try await withServer(StubHandler.echo) { server in
            let kept = try RawClient(port: server.port)
            try await kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await kept.receive().header("connection") == "keep-alive")
            try await kept.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try await kept.receive().header("connection") == "close")
            #expect(try await kept.receiveToEnd() == "")
        }
    }

    @Test(
        "A connection is closed after a request that nothing can follow",
        arguments: ["Connection: close\r\n", "Connection: Upgrade\r\nUpgrade: h2c\r\n"]
    )
    func lastRequest(headers: String) async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/", headers: headers))
            #expect(try await client.receive().header("connection") == "close")
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test("Every form of a request's target is understood")
    func targets() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("http://host:80/a?b=/c"))
            #expect(try await client.receive().text == "GET /a?b=/c\n")
            try await client.send(get("HTTP://host?q"))
            #expect(try await client.receive().text == "GET /?q\n")
            try await client.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.receive().text == "OPTIONS *?\n")
            try await client.send("CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.receive().header("connection") == "close")
        }
    }

    @Test("A line break in an answer's header is sent as a space")
    func lineBreaks() async throws {
        let handler = StubHandler { _ in
            APIResponse(status: 418, headers: [(name: "x", value: "a\r\nset-cookie: b")])
        }
        try await withServer(handler) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/"))
            #expect(try await client.receive().header("x") == "a  set-cookie: b")
        }
    }
}
