import Foundation
import Glibc
import Synchronization
import Testing

@testable import CurlHTTP

@Suite("HTTP client")
struct CurlClientTests {
    @Test("Two calls share one connection")
    func keepAlive() async throws {
        let server = try TinyServer { _ in
            "HTTP/1.1 201 Created\r\nX-A: b c\r\nContent-Length: 2\r\n\r\nok"
        }
        let client = CurlClient()
        for _ in 0..<2 {
            let answer = try await client.call(
                CurlRequest(
                    method: "POST",
                    url: server.url + "/p?q=1",
                    headers: [("X-T", "v")],
                    body: Array("body".utf8)
                )
            )
            #expect(answer.status == 201 && answer.body == Array("ok".utf8))
            #expect(answer.header("x-a") == "b c")
        }
        #expect(server.connections == 1)
        let requests = server.requests
        #expect(requests.count == 2)
        #expect(requests[0].hasPrefix("POST /p?q=1 HTTP/1.1\r\n"))
        #expect(requests[0].contains("X-T: v\r\n") && requests[0].hasSuffix("\r\n\r\nbody"))
        #expect(!requests[0].lowercased().contains("expect"))
    }

    @Test("Nobody listening: nothing can have happened")
    func refused() async throws {
        let server = try TinyServer { _ in "" }
        let url = server.url
        server.stop()
        await #expect(throws: CurlError.self) {
            try await CurlClient().call(CurlRequest(url: url))
        }
        do {
            _ = try await CurlClient().call(CurlRequest(url: url))
        } catch {
            #expect(!error.mayHaveHappened)
        }
    }

    @Test("An answer that is cut off, or none at all, leaves it open")
    func cutOff() async throws {
        for answer in ["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", ""] {
            let server = try TinyServer(closes: true) { _ in answer }
            do {
                _ = try await CurlClient().call(CurlRequest(url: server.url))
                Issue.record("it must fail")
            } catch {
                #expect(error.mayHaveHappened)
            }
        }
    }

    @Test("An answer that is too large is not taken")
    func tooLarge() async throws {
        let server = try TinyServer { _ in
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000)
        }
        do {
            _ = try await CurlClient(largestAnswer: 999).call(CurlRequest(url: server.url))
            Issue.record("it must fail")
        } catch {
            #expect(error.message.contains("999"))
        }
        let whole = try await CurlClient(largestAnswer: 1000).call(CurlRequest(url: server.url))
        #expect(whole.body.count == 1000)
    }

    @Test("A server that never answers meets the time-out")
    func timeout() async throws {
        let server = try TinyServer { _ in nil }
        do {
            _ = try await CurlClient().call(CurlRequest(url: server.url, timeout: 50))
            Issue.record("it must fail")
        } catch {
            #expect(error.mayHaveHappened)
        }
    }
}

/// A server of canned answers, one thread per connection.
final class TinyServer: Sendable {
    private struct State {
        var isStopped = false
        var connections = 0
        var requests: [String] = []
    }

    private let socket: Int32
    private let state = Mutex(State())
    let port: Int

    /// An answer of nil means to stay silent.
    init(closes: Bool = false, _ answer: @escaping @Sendable (String) -> String?) throws {
        let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, size)
                _ = listen(listener, 8)
                _ = getsockname(listener, $0, &size)
            }
        }
        socket = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                state.withLock { $0.connections += 1 }
                Thread.detachNewThread { [self] in
                    serve(connection, closes, answer)
                }
            }
            // Here and nowhere else: closed under a waiting `accept`, the number could become
            // another server's, whose connections this thread would take.
            close(listener)
        }
    }

    deinit { stop() }

    var url: String { "http://127.0.0.1:\(port)" }
    var connections: Int { state.withLock { $0.connections } }
    var requests: [String] { state.withLock { $0.requests } }

    /// Refuses connections from now on.
    ///
    /// Only the first call counts: the socket's number may be someone else's by the second.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirst else { return }
        shutdown(socket, Int32(SHUT_RDWR))
    }

    private func serve(
        _ connection: Int32,
        _ closes: Bool,
        _ answer: (String) -> String?
    ) {
        defer { close(connection) }
        while let request = receive(connection) {
            state.withLock { $0.requests.append(request) }
            guard let text = answer(request) else { continue }
            let bytes = Array(text.utf8)
            _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            if closes { return }
        }
    }

    /// The head, and as much body as it announces.
    private func receive(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            let parts = text.split(
                separator: /\r\n\r\n/,
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if parts.count == 2 {
                let length = text.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
                if parts[1].utf8.count >= length { return text }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }
}
