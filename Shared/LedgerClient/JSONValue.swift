public import RawJSON

/// A JSON value as a tree: for answers that people look at, not for the hot path.
public enum JSONValue: Hashable, Sendable {
    /// An object's members, in the order in which they came.
    case object([Member])
    /// An array's elements, in order.
    case array([JSONValue])
    /// A string's text, its escapes replaced; one that stands for half a character is kept as written.
    case string(String)
    /// A number, digit by digit as it was written.
    case number(String)
    /// The word `true` or `false`.
    case boolean(Bool)
    /// The word `null`, not the absence of a member.
    case null

    /// A member of an object.
    public struct Member: Hashable, Sendable {
        /// The member's name, its escapes replaced.
        public let name: String
        /// The member's value, as a tree of its own.
        public let value: JSONValue
        /// The value's bytes as they were written, without white space around them.
        public let raw: [UInt8]
    }

    /// Reads one document, which must be all that `bytes` holds.
    ///
    /// - Throws: `JSONError` where it is no JSON, or nested deeper than 1,024 levels.
    public init(_ bytes: [UInt8]) throws(JSONError) {
        self = try bytes.withUnsafeBytes { buffer in
            Result { () throws(JSONError) in
                var reader = try JSONReader(buffer, maximumDepth: 1024)
                let value = try JSONValue(&reader, in: buffer)
                try reader.end()
                return value
            }
        }.get()
    }

    private init(_ reader: inout JSONReader, in bytes: UnsafeRawBufferPointer) throws(JSONError) {
        switch try reader.kind() {
        case .object:
            var members: [Member] = []
            try reader.beginObject()
            while let name = try reader.nextMember() {
                _ = try reader.kind()
                let start = reader.position
                let value = try JSONValue(&reader, in: bytes)
                members.append(
                    Member(
                        name: try reader.text(name),
                        value: value,
                        raw: Array(bytes[start..<reader.position])
                    )
                )
            }
            self = .object(members)
        case .array:
            var elements: [JSONValue] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try JSONValue(&reader, in: bytes)) }
            self = .array(elements)
        case .string: self = .string(Self.text(try reader.string(), by: reader))
        case .number:
            let range = try reader.number().range
            self = .number(String(decoding: bytes[range], as: UTF8.self))
        case .true, .false: self = .boolean(try reader.boolean())
        case .null:
            try reader.null()
            self = .null
        }
    }

    /// A string's text, or what stands between its quotes when that stands for half a character.
    private static func text(_ string: JSONString, by reader: JSONReader) -> String {
        do throws(JSONError) {
            return try reader.text(string)
        } catch {
            return String(decoding: reader.raw(string.range), as: UTF8.self)
        }
    }

    /// A member's value; nil when this is no object or has no such member.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// A member's bytes as written; nil when this is no object or has no such member.
    public func raw(_ name: String) -> [UInt8]? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.raw
    }

    /// The elements; none when this is no array.
    public var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The text of a string, the digits of a number, `true`, `false`; nil for anything else.
    public var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .boolean(let value): value ? "true" : "false"
        case .object, .array, .null: nil
        }
    }

    /// True for the word `true` alone, not for the string "true".
    public var isTrue: Bool { self == .boolean(true) }
}

// Text is compared byte for byte: Swift takes `é` in one and in two code points for the same.

extension JSONValue {
    /// Compares two values as they are written, but for white space and escapes.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.object(let left), .object(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.string(let left), .string(let right)), (.number(let left), .number(let right)):
            left.utf8.elementsEqual(right.utf8)
        case (.boolean(let left), .boolean(let right)): left == right
        case (.null, .null): true
        case (.object, _), (.array, _), (.string, _), (.number, _), (.boolean, _), (.null, _): false
        }
    }
}

extension JSONValue.Member {
    /// Compares name and value, and the value's bytes as they were written.
    public static func == (left: JSONValue.Member, right: JSONValue.Member) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
            && left.raw == right.raw
    }
}
