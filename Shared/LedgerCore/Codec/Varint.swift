/// Unsigned LEB128, one spelling per value.
///
/// Seven bits a byte, least significant first, the high bit set on all but the last.
package enum Varint {
    /// The bytes of the largest value, 64 bits.
    package static let maximumCount = 10

    /// The number of bytes that ``append(_:to:)`` writes for `value`.
    package static func count(_ value: UInt64) -> Int {
        value < 0x80 ? 1 : (64 - value.leadingZeroBitCount + 6) / 7
    }

    /// Appends `value` to `bytes`.
    package static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Reads the value at `index` and moves `index` behind it.
    ///
    /// - Returns: nil, with `index` unchanged, when the bytes end too early, the value has more
    ///   than 64 bits, or it is spelled longer than it need be.
    package static func decode(_ bytes: UnsafeRawBufferPointer, at index: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var at = index
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard at < bytes.count else { return nil }
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            guard byte < 0x80 else { continue }
            guard byte != 0 || shift == 0, shift < 63 || byte == 1 else { return nil }
            index = at
            return value
        }
        return nil
    }

    /// Reads the value at `index` and moves `index` behind it.
    package static func decode(_ bytes: [UInt8], at index: inout Int) -> UInt64? {
        bytes.withUnsafeBytes { decode($0, at: &index) }
    }
}

/// Reads a small structure front to back; every step returns nil beyond the end.
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

    /// Reads a length and that many bytes.
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

extension [UInt8] {
    /// `withUnsafeBytes`, for bodies that throw a type of their own.
    func withRawBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { (bytes) throws(Failure) in
            try body(UnsafeRawBufferPointer(bytes))
        }
    }
}
