import LedgerServer
import LedgerService
import LedgerTesting
import Synchronization
import Testing

/// Requests that a client sends without waiting for answers.
@Suite("Pipelining")
struct PipeliningTests {
    /// Notes when each request begins and ends; those to `/publish…` are publishes.
    ///
    /// One that a gate is for waits there, and one to `/publish/late…` takes its place only behind it.
    private final class Stage: APIHandler {
        private let notes = Mutex<[String]>([])
        private let gates: [String: Gate]
        let begun: [String: Gate]
        private let answerBytes: Int

        init(waiting paths: [String], answerBytes: Int = 0) {
            self.answerBytes = answerBytes
            gates = Dictionary(uniqueKeysWithValues: paths.map { ($0, Gate()) })
            begun = Dictionary(uniqueKeysWithValues: paths.map { ($0, Gate()) })
        }

        var log: [String] { notes.withLock { $0 } }

        func open(_ path: String) { gates[path]?.open() }

        func isPublish(_ request: APIRequest) -> Bool { request.path.hasPrefix("/publish") }

        func handle(_ request: APIRequest) async -> APIResponse {
            notes.withLock { $0.append("begin \(request.path)") }
            let place = isPublish(request) ? request.place : nil
            if !request.path.hasPrefix("/publish/late") { place?.take() }
            begun[request.path]?.open()
            await gates[request.path]?.wait()
            place?.take()
            notes.withLock { $0.append("end \(request.path)") }
            let padding = [UInt8](repeating: UInt8(ascii: "."), count: answerBytes)
            return APIResponse(status: 200, body: Array(request.path.utf8) + request.body + padding)
        }
    }

    /// Sends the requests in one piece, and returns once the server has read them and begun what it
    /// may.
    private func send(
        _ requests: [String],
        to server: HTTPServer,
        begins path: String,
        of stage: Stage
    ) async throws -> RawClient {
        let client = try RawClient(port: server.port)
        try await client.send(requests.joined())
        await stage.begun[path]?.wait()
        try await turn(of: server)
        return client
    }

    /// Returns in a later turn of the same event loop.
    private func turn(of server: HTTPServer) async throws {
        let other = try RawClient(port: server.port)
        try await other.send(get("/other"))
        #expect(try await other.receive().status == 200)
    }

    @Test("A publish begins while the one before it, which has its place, waits for its answer")
    func ahead() async throws {
        let stage = Stage(waiting: ["/publish/0", "/publish/1"])
        try await withServer(stage) { server in
            let requests = (0..<3).map { post("/publish/\($0)", body: "body") }
            let client = try await send(requests, to: server, begins: "/publish/1", of: stage)
            #expect(stage.log.contains("end /publish/2"))
            stage.open("/publish/1")
            stage.open("/publish/0")
            for index in 0..<3 {
                #expect(try await client.receive().text == "/publish/\(index)body")
            }
        }
    }

    @Test(
        "What may not overtake waits for its turn",
        arguments: [
            [post("/publish/late", body: "a"), post("/publish/1", body: "b")],
            [post("/publish/0", body: "a"), get("/read")],
            [post("/publish/0", body: "a"), post("/settle", body: "b")],
            [post("/settle", body: "a"), post("/publish/1", body: "b")],
            [
                post("/publish/0", body: "a"),
                post("/publish/1", body: "b", headers: "Content-Encoding: identity\r\n"),
            ],
            [
                post("/publish/0", body: "a"),
                post("/publish/1", body: String(repeating: "b", count: 9000)),
            ],
            [
                post("/publish/0", body: "a"),
                post(
                    "/publish/1",
                    body: "b",
                    headers: "User-Agent: \(String(repeating: "u", count: 2100))\r\n"
                ),
            ],
        ]
    )
    func inTurn(requests: [String]) async throws {
        let paths = requests.map { String($0.split(separator: " ")[1]) }
        let stage = Stage(waiting: [paths[0]])
        try await withServer(stage) { server in
            let client = try await send(requests, to: server, begins: paths[0], of: stage)
            stage.open(paths[0])
            for path in paths { #expect(try await client.receive().text.hasPrefix(path)) }
        }
        let expected = paths.flatMap { ["begin \($0)", "end \($0)"] }
        #expect(stage.log.filter { !$0.hasSuffix("/other") } == expected)
    }

    @Test("What is read behind publishes that were begun ahead is read after them")
    func readBehind() async throws {
        let stage = Stage(waiting: ["/publish/0", "/publish/1"])
        try await withServer(stage) { server in
            let requests = [
                post("/publish/0", body: ""), post("/publish/1", body: ""), get("/read"),
                post("/publish/2", body: ""),
            ]
            let client = try await send(requests, to: server, begins: "/publish/1", of: stage)
            #expect(!stage.log.contains("begin /read"))
            stage.open("/publish/0")
            stage.open("/publish/1")
            for path in ["/publish/0", "/publish/1", "/read", "/publish/2"] {
                #expect(try await client.receive().text == path)
            }
        }
        #expect(
            Array(stage.log.suffix(4)) == [
                "begin /read", "end /read", "begin /publish/2", "end /publish/2",
            ]
        )
    }

    @Test(
        "Nothing is begun behind a request that ends the connection",
        arguments: ["Connection: close\r\n", "Upgrade: h2c\r\n"]
    )
    func lastRequest(header: String) async throws {
        let stage = Stage(waiting: ["/publish/0", "/publish/1"])
        try await withServer(stage) { server in
            let requests = [
                post("/publish/0", body: ""),
                post("/publish/1", body: "", headers: header),
                post("/publish/2", body: ""),
            ]
            let client = try await send(requests, to: server, begins: "/publish/1", of: stage)
            stage.open("/publish/0")
            stage.open("/publish/1")
            #expect(try await client.receive().header("connection") == nil)
            #expect(try await client.receive().header("connection") == "close")
            #expect(try await client.receiveToEnd() == "")
        }
        #expect(!stage.log.contains("begin /publish/2"))
    }

