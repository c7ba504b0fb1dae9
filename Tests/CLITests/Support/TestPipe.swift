import Glibc
import Loopback
import Testing

/// A pipe between a test and a command.
struct TestPipe: ~Copyable {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        if reading >= 0 { close(reading) }
        if writing >= 0 { close(writing) }
    }

    mutating func closeReading() {
        close(reading)
        reading = -1
    }

    mutating func closeWriting() {
        close(writing)
        writing = -1
    }

    /// Lets a writer get an error instead of waiting where the pipe is full.
    func makeWritingNonBlocking() {
        _ = fcntl(writing, F_SETFL, fcntl(writing, F_GETFL) | O_NONBLOCK)
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(writing, bytes, bytes.count)
    }

    /// How many bytes can be read at once.
    var waiting: Int {
        var count: Int32 = 0
        return ioctl(reading, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    /// Reads so many bytes at most; fewer at the end.
    func read(_ most: Int = .max) async -> [UInt8] {
        let descriptor = reading
        return await onThread {
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 65_536)
            while bytes.count < most {
                let count = Glibc.read(descriptor, &part, min(part.count, most - bytes.count))
                guard count > 0 else { break }
                bytes += part[..<count]
            }
            return bytes
        }
    }
}
