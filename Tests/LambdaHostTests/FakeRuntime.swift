import Foundation
import Glibc
import Synchronization

/// A Runtime API on loopback: hands out events one after another and keeps what comes back.
///
/// After the last event it refuses `next`, which ends the function's loop.
final class FakeRuntime: Sendable {
    struct Call: Sendable {
        let path: String
        let head: String
        let body: String
    }

    private struct State {
        var events: [@Sendable () -> String]
        var handedOut = 0
        var calls: [Call] = []
    }

    private let socket: Int32
    private let state: Mutex<State>
    private let refusesAnswers: Bool
    let address: String

    /// - Parameters:
    ///   - events: each is made when it is asked for, so that it can change the world before.
    ///   - refusesAnswers: Answers are said to be too large.
    init(_ events: [@Sendable () -> String], refusesAnswers: Bool = false) {
        state = Mutex(State(events: events))
        self.refusesAnswers = refusesAnswers
        let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, size)
                _ = listen(listener, 8)
                _ = getsockname(listener, $0, &size)
            }
        }
        socket = listener
        address = "127.0.0.1:\(UInt16(bigEndian: name.sin_port))"
        Thread.detachNewThread { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Thread.detachNewThread { [self] in serve(connection) }
            }
            close(listener)
        }
    }

    /// Ends the server; call it once.
    func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// Everything that was posted.
    var calls: [Call] { state.withLock { $0.calls } }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        while let call = receive(connection) {
            let answer = Array(answer(call).utf8)
            _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
        }
    }

    private func answer(_ call: Call) -> String {
        guard call.path.hasSuffix("/invocation/next") else {
            state.withLock { $0.calls.append(call) }
            let isRefused = refusesAnswers && call.path.hasSuffix("/response")
            return "HTTP/1.1 \(isRefused ? "413 Too Large" : "202 Accepted")\r\n"
                + "Content-Length: 0\r\n\r\n"
        }
        let next: (Int, @Sendable () -> String)? = state.withLock { state in
            guard !state.events.isEmpty else { return nil }
            state.handedOut += 1
            return (state.handedOut, state.events.removeFirst())
        }
        guard let (number, event) = next else {
            return "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
        }
        let body = event()
        return "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: request-\(number)\r\n"
            + "Lambda-Runtime-Deadline-Ms: 1767225630000\r\n"
            + "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// The head, and as much body as it announces.
    private func receive(_ connection: Int32) -> Call? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            if let call = Self.parse(bytes) { return call }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    private static func parse(_ bytes: [UInt8]) -> Call? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let head = String(text[..<end.lowerBound])
        let body = String(text[end.upperBound...])
        let length = head.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
        guard body.utf8.count >= length else { return nil }
        return Call(path: String(head.split(separator: " ")[1]), head: head, body: body)
    }
}
