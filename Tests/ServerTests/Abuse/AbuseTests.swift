import Foundation
import LedgerCore
import LedgerTesting
import Loopback
import Testing

@testable import LedgerServer

/// Careless and hostile clients: the server stays within its memory and serves the others.
///
/// Each prints what it measured. The server is built as the tests are, without optimisation, in which
/// it handles a tenth of what a release build does: the attacks are as large as that allows.
@Suite("Abuse", .serialized)
struct AbuseTests {
    @Test("Request heads that come byte by byte keep nobody else waiting")
    func slowLoris() async throws {
        try await Attack.run("slow heads", connections: 2000) { crowd, _ in
            crowd.join(2000)
            for byte in "GET / HTTP/1.1\r\nX: ".utf8 { _ = crowd.sendEverywhere([byte]) }
            return "18 bytes each, one by one"
        }
    }

    @Test("Ten thousand connections that say nothing keep nobody else waiting")
    func idle() async throws {
        let count = min(10_000, FileLimit.raise() - 1000) - 300
        try await Attack.run("idle", connections: count) { crowd, _ in
            crowd.join(count)
            return "silent"
        }
    }

    @Test("Connections beyond the limit are refused, and the server goes on when they are gone")
    func tooMany() async throws {
        let folder = try TemporaryFolder()
        let server = try await LedgerUnderTest(data: folder)
        defer { server.kill() }
        try await HonestClient(port: server.port).prepare()
        let before = try server.peakMemory()
        do {
            let crowd = Crowd(port: server.port)
            await onThread { crowd.join(min(10_500, FileLimit.raise() - 1000)) }
            let grown = try server.peakMemory() - before
            print("abuse: too many: \(crowd.sockets.count) connections, memory +\(grown >> 20) MB")
            #expect(grown < Attack.memoryBound(connections: crowd.sockets.count))
        }
        try await Patience().wait(for: "the server to see that the connections are gone") {
            await !HonestClient(port: server.port).goOn(atLeast: 1) { true }.latencies.isEmpty
        }
    }

    @Test("Huge bodies that stop one byte before their end keep nobody else waiting")
    func unfinishedBodies() async throws {
        try await Attack.run("unfinished bodies", connections: 200) { crowd, _ in
            crowd.join(200)
            let head =
                "POST /streams/innocent/events HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Length: \(Limits.bodyBytes)\r\n\r\n"
            let body = [UInt8](repeating: 0x20, count: Limits.bodyBytes - 1)
            let sent = crowd.sendEverywhere(Array(head.utf8) + body)
            return "\(sent) sent 4 MB, \(crowd.statuses())"
        }
    }

    @Test("Bodies in chunks of one byte keep nobody else waiting")
    func oneByteChunks() async throws {
        try await Attack.run("one-byte chunks", connections: 100) { crowd, _ in
            crowd.join(100)
            let head =
                "POST /streams/innocent/events HTTP/1.1\r\nHost: localhost\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
            let chunks = String(repeating: "1\r\n \r\n", count: 5000)
            let sent = crowd.sendEverywhere(Array((head + chunks).utf8))
            return "\(sent) sent 5,000 chunks"
        }
    }

    @Test("Pages that nobody reads keep nobody else waiting")
    func unreadPages() async throws {
        try await Attack.run("unread pages", connections: 300) { crowd, server in
            try Self.fill(server)
            crowd.join(300)
            let request = get("/streams/innocent/events?from=0&limit=1000")
            _ = crowd.sendEverywhere(Array(String(repeating: request, count: 4).utf8))
            return "4 pages asked for on each"
        }
    }

    @Test("Hundreds of requests whose answers nobody reads keep nobody else waiting")
    func pipelines() async throws {
        try await Attack.run("pipelines", connections: 150) { crowd, _ in
            crowd.join(150)
            let requests = String(repeating: get("/health"), count: 500)
            _ = crowd.sendEverywhere(Array(requests.utf8), idleRounds: 200)
            return "500 requests on each, none read"
        }
    }

    @Test("Heads with too many fields keep nobody else waiting")
    func headers() async throws {
        try await Attack.run("headers", connections: 1000) { crowd, _ in
            crowd.join(1000)
            let fields = String(repeating: "X-\(UUID().uuidString): y\r\n", count: 10_000)
            _ = crowd.sendEverywhere(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\(fields)".utf8))
            let statuses = crowd.statuses()
            return "10,000 fields each, \(statuses)"
        }
    }

    @Test("Small bodies that become large ones keep nobody else waiting")
    func bombs() async throws {
        let zeros = [UInt8](repeating: 0x20, count: Limits.bodyBytes)
        let bomb = ContentCoding.gzip.encode(zeros)
        try await Attack.run("gzip bombs", connections: 1000) { crowd, _ in
            crowd.join(1000)
            let head =
                "POST /streams/innocent/events HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"
            let sent = crowd.sendEverywhere(Array(head.utf8) + bomb)
            return "\(sent) sent \(bomb.count) bytes that are 4 MB"
        }
    }

    @Test("Connections that vanish without a word keep nobody else waiting")
    func halfOpen() async throws {
        try await Attack.run("vanishing", connections: 1000) { crowd, _ in
            crowd.join(1000)
            _ = crowd.sendEverywhere(Array("POST / HTTP/1.1\r\nContent-Le".utf8))
            crowd.closeSending()
            return "half a head, then the end"
        }
    }

    /// Two pages of 1 MB for a stream.
    static func fill(_ server: LedgerUnderTest, stream: String = "innocent") throws {
        let data = String(repeating: "x", count: 200_000)
        let event = JSONBody.event(data: "\"\(data)\"")
        let body = JSONBody.batch(Array(repeating: event, count: 10))
        try ask(server, post("/streams/\(stream)/events", body: body))
    }

    /// Makes a request, which must succeed, on a connection of its own.
    ///
    /// - Returns: the whole answer.
    @discardableResult
    static func ask(_ server: LedgerUnderTest, _ request: String) throws -> String {
        let crowd = Crowd(port: server.port)
        crowd.join(1)
        let patience = Patience()
        try #require(crowd.sendEverywhere(Array(request.utf8), patience: patience) == 1)
        var answer = ""
        while !isWhole(answer) {
            if let more = crowd.received(by: 0) {
                answer += more
            } else {
                try patience.check("an answer to \(request.prefix(50))")
                usleep(1000)
            }
        }
        try #require(answer.hasPrefix("HTTP/1.1 20"), "\(answer)")
        return answer
    }

    private static func isWhole(_ answer: String) -> Bool {
        guard let end = answer.firstRange(of: "\r\n\r\n")?.upperBound,
            let length = answer.firstMatch(of: /content-length: (\d+)/).flatMap({ Int($0.1) })
        else { return false }
        return answer[end...].utf8.count >= length
    }
}
