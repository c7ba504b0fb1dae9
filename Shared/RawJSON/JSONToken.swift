/// What the next value is, told by its first byte.
public enum JSONKind: Hashable, Sendable {
    /// Begins with `{`.
    case object
    /// Begins with `[`.
    case array
    /// Begins with `"`.
    case string
    /// Begins with `-` or a digit.
    case number
    /// Begins with `t`.
    case `true`
    /// Begins with `f`.
    case `false`
    /// Begins with `n`.
    case null

    /// The kind of value that begins with this byte; nil when none does.
    @inlinable
    init?(firstByte: UInt8) {
        switch firstByte {
        case UInt8(ascii: "{"): self = .object
        case UInt8(ascii: "["): self = .array
        case UInt8(ascii: "\""): self = .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .number
        case UInt8(ascii: "t"): self = .true
        case UInt8(ascii: "f"): self = .false
        case UInt8(ascii: "n"): self = .null
        default: return nil
        }
    }
}

/// A type of value that a reader can be asked for.
public enum JSONType: String, Hashable, Sendable {
    /// An object.
    case object
    /// An array.
    case array
    /// A string.
    case string
    /// A number.
    case number
    /// `true` or `false`.
    case boolean
    /// `null`.
    case null

    /// The type as an error message names it, such as "an object".
    var withArticle: String {
        switch self {
        case .object, .array: "an \(rawValue)"
        case .string, .number, .boolean: "a \(rawValue)"
        case .null: rawValue
        }
    }
}

/// A string's place in the document, not its text.
///
/// `JSONReader.text(_:)` and `JSONReader.unescape(_:into:)` make text of it.
public struct JSONString: Hashable, Sendable {
    /// The raw contents between the quotes, as byte offsets in the document.
    public let range: Range<Int>
    /// Whether the contents hold a backslash; without one the raw bytes are the text.
    public let hasEscapes: Bool

    @inlinable
    init(range: Range<Int>, hasEscapes: Bool) {
        self.range = range
        self.hasEscapes = hasEscapes
    }
}

/// A number's place in the document, and its value when that is a whole number.
public struct JSONNumber: Hashable, Sendable {
    /// The number as written, as byte offsets in the document.
    public let range: Range<Int>
    /// The exact value when it has no fractional part and fits, else nil.
    ///
    /// The spelling does not matter: `3`, `3.0`, `30e-1` and `0.03e2` are all 3, and `-0` is 0.
    public let integer: Int64?

    init(range: Range<Int>, integer: Int64?) {
        self.range = range
        self.integer = integer
    }
}
