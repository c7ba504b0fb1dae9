/// Reads a small structure front to back; every step answers nil beyond the end.
struct ByteReader {
    private let bytes: [UInt8]
    private var index = 0
    private let end: Int

    /// A reader that stops at `end`; at the bytes' end when nil.
    init(_ bytes: [UInt8], upTo end: Int? = nil) {
        self.bytes = bytes
        self.end = end ?? bytes.count
    }

    var isAtEnd: Bool { index == end }

    mutating func byte() -> UInt8? {
        guard index < end else { return nil }
        defer { index += 1 }
        return bytes[index]
    }

    mutating func number() -> UInt64? {
        bytes.withUnsafeBytes {
            Varint.decode(UnsafeRawBufferPointer(rebasing: $0[..<end]), at: &index)
        }
    }

    mutating func take(_ count: Int) -> [UInt8]? {
        guard count <= end - index else { return nil }
        defer { index += count }
        return Array(bytes[index..<index + count])
    }

    /// A length and that many bytes.
    mutating func field() -> [UInt8]? {
        guard let length = number().flatMap(Int.init(exactly:)) else { return nil }
        return take(length)
    }

    mutating func offset() -> Offset? {
        number().flatMap(Int64.init(exactly:)).flatMap { Offset($0) }
    }

    mutating func rest() -> [UInt8] {
        defer { index = end }
        return Array(bytes[index..<end])
    }
}