    @Test("A client that stops sending gets all its answers, and then the end")
    func halfClose() async throws {
        let stage = Stage(waiting: ["/publish/0", "/publish/1"])
        try await withServer(stage) { server in
            let requests = (0..<3).map { post("/publish/\($0)", body: "") }
            let client = try await send(requests, to: server, begins: "/publish/1", of: stage)
            try await client.closeSending()
            try await turn(of: server)
            stage.open("/publish/0")
            stage.open("/publish/1")
            for index in 0..<3 {
                #expect(try await client.receive().text == "/publish/\(index)")
            }
            #expect(try await client.receiveToEnd() == "")
        }
    }

    @Test("A server that stops finishes what was begun ahead, and begins nothing else")
    func stopping() async throws {
        let stage = Stage(waiting: ["/publish/0", "/publish/1"])
        try await withServer(stage) { server in
            let requests = [
                post("/publish/0", body: ""), post("/publish/1", body: ""), get("/read"),
            ]
            let client = try await send(requests, to: server, begins: "/publish/1", of: stage)
            async let stopped: Void = server.shutdown(grace: .seconds(60))
            try await Patience().wait(for: "the port to be closed") {
                (try? RawClient(port: server.port)) == nil
            }
            stage.open("/publish/1")
            stage.open("/publish/0")
            #expect(try await client.receive().text == "/publish/0")
            let last = try await client.receive()
            #expect(last.text == "/publish/1")
            #expect(last.header("connection") == "close")
            #expect(try await client.receiveToEnd() == "")
            await stopped
        }
        #expect(!stage.log.contains("begin /read"))
    }

    @Test("Requests whose client goes away are handled and counted", arguments: [false, true])
    func goneClient(answersOne: Bool) async throws {
        let stage = Stage(waiting: ["/publish/0", "/publish/1"])
        try await withServer(stage) { server in
            let requests = (0..<3).map { post("/publish/\($0)", body: "") }
            let client = try await send(requests, to: server, begins: "/publish/1", of: stage)
            if answersOne { stage.open("/publish/1") }
            try await client.close(reset: true)
            stage.open("/publish/1")
            stage.open("/publish/0")
            let other = try RawClient(port: server.port)
            try await Patience().wait(for: "all requests to be counted") {
                try await other.send(get("/metrics"))
                let text = try await other.receive().text
                return text.contains("\neventledger_http_requests_in_flight 0\n")
                    && text.contains(#"route="none",status="200"} 4"#)
            }
        }
    }

    @Test(
        "Answers that fill the socket's buffer all come, without another request",
        arguments: [(3, 40_000), (33, 1_500), (33, 20_000)]
    )
    func largeAnswers(count: Int, bytes: Int) async throws {
        let stage = Stage(waiting: (0..<count).map { "/publish/\($0)" }, answerBytes: bytes)
        try await withServer(stage) { server in
            let requests = (0..<count).map { post("/publish/\($0)", body: "") }
            let last = "/publish/\(count - 1)"
            let client = try await send(requests, to: server, begins: last, of: stage)
            // The first is answered last.
            for index in (0..<count).reversed() { stage.open("/publish/\(index)") }
            for index in 0..<count {
                let text = try await client.receive().text
                #expect(text.hasPrefix("/publish/\(index).") && text.utf8.count > bytes)
            }
        }
    }

    @Test("Answers that wait for their turn count as memory, and so does what is begun")
    func memory() async throws {
        let paths = (0..<4).map { "/publish/\($0)" }
        let stage = Stage(waiting: paths, answerBytes: 60_000)
        let limits = ConnectionLimits(heldBytes: 100_000)
        try await withServer(stage, connections: limits) { server in
            let client = try await send(
                paths.map { post($0, body: "") },
                to: server,
                begins: paths[3],
                of: stage
            )
            stage.open(paths[1])
            stage.open(paths[2])
            // Together they are too much, and nobody else has anything that could be given up.
            try await client.awaitClose()
            stage.open(paths[0])
            stage.open(paths[3])
            let body = String(repeating: "b", count: 7_000)
            let small = Stage(waiting: paths)
            try await withServer(small, connections: ConnectionLimits(heldBytes: 10_000)) {
                server in
                let client = try await send(
                    paths.map { post($0, body: body) },
                    to: server,
                    begins: paths[1],
                    of: small
                )
                #expect(!small.log.contains("begin \(paths[2])"))
                for path in paths {
                    small.open(path)
                    #expect(try await client.receive().text.hasPrefix(path))
                }
            }
        }
    }

    @Test("A client has no more than 33 requests under way, nor half of what the server takes")
    func bounds() async throws {
        for (inFlight, expected) in [(10_000, 33), (20, 10)] {
            let stage = Stage(waiting: (0..<100).map { "/publish/\($0)" })
            let limits = ConnectionLimits(requestsInFlight: inFlight)
            try await withServer(stage, connections: limits) { server in
                let requests = (0..<100).map { post("/publish/\($0)", body: "") }
                let last = "/publish/\(expected - 1)"
                let client = try await send(requests, to: server, begins: last, of: stage)
                #expect(stage.log.filter { $0.hasPrefix("begin /publish") }.count == expected)
                for index in 0..<100 {
                    stage.open("/publish/\(index)")
                    #expect(try await client.receive().text == "/publish/\(index)")
                }
            }
        }
    }
}
