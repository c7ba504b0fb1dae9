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
