/// The kind of a value, told by its first byte.
public enum JSONKind: Hashable, Sendable {
    /// Members within braces; begins with `{`.
    case object
    /// Elements within brackets; begins with `[`.
    case array
    /// Text within quotes; begins with `"`.
    case string
    /// A number, whole or not; begins with `-` or a digit.
    case number
    /// The word `true`; begins with `t`.
    case `true`
    /// The word `false`; begins with `f`.
    case `false`
    /// The word `null`; begins with `n`.
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

/// A type of value that a reader can be asked for; its raw value is the word for it in messages.
public enum JSONType: String, Hashable, Sendable {
    /// An object, read by `beginObject()`.
    case object
    /// An array, read by `beginArray()`.
    case array
    /// A string, read by `string()`.
    case string
    /// A number, read by `number()`.
    case number
    /// `true` or `false`, read by `boolean()`.
    case boolean
    /// `null`, read by `null()`.
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
    /// True when the contents hold a backslash; without one the raw bytes are the text.
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
