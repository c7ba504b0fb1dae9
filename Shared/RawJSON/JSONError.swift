/// Why bytes are not the JSON that was wanted.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Hashable, Sendable {
        /// The document ends too early.
        case unexpectedEnd
        /// This byte can't stand here.
        case unexpectedByte(UInt8)
        /// Not UTF-8.
        case invalidUTF8
        /// A control character inside a string; JSON wants it escaped.
        case controlCharacter
        /// A backslash followed by what is no escape.
        case invalidEscape
        /// Half of a surrogate pair, which stands for no character.
        case loneSurrogate
        /// Not a number by RFC 8259.
        case invalidNumber
        /// More arrays and objects inside each other than allowed.
        case tooDeep(limit: Int)
        /// Something follows the document.
        case trailingBytes
        /// A byte order mark, which RFC 8259 forbids.
        case byteOrderMark
        /// A value of another kind.
        case wrongType(expected: JSONKind)
    }

    /// What is wrong.
    public let kind: Kind
    /// Where: bytes from the start of the document.
    public let offset: Int

    init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    public var description: String {
        "\(kind.text) at byte \(offset)"
    }
}

extension JSONError.Kind {
    fileprivate var text: String {
        switch self {
        case .unexpectedEnd: "the JSON ends too early"
        case .unexpectedByte(let byte): "unexpected \(Self.name(byte))"
        case .invalidUTF8: "invalid UTF-8"
        case .controlCharacter: "a control character that is not escaped"
        case .invalidEscape: "an invalid escape"
        case .loneSurrogate: "half of a surrogate pair"
        case .invalidNumber: "an invalid number"
        case .tooDeep(let limit): "more than \(limit) arrays and objects inside each other"
        case .trailingBytes: "something follows the JSON"
        case .byteOrderMark: "a byte order mark"
        case .wrongType(let expected): "no \(expected)"
        }
    }

    private static func name(_ byte: UInt8) -> String {
        guard (0x21...0x7e).contains(byte) else {
            return "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        return "'\(Character(Unicode.Scalar(byte)))'"
    }
}

/// The kinds of JSON values.
public enum JSONKind: Hashable, Sendable {
    /// `{…}`
    case object
    /// `[…]`
    case array
    /// `"…"`
    case string
    /// Digits.
    case number
    /// `true`
    case `true`
    /// `false`
    case `false`
    /// `null`
    case null
}

/// Where a string stands in its document.
public struct JSONString: Hashable, Sendable {
    /// What stands between the quotes.
    public let range: Range<Int>
    /// There is a backslash in it.
    public let hasEscapes: Bool
}

/// Where a number stands in its document, and its value if it is an integer.
public struct JSONNumber: Hashable, Sendable {
    /// The digits and what belongs to them.
    public let range: Range<Int>
    /// The value, if it has no fractional part and fits: `3`, `3.0` and `3e2` do.
    public let integer: Int64?
}
