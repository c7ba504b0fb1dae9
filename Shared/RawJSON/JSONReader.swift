/// A pull reader of one JSON document (RFC 8259, strict): the caller says what it expects next.
///
/// ```swift
/// var reader = try JSONReader(bytes, maximumDepth: 128)
/// try reader.beginObject()
/// while let name = try reader.nextMember() {
///     if reader.text(of: name, is: "key") { key = try reader.string() } else { _ = try reader.skipValue() }
/// }
/// try reader.end()
/// ```
///
/// After `nextMember` or a true `nextElement`, read exactly one value; a call too many or too few is an
/// error, as if the document were wrong. No tree is built and no text is copied: strings and numbers are
/// ranges in the buffer, which the caller keeps alive and unchanged. After an error the reader is of no
/// further use. A copy of a reader is a place to come back to.
public struct JSONReader {
    @usableFromInline let bytes: JSONBytes
    private let maximumDepth: Int
    /// True right after `[` or `{`, where no comma comes before what follows.
    private var isAtStart = false

    /// The byte offset the reader has come to.
    public private(set) var position = 0

    /// Creates a reader after checking that all bytes are UTF-8 without a byte order mark.
    ///
    /// - Parameters:
    ///   - bytes: The document, which must outlive the reader.
    ///   - maximumDepth: How many arrays and objects may lie within each other in a value that
    ///     `skipValue` passes: 0 allows only scalars, 1 also `[]`.
    /// - Throws: `invalidUTF8` or `byteOrderMark`.
    public init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) throws(JSONError) {
        try JSONUTF8.validate(bytes)
        self.init(validated: bytes, maximumDepth: maximumDepth)
    }

    /// Creates a reader of bytes that `JSONUTF8.validate(_:)` has passed, alone or as part of a buffer.
    ///
    /// - Parameters:
    ///   - bytes: The document, which must outlive the reader. If it is no UTF-8 after all, reading it is
    ///     still safe, but slices of it may be no UTF-8 either.
    ///   - maximumDepth: As for `init(_:maximumDepth:)`.
    public init(validated bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
        self.bytes = JSONBytes(bytes)
        self.maximumDepth = maximumDepth
    }

    /// Passes whitespace and tells what the next value is by its first byte.
    public mutating func kind() throws(JSONError) -> JSONKind {
        position = bytes.afterWhitespace(position)
        guard position < bytes.count, let kind = JSONKind(firstByte: bytes[position]) else {
            throw bytes.unexpected(at: position)
        }
        return kind
    }

    /// Passes whitespace and requires that only whitespace is left.
    public mutating func end() throws(JSONError) {
        position = bytes.afterWhitespace(position)
        guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
    }
}

// MARK: - Arrays and objects

extension JSONReader {
    /// Passes the `{` of an object; go on with `nextMember()`.
    ///
    /// What the caller begins itself does not count towards `maximumDepth`.
    public mutating func beginObject() throws(JSONError) {
        try require(.object, named: .object)
        position &+= 1
        isAtStart = true
    }

    /// Passes the next member's name and colon, or the `}` of the object and returns nil.
    public mutating func nextMember() throws(JSONError) -> JSONString? {
        guard try advance(closing: UInt8(ascii: "}")) else { return nil }
        let name = try bytes.string(at: position)
        let colon = bytes.afterWhitespace(name.range.upperBound &+ 1)
        position = try bytes.after(UInt8(ascii: ":"), at: colon)
        return name
    }

    /// Passes the `[` of an array; go on with `nextElement()`.
    ///
    /// What the caller begins itself does not count towards `maximumDepth`.
    public mutating func beginArray() throws(JSONError) {
        try require(.array, named: .array)
        position &+= 1
        isAtStart = true
    }

    /// Goes to the next element, or passes the `]` of the array and returns false.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try advance(closing: UInt8(ascii: "]"))
    }

    /// Goes to where the next element or name begins; returns false after passing the closing bracket.
    @inline(__always)
    private mutating func advance(closing: UInt8) throws(JSONError) -> Bool {
        let next = bytes.afterWhitespace(position)
        guard next < bytes.count else { throw bytes.unexpected(at: next) }
        let isFirst = isAtStart
        isAtStart = false
        if bytes[next] == closing {
            position = next &+ 1
            return false
        }
        position = isFirst ? next : try bytes.after(UInt8(ascii: ","), at: next)
        position = bytes.afterWhitespace(position)
        return true
    }
}

// MARK: - Values

extension JSONReader {
    /// Passes a string and returns its place.
    public mutating func string() throws(JSONError) -> JSONString {
        try require(.string, named: .string)
        let string = try bytes.string(at: position)
        position = string.range.upperBound &+ 1
        return string
    }

    /// Passes a number and returns its place and its value, if whole.
    public mutating func number() throws(JSONError) -> JSONNumber {
        try require(.number, named: .number)
        let range = position..<(try bytes.endOfNumber(at: position))
        position = range.upperBound
        return JSONNumber(range: range, integer: bytes.integer(in: range))
    }

    /// Passes `true` or `false` and returns which it was.
    public mutating func boolean() throws(JSONError) -> Bool {
        let kind = try kind()
        guard kind == .true || kind == .false else {
            throw JSONError(.wrongType(expected: .boolean), at: position)
        }
        position = try bytes.endOfWord(at: position)
        return kind == .true
    }

    /// Passes `null`; any other value is an error.
    public mutating func null() throws(JSONError) {
        try require(.null, named: .null)
        position = try bytes.endOfWord(at: position)
    }

    /// Passes any value, checking all of it, and returns where it is, without whitespace around it.
    ///
    /// Arrays and objects are counted from this value on, whatever it lies within; one more than
    /// `maximumDepth` is an error. Lone surrogate escapes are allowed, as in RFC 8259.
    public mutating func skipValue() throws(JSONError) -> Range<Int> {
        let start = bytes.afterWhitespace(position)
        position = try bytes.endOfValue(at: start, maximumDepth: maximumDepth)
        return start..<position
    }

    @inline(__always)
    private mutating func require(_ kind: JSONKind, named type: JSONType) throws(JSONError) {
        guard try self.kind() == kind else {
            throw JSONError(.wrongType(expected: type), at: position)
        }
    }
}

extension JSONReader {
    /// Reads an object, member by member.
    ///
    /// - Parameter read: Reads the value of a member it knows and returns true, or reads nothing and
    ///   returns false; then the value is passed.
    /// - Throws: the error of `read`, or that of a document that breaks the grammar.
    public mutating func members(
        _ read: (JSONString, inout JSONReader) throws(JSONError) -> Bool
    ) throws(JSONError) {
        try beginObject()
        while let name = try nextMember() {
            guard try !read(name, &self) else { continue }
            _ = try skipValue()
        }
    }

    /// Reads an object, member by member, whose names are needed as text.
    public mutating func namedMembers(
        _ read: (String, inout JSONReader) throws(JSONError) -> Bool
    ) throws(JSONError) {
        try members { name, reader throws(JSONError) in
            try read(try reader.text(name), &reader)
        }
    }

    /// Reads an array: `read` reads one element.
    public mutating func elements(
        _ read: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try beginArray()
        while try nextElement() { try read(&self) }
    }

    /// Reads a string's text.
    public mutating func stringText() throws(JSONError) -> String {
        try text(try string())
    }

    /// Reads a string's text as UTF-8.
    public mutating func stringBytes() throws(JSONError) -> [UInt8] {
        var bytes: [UInt8] = []
        try unescape(try string(), into: &bytes)
        return bytes
    }
}
