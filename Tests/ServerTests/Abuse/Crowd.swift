import Glibc
import LedgerTesting

/// Many connections of hostile clients, kept by one thread: nothing here ever waits.
///
/// `@unchecked Sendable` because a test uses it from one task.
final class Crowd: @unchecked Sendable {
    private(set) var sockets: [Int32] = []
    private let port: Int

    init(port: Int) {
        self.port = port
    }

    deinit {
        for socket in sockets { close(socket) }
    }

    /// Connects so many more clients; fewer when the process has no descriptors left.
    ///
    /// `receiveBuffer` is the most, bytes, that the system takes in for each; nil: as it likes.
    func join(_ count: Int, receiveBuffer: Int32? = nil) {
        for _ in 0..<count {
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard socket >= 0 else { return }
            if var receiveBuffer {
                setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4)
            }
            guard connect(socket) else {
                close(socket)
                return
            }
            _ = fcntl(socket, F_SETFL, O_NONBLOCK)
            sockets.append(socket)
        }
    }

    private func connect(_ socket: Int32) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// Sends as a client the part of `bytes[start...]` that the network takes at once.
    ///
    /// - Returns: the number of bytes it took; nil when the connection is gone.
    func send(_ bytes: [UInt8], from start: Int = 0, as client: Int) -> Int? {
        let count = bytes[start...].withUnsafeBytes {
            Glibc.send(sockets[client], $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        return errno == EAGAIN ? 0 : nil
    }

    /// Sends `bytes` on every connection, all at the same time, until all is sent, the connection
    /// is gone, or nothing has moved for `idleRounds` rounds; on a busy machine that only makes the
    /// attack weaker.
    ///
    /// - Returns: the number of connections that took all of it.
    func sendEverywhere(_ bytes: [UInt8], idleRounds: Int = 2000) -> Int {
        sendEverywhere(bytes) { $0 < idleRounds }
    }

    /// The same, until all is sent or the connection is gone; throws when that takes too long.
    func sendEverywhere(_ bytes: [UInt8], patience: Patience) throws -> Int {
        try sendEverywhere(bytes) { _ in
            try patience.check("sending to a crowd")
            return true
        }
    }

    /// - Parameters:
    ///   - bytes: for every connection.
    ///   - goesOn: is asked with the number of rounds in which nothing moved.
    /// - Returns: the number of connections that took all of it.
    private func sendEverywhere(
        _ bytes: [UInt8],
        while goesOn: (_ idleRounds: Int) throws -> Bool
    ) rethrows -> Int {
        var sent = [Int?](repeating: 0, count: sockets.count)
        var idle = 0
        while try goesOn(idle) {
            var moved = 0
            for client in sockets.indices {
                guard let start = sent[client], start < bytes.count else { continue }
                let count = send(bytes, from: start, as: client)
                sent[client] = count.map { start + $0 }
                moved += count ?? 1
            }
            guard sent.contains(where: { $0.map { $0 < bytes.count } ?? false }) else { break }
            idle = moved > 0 ? 0 : idle + 1
            if moved == 0 { usleep(500) }
        }
        return sent.count { $0 == bytes.count }
    }

    /// Ends the sending side of every connection.
    func closeSending() {
        for socket in sockets { shutdown(socket, Int32(SHUT_WR)) }
    }

    /// The text that has arrived at a client so far, up to `limit` bytes; nil when nothing has.
    func received(by client: Int, limit: Int = 4096) -> String? {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = recv(sockets[client], &bytes, limit, Int32(MSG_DONTWAIT))
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// The statuses of the first answers that have arrived, with how many clients got each.
    func statuses() -> [String: Int] {
        var statuses: [String: Int] = [:]
        for client in sockets.indices {
            let line = received(by: client)?.split(separator: " ", maxSplits: 2) ?? []
            statuses[line.count > 1 ? String(line[1]) : "none", default: 0] += 1
        }
        return statuses
    }
}
