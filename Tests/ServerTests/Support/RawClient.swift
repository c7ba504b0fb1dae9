import Dispatch
import LedgerTesting
import Glibc

/// A socket that sends exactly the bytes that a test gives it, HTTP or not.
///
/// Calls block, so they run on a thread of their own; five minutes without an answer are an error.
/// `@unchecked Sendable` because all state is touched on the queue only.
final class RawClient: @unchecked Sendable {
    private let queue = DispatchQueue(label: "raw client")
    private let socket: Int32
    private var buffer: [UInt8] = []
    private var isOpen = true

    init(port: Int, receiveBuffer: Int32? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4)
        }
        var patience = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(
            socket,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
        setsockopt(
            socket,
            SOL_SOCKET,
            SO_SNDTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
        var noDelay: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw TestFailure("connect: \(errno)") }
    }

    deinit {
        if isOpen { Glibc.close(socket) }
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await onThread { client in
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(client.socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw TestFailure("send: \(errno)") }
                sent += count
            }
        }
    }

    /// The next answer.
    ///
    /// A body is read if there is one.
    func receive(hasBody: Bool = true) async throws -> RawResponse {
        try await onThread { client in
            var response = try RawResponse(head: client.take(through: "\r\n\r\n"))
            let length = response.header("content-length").flatMap { Int($0) } ?? 0
            if hasBody { response.body = try client.take(count: length) }
            return response
        }
    }

    /// The next chunk of a body in chunks; empty at the body's end.
    func receiveChunk() async throws -> String {
        try await onThread { client in
            let line = try client.take(through: "\r\n")
            guard let count = Int(Substring(line.utf8.dropLast(2)), radix: 16) else {
                throw TestFailure("not a chunk's size: \(line)")
            }
            let chunk = try client.take(count: count)
            _ = try client.take(through: "\r\n")
            return String(decoding: chunk, as: UTF8.self)
        }
    }

    /// Everything until the server closes the connection in order.
    func receiveToEnd() async throws -> String {
        try await onThread { client in
            while try client.fill() {}
            defer { client.buffer = [] }
            return String(decoding: client.buffer, as: UTF8.self)
        }
    }

    /// The next bytes as they are; none when the server has closed the connection in order.
    func receiveBytes() async throws -> [UInt8] {
        try await onThread { client in
            if client.buffer.isEmpty { _ = try client.fill() }
            defer { client.buffer = [] }
            return client.buffer
        }
    }

    /// Waits until the server has closed the connection, in whatever way.
    func awaitClose() async throws {
        try await onThread { client in
            do {
                while try client.fill() {}
            } catch let failure as TestFailure where failure.description == "recv: \(ECONNRESET)" {
                return
            }
        }
    }

    func closeSending() async throws {
        try await onThread { _ = shutdown($0.socket, Int32(SHUT_WR)) }
    }

    /// Goes away; with `reset`, the way a crash looks.
    func close(reset: Bool = false) async throws {
        try await onThread { client in
            if reset {
                var option = linger(l_onoff: 1, l_linger: 0)
                let size = socklen_t(MemoryLayout<linger>.size)
                setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &option, size)
            }
            client.isOpen = false
            Glibc.close(client.socket)
        }
    }

    // MARK: On the queue

    private func onThread<Result: Sendable>(
        _ body: @escaping @Sendable (RawClient) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body(self) }) }
        }
    }

    private func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        guard count >= 0 else { throw TestFailure("recv: \(errno)") }
        buffer += chunk[..<count]
        return count > 0
    }

    private func take(count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw TestFailure("closed within a body") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func take(through end: String) throws -> String {
        let end = Array(end.utf8)
        while true {
            if let index = buffer.indices.first(where: { buffer[$0...].starts(with: end) }) {
                return String(decoding: try take(count: index + end.count), as: UTF8.self)
            }
            guard try fill() else { throw TestFailure("closed before an answer") }
        }
    }
}

/// An answer as it came.
struct RawResponse: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    var body: [UInt8] = []

    init(head: String) throws {
        let lines = head.split(separator: "\r\n")
        guard let first = lines.first, let status = Int(first.split(separator: " ")[1]) else {
            throw TestFailure("not an answer: \(head)")
        }
        self.status = status
        headers = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (String(line[..<colon]), String(line[colon...].dropFirst(2)))
        }
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}
