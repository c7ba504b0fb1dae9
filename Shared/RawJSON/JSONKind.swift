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
