/// A random 128-bit id: of a stream's or subscription's incarnation, of an append, of a transaction.
///
/// A stream that is deleted and created again gets a new one, so it shares no row with its
/// predecessor.
public struct Incarnation: Hashable, Sendable {
    /// The first 64 bits, big-endian in text.
    public let high: UInt64
    /// The last 64 bits.
    public let low: UInt64

    /// An id made of two given halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A fresh id from `generator`.
    public static func random(using generator: inout some RandomNumberGenerator) -> Incarnation {
        Incarnation(high: generator.next(), low: generator.next())
    }

    /// 32 lower-case hexadecimal digits.
    public var hex: String {
        Hexadecimal.encode(bytes)
    }

    /// 16 bytes, big-endian.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for half in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift)))
            }
        }
        return bytes
    }

    /// The inverse of ``bytes``; nil unless there are 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The inverse of ``hex``; nil unless the text is 32 lower-case hexadecimal digits.
    public init?(hex: some StringProtocol) {
        guard let bytes = Hexadecimal.decode(hex.utf8) else { return nil }
        self.init(bytes: bytes)
    }
}
