#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Reads lines of bytes from a file descriptor.
struct LineReader {
    private let descriptor: Int32
    private var bytes: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// The number of the line read last, from 1.
    private(set) var number = 0

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The next line without its end; nil at the end.
    mutating func next() throws(TransferError) -> [UInt8]? {
        var searched = start
        while true {
            if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                number += 1
                return Array(bytes[start..<end])
            }
            searched = bytes.count
            guard isAtEnd else {
                searched -= try fill()
                continue
            }
            guard start < bytes.count else { return nil }
            defer { start = bytes.count }
            number += 1
            return Array(bytes[start...])
        }
    }

    /// Reads more, and forgets what was handed out; returns how far that moved the rest.
    private mutating func fill() throws(TransferError) -> Int {
        let moved = start
        bytes.removeFirst(start)
        start = 0
        var part = [UInt8](repeating: 0, count: 1 << 18)
        let count = read(descriptor, &part, part.count)
        guard count >= 0 else { throw .file("cannot read: \(String(cString: strerror(errno)))") }
        bytes += part[..<count]
        isAtEnd = count == 0
        return moved
    }
}
