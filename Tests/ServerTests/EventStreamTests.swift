import LedgerTesting
import Testing

@testable import LedgerServer

/// Server-sent events over a socket.
@Suite("Events as they come")
struct EventStreamTests {
    private let accept = "Accept: text/event-stream\r\n"

    private func ledger() async throws -> TestLedger {
        let process = TestLedger(MemoryTable(), clock: ManualClock(isImpatient: false))
        try await process.done("POST", at: "/streams", sending: JSONBody.stream("s", partitions: 1))
        return process
    }

    private func publish(_ key: String, to process: TestLedger) async throws {
        let event = JSONBody.event(key: key)
        try await process.done("POST", at: "/streams/s/events", sending: event)
    }

    @Test("Each page comes when it is there, and a stop ends the stream in order")
    func pages() async throws {
        let process = try await ledger()
        try await withServer(process.api) { server in
            let client = try RawClient(port: server.port)
            try await publish("a", to: process)
            try await client.send(get("/streams/s/events?from=earliest", headers: accept))
            let head = try await client.receive()
            #expect(head.status == 200 && head.header("content-type") == "text/event-stream")
            #expect(head.header("cache-control") == "no-store")
            #expect(try await client.receiveChunk().contains("\"key\":\"a\""))
            for key in ["b", "c"] {
                try await publish(key, to: process)
                let event = try await client.receiveChunk()
                #expect(event.contains("event: page\n") && event.contains("\"key\":\"\(key)\""))
            }
            async let stopped: Void = server.shutdown(grace: .seconds(600))
            #expect(try await client.receiveToEnd() == "0\r\n\r\n")
            try await client.close()
            await stopped
        }
    }

    @Test("A client that breaks off comes back to the event behind its last one")
    func back() async throws {
        let process = try await ledger()
        for key in ["a", "b", "c"] { try await publish(key, to: process) }
        try await withServer(process.api) { server in
            let target = "/streams/s/events?from=earliest&limit=1"
            var last = ""
            for key in ["a", "b", "c"] {
                let client = try RawClient(port: server.port)
                let id = last.isEmpty ? "" : "Last-Event-ID: \(last)\r\n"
                try await client.send(get(target, headers: accept + id))
                _ = try await client.receive()
                let event = try await client.receiveChunk()
                #expect(event.contains("\"key\":\"\(key)\""), "\(event)")
                last = String(try #require(event.firstMatch(of: /^id: (\S+)\n/)).1)
                try await client.close(reset: true)
            }
        }
    }

    @Test("A client that reads nothing is cut off when its time is over, and the others go on")
    func idler() async throws {
        let process = try await ledger()
        // More than the system's buffers take.
        let data = "\"\(String(repeating: "x", count: 200_000))\""
        let body = JSONBody.batch(Array(repeating: JSONBody.event(data: data), count: 10))
        for _ in 0..<5 { try await process.done("POST", at: "/streams/s/events", sending: body) }
        var timeouts = ConnectionTimeouts.patient
        (timeouts.write, timeouts.minimumRate) = (.milliseconds(50), 1 << 40)
        try await withServer(process.api, timeouts: timeouts) { server in
            let reader = try await follow("latest", at: server)
            #expect(try await reader.receiveChunk().hasPrefix("id: "))
            let idler = try await follow("earliest", at: server, receiveBuffer: 4096)
            let observer = try RawClient(port: server.port)
            try await Patience().wait(for: "the end of who reads nothing") {
                try await observer.send(get("/metrics"))
                let text = try await observer.receive().text
                return text.contains("\neventledger_http_connections 2\n")
            }
            try await publish("a", to: process)
            #expect(try await reader.receiveChunk().contains("\"key\":\"a\""))
            try await idler.close()
        }
    }

    /// A client that follows the stream, and has the answer's head.
    private func follow(
        _ start: String,
        at server: HTTPServer,
        receiveBuffer: Int32? = nil
    ) async throws -> RawClient {
        let client = try RawClient(port: server.port, receiveBuffer: receiveBuffer)
        try await client.send(get("/streams/s/events?from=\(start)", headers: accept))
        #expect(try await client.receive().status == 200)
        return client
    }

    @Test("An error before the first page is an answer like any other")
    func errors() async throws {
        try await withServer(try await ledger().api) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/streams/none/events", headers: accept))
            let answer = try await client.receive()
            #expect(answer.status == 404 && answer.text.contains("stream_not_found"))
        }
    }
}
