import Glibc

/// Reads lines of bytes from a file descriptor.
struct LineReader {
    /// What comes next.
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

    /// Waits for the next line, until `deadline` at most; nil: for ever.
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
            switch await source.look(within: deadline.map(Self.milliseconds)) {
            case .bytes(let more): bytes += more
            case .pause: return .pause
            case .end: isAtEnd = true
            case .stopped(let signal): return .stopped(signal)
            case .failed(let code):
                throw Failure.unavailable("cannot read: \(String(cString: strerror(code)))")
            }
        }
    }

    /// From now on, rounded up.
    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: deadline)
        return left > .zero ? Int32(clamping: Int((left / .milliseconds(1)).rounded(.up))) : 0
    }
}
