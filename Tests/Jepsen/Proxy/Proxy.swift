import Foundation
import LedgerTesting
import Synchronization
import Glibc

/// Stands between a client and a server on loopback, and does to requests what the weather says.
///
/// A thread for each connection; each request goes on over a connection of its own.
final class Proxy: Sendable {
    private struct State {
        var weather = Weather.calm
        var target: Int
        var random: SeededGenerator
        var connections: Set<Int32> = []
        /// Requests that are being carried out or will be, whether or not anybody waits for them.
        var underWay = 0
    }

    private let listener: Int32
    private let state: Mutex<State>
    /// The port on loopback that it listens on.
    let port: Int

    init(to target: Int, seed: UInt64) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, size)
                _ = listen(listener, 128)
                _ = getsockname(listener, $0, &size)
            }
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        state = Mutex(State(target: target, random: SeededGenerator(seed: seed)))
        Thread.detachNewThread { [self] in accept() }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// True when no request can arrive any more unless another is made.
    var isQuiet: Bool { state.withLock { $0.underWay == 0 } }

    /// Leads to another port from now on.
    func lead(to target: Int) { state.withLock { $0.target = target } }

    /// Changes the weather; a cut ends what is under way.
    func change(_ weather: Weather) {
        let cut = state.withLock { state in
            state.weather = weather
            return weather.isCut ? state.connections : []
        }
        for connection in cut { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    // MARK: Connections

    private func accept() {
        while case let connection = Glibc.accept(listener, nil, nil), connection >= 0 {
            let isCut = state.withLock { state in
                if !state.weather.isCut { state.connections.insert(connection) }
                return state.weather.isCut
            }
            if isCut {
                close(connection)
            } else {
                Thread.detachNewThread { [self] in serve(connection) }
            }
        }
    }

    private func serve(_ connection: Int32) {
        defer {
            // The number is someone else's once it is closed.
            state.withLock { _ = $0.connections.remove(connection) }
            close(connection)
        }
        while let request = HTTPMessage(from: connection) {
            let fate = state.withLock { state in
                state.underWay += 1
                return state.weather.fate(of: request, using: &state.random)
            }
            defer { state.withLock { $0.underWay -= 1 } }
            guard carryOut(request, by: fate, on: connection) else { return }
        }
    }

    /// - Returns: false when the connection is over.
    private func carryOut(
        _ request: HTTPMessage,
        by fate: RequestFate,
        on connection: Int32
    ) -> Bool {
        switch fate {
        case .lost: return false
        case .unanswered:
            _ = pass(request)
            return false
        case .silent: return HTTPMessage(from: connection) != nil
        case .late(let delay):
            straggle(after: delay) { [self] in _ = pass(request) }
            return HTTPMessage(from: connection) != nil
        case .refused(let refusal): return Self.send(refusal.answer(to: request), to: connection)
        case .passed(let delay, let twin):
            pause(delay)
            guard let answer = pass(request) else { return false }
            if let twin { straggle(after: twin) { [self] in _ = pass(request) } }
            return Self.send(answer.bytes, to: connection) && !answer.closes
        }
    }

    private func straggle(after delay: Duration, body: @escaping @Sendable () -> Void) {
        state.withLock { $0.underWay += 1 }
        Thread.detachNewThread { [self] in
            pause(delay)
            body()
            state.withLock { $0.underWay -= 1 }
        }
    }

    private func pause(_ length: Duration) {
        if length > .zero { usleep(useconds_t(length / .microseconds(1))) }
    }

    /// The answer to a request, over a connection of its own.
    private func pass(_ request: HTTPMessage) -> HTTPMessage? {
        let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(upstream) }
        var noDelay: Int32 = 1
        setsockopt(upstream, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, 4)
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(upstream, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        var address = Self.loopback(state.withLock { $0.target })
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0, Self.send(request.bytes, to: upstream) else { return nil }
        return HTTPMessage(from: upstream)
    }

    private static func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

/// The behaviour of a link: the probability of each trouble of a request.
struct Weather: Sendable {
    /// Every connection is cut, and none is made.
    var isCut = false
    /// The request is not passed on, and its connection closed.
    var lost = 0.0
    /// The request is carried out, and its connection closed without the answer.
    var unanswered = 0.0
    /// The request is not passed on, and nothing comes back until the caller gives up.
    var silent = 0.0
    /// The request is passed on after seconds, whether or not the caller still waits.
    var late = 0.0
    /// The request is carried out a second time, after some seconds.
    var twin = 0.0
    /// The table asks for fewer requests.
    var throttled = 0.0
    /// The table cancels a transaction because of another one under way.
    var conflicted = 0.0
    /// The longest ordinary delay.
    var delay: Duration = .zero

    static let calm = Weather()

    /// The link to the table when nothing special happens.
    static let table = Weather(
        lost: 0.01,
        unanswered: 0.01,
        silent: 0.003,
        late: 0.005,
        twin: 0.02,
        throttled: 0.02,
        conflicted: 0.02,
        delay: .milliseconds(5)
    )

    /// A client's link when nothing special happens.
    static let client = Weather(lost: 0.01, unanswered: 0.02, delay: .milliseconds(3))

    static let cut = Weather(isCut: true)
}

/// The fate of one request on its way.
enum RequestFate {
    case passed(delay: Duration, twin: Duration?)
    case lost
    case unanswered
    case silent
    case late(Duration)
    case refused(Refusal)
}

/// An answer in the name of the table.
enum Refusal {
    case throttled
    case conflicted
}

extension Weather {
    /// Draws the fate of a request.
    func fate(of request: HTTPMessage, using random: inout SeededGenerator) -> RequestFate {
        if random.happens(lost) { return .lost }
        if random.happens(unanswered) { return .unanswered }
        if random.happens(silent) { return .silent }
        if random.happens(late) { return .late(random.milliseconds(in: 500...8_000)) }
        if random.happens(throttled) { return .refused(.throttled) }
        if request.isTransaction, random.happens(conflicted) { return .refused(.conflicted) }
        let isTwin = random.happens(twin)
        return .passed(
            delay: random.milliseconds(in: 0...Int64(delay / .milliseconds(1))),
            twin: isTwin ? random.milliseconds(in: 0...5_000) : nil
        )
    }
}

extension SeededGenerator {
    /// A time of so many whole milliseconds.
    mutating func milliseconds(in range: ClosedRange<Int64>) -> Duration {
        .milliseconds(Int64.random(in: range, using: &self))
    }
}
