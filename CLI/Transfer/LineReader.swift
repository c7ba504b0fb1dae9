import Dispatch
import LedgerServer
import Synchronization
import Glibc

/// Reads lines of bytes from a file descriptor.
struct LineReader {
    /// The result of waiting for a line.
    enum Next {
        /// A line without its end.
        case line([UInt8])
        /// No line was complete in time.
        case pause
        case end
        /// A signal, by its number, ends the reading.
        case stopped(Int32)
    }

    private let source: InputSource
    private var bytes: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// The number of the line read last, from 1.
    private(set) var number = 0

    init(_ descriptor: Int32) {
        source = InputSource(descriptor)
    }

    /// Waits for the next line, until `deadline` at most; for ever where that is nil.
    mutating func next(until deadline: ContinuousClock.Instant? = nil) async throws(Failure) -> Next
    {
        var searched = start
        while true {
            if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                number += 1
                return .line(Array(bytes[start..<end]))
            }
            guard !isAtEnd else {
                guard start < bytes.count else { return .end }
                defer { start = bytes.count }
                number += 1
                return .line(Array(bytes[start...]))
            }
            searched = bytes.count - start
            // Forgets what was handed out.
            bytes.removeFirst(start)
            start = 0
            switch await source.look(within: deadline.map { ContinuousClock.now.duration(to: $0) })
            {
            case .bytes(let more): bytes += more
            case .pause: return .pause
            case .end: isAtEnd = true
            case .stopped(let signal): return .stopped(signal)
            case .failed(let code):
                throw Failure.unavailable("cannot read: \(String(cString: strerror(code)))")
            }
        }
    }
}

/// Reads from a file descriptor, and sees meanwhile that the process was told to stop.
///
/// Reading blocks, so it has a queue of its own instead of Swift's threads. From the first look on,
/// a signal no longer ends the process, but the reading; a second one ends the process.
final class InputSource: Sendable {
    /// The result of a look at the input.
    enum Look {
        case bytes([UInt8])
        /// Nothing came in time.
        case pause
        case end
        /// A signal, by its number.
        case stopped(Int32)
        /// The system's number of the error.
        case failed(Int32)
    }

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "input")
    private let signals: SignalWaiter
    private let signal = Mutex<Int32?>(nil)
    /// A pipe whose writing end is closed when a signal has come.
    private let alarm: (reading: Int32, writing: Int32)

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "the process has no descriptors left for a pipe")
        alarm = (ends[0], ends[1])
        signals = SignalWaiter(signals: StopSignals.heeded)
        Task { [self] in
            let number = await signals.wait()
            signal.withLock { $0 = number }
            close(alarm.writing)
        }
    }

    /// Waits for input, for `patience` at most; for ever where that is nil.
    func look(within patience: Duration?) async -> Look {
        let milliseconds = patience.map(Self.milliseconds) ?? -1
        return await withCheckedContinuation { continuation in
            queue.async { [self] in continuation.resume(returning: lookBlocking(milliseconds)) }
        }
    }

    /// The milliseconds as `poll` takes them, rounded up.
    private static func milliseconds(_ patience: Duration) -> Int32 {
        patience > .zero ? Int32(clamping: Int((patience / .milliseconds(1)).rounded(.up))) : 0
    }

    private func lookBlocking(_ milliseconds: Int32) -> Look {
        while true {
            var entries = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: alarm.reading, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&entries, 2, milliseconds)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failed(errno) }
            if let signal = signal.withLock({ $0 }) { return .stopped(signal) }
            guard count > 0 else { return .pause }
            if let look = readBlocking() { return look }
        }
    }

    /// The bytes at hand; nil when there were none after all.
    private func readBlocking() -> Look? {
        var part = [UInt8](repeating: 0, count: 1 << 18)
        let count = read(descriptor, &part, part.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN ? nil : .failed(errno) }
        return count == 0 ? .end : .bytes(Array(part[..<count]))
    }
}
