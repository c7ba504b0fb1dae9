/// Lines on their way into a batch of at most 1,000 events and 1 MB, byte for byte.
struct LineBatch {
    static let maximumLines = 1000
    static let maximumBytes = 1024 * 1024

    /// What goes into one call.
    struct Ready {
        let bytes: [UInt8]
        let count: Int
        /// The numbers of the first and the last line.
        let lines: ClosedRange<Int>
    }

    private var lines: [(number: Int, bytes: [UInt8])] = []
    private var bytes = 0

    /// The number of the first line; nil when there is none.
    var first: Int? { lines.first?.number }

    /// The last line already belongs to the next batch, or the batch has all it takes.
    var isFull: Bool { lines.count >= Self.maximumLines || bytes > Self.maximumBytes }

    mutating func add(_ line: [UInt8], number: Int) {
        lines.append((number, line))
        bytes += line.count + 1
    }

    /// The next batch, without the line that made it too large; nil when there are no lines.
    mutating func take() -> Ready? {
        let keepsLast = bytes > Self.maximumBytes && lines.count > 1
        let taken = lines.prefix(lines.count - (keepsLast ? 1 : 0))
        guard let first = taken.first, let last = taken.last else { return nil }
        lines.removeFirst(taken.count)
        bytes = lines.reduce(0) { $0 + $1.bytes.count + 1 }
        return Ready(
            bytes: Array(taken.map(\.bytes).joined(separator: [UInt8(ascii: "\n")])),
            count: taken.count,
            lines: first.number...last.number
        )
    }
}
