import Foundation
import Glibc
import Synchronization

/// A server of canned answers, one thread per connection.
package final class TinyServer: Sendable {
    private struct State {
        var isStopped = false
        var connections = 0
        /// Every request, head and body.
        package var requests: [String] = []
    }

    private let socket: Int32
    private let state = Mutex(State())
    /// The port it listens on.
    package let port: Int

    /// A server on a free port.
    ///
    /// - Parameters:
    ///   - closes: True to close the connection after each answer.
    ///   - closesWhenSilent: True to close it instead of an answer of nil.
    ///   - answer: Answers a request, head and body, with all bytes; nil means to stay silent.
    package init(
        closes: Bool = false,
        closesWhenSilent: Bool = false,
        answer: @escaping @Sendable (String) -> String?
    ) {
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
                    serve(
                        on: connection,
                        closes: closes,
                        closesWhenSilent: closesWhenSilent,
                        answer: answer
                    )
                }
            }
            // Here and nowhere else: closed under a waiting `accept`, the number could become
            // another server's, whose connections this thread would take.
            close(listener)
        }
    }

    deinit { stop() }

    /// The address at which it answers: `http://127.0.0.1:PORT`.
    package var url: String { "http://127.0.0.1:\(port)" }
    /// Connections that were made so far.
    package var connections: Int { state.withLock { $0.connections } }
    /// Every request, head and body.
    package var requests: [String] { state.withLock { $0.requests } }

    /// Refuses connections from now on.
    ///
    /// Only the first call counts: the socket's number may be someone else's by the second.
    package func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirst else { return }
        shutdown(socket, Int32(SHUT_RDWR))
    }

    private func serve(
        on connection: Int32,
        closes: Bool,
        closesWhenSilent: Bool,
        answer: (String) -> String?
    ) {
        defer { close(connection) }
        while let request = receive(connection) {
            state.withLock { $0.requests.append(request) }
            guard let text = answer(request) else {
                if closesWhenSilent { return }
                continue
            }
            let bytes = Array(text.utf8)
            _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            if closes { return }
        }
    }

    /// The head, and as much body as it announces.
    private func receive(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
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
