/// The name of a stream: `[A-Za-z][A-Za-z0-9._-]{0,63}`.
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

/// The name of a subscription: `[A-Za-z][A-Za-z0-9._-]{0,63}`.
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
    /// Valid UTF-8.
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

/// `[A-Za-z][A-Za-z0-9._-]*`, the rule that names and event types share.
public enum NameRule {
    /// Whether `name` keeps the rule and has 1 to `maximum` bytes.
    public static func holds(_ name: String, maximum: Int) -> Bool {
        var name = name
        return name.withUTF8 { holds(UnsafeRawBufferPointer($0), maximum: maximum) }
    }

    /// Whether the bytes keep the rule and are 1 to `maximum` in number.
    public static func holds(_ bytes: UnsafeRawBufferPointer, maximum: Int) -> Bool {
        guard let first = bytes.first, isLetter(first), bytes.count <= maximum else { return false }
        return bytes.allSatisfy(isAllowed)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return lower >= 0x61 && lower <= 0x7a
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isLetter(byte) || (byte >= 0x30 && byte <= 0x39)
            || byte == 0x2e || byte == 0x5f || byte == 0x2d
    }
}
