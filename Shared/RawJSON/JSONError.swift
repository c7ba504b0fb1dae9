/// The refusal of a document: the rule that it breaks, and the byte offset where it does.
public struct JSONError: Error, Hashable, Sendable {
    /// The rule that a document broke.
    public enum Kind: Hashable, Sendable {
        /// The document ended inside a value.
        case unexpectedEnd
        /// A byte that cannot stand where it does.
        case unexpectedByte(UInt8)
        /// Bytes that are no well-formed UTF-8 (Unicode, table 3-7).
        case invalidUTF8
        /// A character below U+0020 inside a string; it must be escaped.
        case controlCharacter
        /// A backslash that begins none of the escapes of RFC 8259, section 7.
        case invalidEscape
        /// Half of a UTF-16 surrogate pair, which is no text; grammar alone allows it.
        case loneSurrogate
        /// A number that goes on in a way RFC 8259, section 6, does not allow.
        case invalidNumber
        /// More than `limit` arrays and objects within each other.
        case tooDeep(limit: Int)
        /// Something other than whitespace after the value.
        case trailingBytes
        /// The document begins with a byte order mark.
        case byteOrderMark
        /// A value begins here, but of another type than the reader was asked for.
        case wrongType(expected: JSONType)
    }

    /// The rule that was broken.
    public let kind: Kind
    /// The byte offset in the document at which it was found.
    public let offset: Int

    /// Creates an error of a kind at a byte offset.
    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    /// A sentence for a person, such as "unexpected byte 0x7D at byte 17".
    public var description: String { "\(kind) at byte \(offset)" }
}

extension JSONError.Kind: CustomStringConvertible {
    /// The sentence without the place, such as "unexpected byte 0x7D".
    public var description: String {
        switch self {
        case .unexpectedEnd: "unexpected end of the document"
        case .unexpectedByte(let byte): "unexpected byte \(hexadecimal(byte))"
        case .invalidUTF8: "invalid UTF-8"
        case .controlCharacter: "unescaped control character in a string"
        case .invalidEscape: "invalid escape in a string"
        case .loneSurrogate: "lone surrogate escape in a string"
        case .invalidNumber: "invalid number"
        case .tooDeep(let limit): "more than \(limit) arrays and objects within each other"
        case .trailingBytes: "unexpected bytes after the value"
        case .byteOrderMark: "byte order mark"
        case .wrongType(let expected): "expected \(expected.withArticle)"
        }
    }
}

private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return (byte < 0x10 ? "0x0" : "0x") + digits
}
