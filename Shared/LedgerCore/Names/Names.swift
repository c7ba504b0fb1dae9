import LedgerBytes

/// The name of a stream: `[A-Za-z0-9_][A-Za-z0-9._-]{0,248}`.
public struct StreamID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as text; ASCII only.
    public let name: String

    /// - Returns: nil when `name` breaks the rule above.
    public init?(_ name: String) {
        guard NameRule.holds(name, maximum: Limits.nameBytes) else { return nil }
        self.name = name
    }

    /// A name that is known to keep the rule.
    init(trusted name: String) {
        self.name = name
    }

    /// The name as text.
    public var description: String { name }

    /// In order of their values.
    public static func < (left: StreamID, right: StreamID) -> Bool { left.name < right.name }
}

/// The name of a subscription: `[A-Za-z0-9_][A-Za-z0-9._-]{0,248}`.
public struct SubscriptionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as text; ASCII only.
    public let name: String

    /// - Returns: nil when `name` breaks the rule above.
    public init?(_ name: String) {
        guard NameRule.holds(name, maximum: Limits.nameBytes) else { return nil }
        self.name = name
    }

    /// A name that is known to keep the rule.
    init(trusted name: String) {
        self.name = name
    }

    /// The name as text.
    public var description: String { name }

    /// In order of their values.
    public static func < (left: SubscriptionID, right: SubscriptionID) -> Bool {
        left.name < right.name
    }
}

/// The key of an event: 1–512 bytes of UTF-8, compared byte by byte.
///
/// Bytes, not a `String`: Swift's strings compare by canonical equivalence, which would make one
/// key of two that differ only in their normalisation form.
public struct EventKey: Hashable, Comparable, Sendable {
    /// The key's bytes, valid UTF-8.
    public let utf8: [UInt8]

    /// - Returns: nil when empty, longer than 512 bytes, or not UTF-8.
    public init?(utf8: [UInt8]) {
        guard Limits.keyBytes.contains(utf8.count), String(validating: utf8, as: UTF8.self) != nil
        else { return nil }
        self.utf8 = utf8
    }

    /// A key that was valid when it was stored.
    init(trusted utf8: [UInt8]) {
        self.utf8 = utf8
    }

    /// The key as text.
    public var text: String { String(decoding: utf8, as: UTF8.self) }

    /// In order of their values.
    public static func < (left: EventKey, right: EventKey) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

/// `[A-Za-z0-9_][A-Za-z0-9._-]*`, the rule of names.
///
/// ASCII only, so no two names look alike. None begins with a dot, so a URL's path
/// never changes one.
enum NameRule {
    /// True when `name` keeps the rule and has 1 to `maximum` bytes.
    static func holds(_ name: String, maximum: Int) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, isWord(first), bytes.count <= maximum else { return false }
        return bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "_")
    }
}

/// The type of an event: 1–255 bytes of UTF-8 without control characters.
///
/// Wider than the rule of names, because other systems' types have slashes, colons and spaces, and
/// begin with digits.
public enum EventTypeRule {
    /// True when `utf8`, which must be valid UTF-8, keeps the rule.
    public static func holds(_ utf8: UnsafeRawBufferPointer) -> Bool {
        Limits.typeBytes.contains(utf8.count) && !ControlCharacters.occur(in: utf8)
    }
}

/// The characters that print nothing and steer terminals: U+0000–U+001F and U+007F–U+009F.
public enum ControlCharacters {
    /// True when `utf8`, which must be valid UTF-8, contains one.
    public static func occur(in utf8: some Sequence<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for byte in utf8 {
            // C2 80 to C2 9F are U+0080 to U+009F.
            if byte < 0x20 || byte == 0x7f || (previous == 0xc2 && byte < 0xa0) { return true }
            previous = byte
        }
        return false
    }
}

/// A random 128-bit id: of a stream's or subscription's incarnation, of an append, of a
/// transaction.
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

    /// Both halves as 16 bytes, big-endian.
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
