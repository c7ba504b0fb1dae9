/// A strict RFC 8259 pull reader over bytes: it validates and slices, and builds nothing.
///
/// The caller keeps the bytes alive and unchanged while the reader is in use. The document is
/// checked to be UTF-8 as a whole, first.
public struct JSONReader {
    let base: UnsafeRawPointer
    let count: Int
    let maximumDepth: Int
    /// The next byte to be read.
    public private(set) var position = 0
    /// An object or array was just opened, so no comma stands before its first entry.
    private var isFirst = false

    /// A reader at the start of a document.
    ///
    /// - Parameter maximumDepth: How deep arrays and objects may be nested inside a value that is
    ///   skipped.
    /// - Throws: ``JSONError`` when the bytes are not UTF-8 or start with a byte order mark.
    public init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) throws(JSONError) {
        try JSONUTF8.validate(bytes)
        self.init(validated: bytes, maximumDepth: maximumDepth)
    }

    /// A reader of bytes that ``JSONUTF8/validate(_:)`` has passed, or of a part of them that
    /// begins and ends between characters.
    public init(validated bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
        // An empty buffer may have no address; none of its bytes is ever read.
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        count = bytes.count
        self.maximumDepth = maximumDepth
    }

    // MARK: Structure

    /// The kind of the next value, by its first byte.
    public mutating func kind() throws(JSONError) -> JSONKind {
        skipSpace()
        guard position < count else { throw JSONError(.unexpectedEnd, at: position) }
        switch byte(position) {
        case 0x7b: return .object
        case 0x5b: return .array
        case 0x22: return .string
        case 0x2d, 0x30...0x39: return .number
        case 0x74: return .true
        case 0x66: return .false
        case 0x6e: return .null
        case let other: throw JSONError(.unexpectedByte(other), at: position)
        }
    }

    /// Enters an object.
    public mutating func beginObject() throws(JSONError) {
        try open(0x7b, .object)
    }

    /// The name of the object's next member, its colon consumed; nil at the object's end.
    public mutating func nextMember() throws(JSONError) -> JSONString? {
        guard try nextEntry(closing: 0x7d) else { return nil }
        guard position < count, byte(position) == 0x22 else { throw unexpected() }
        let name = try scanString()
        skipSpace()
        try expect(0x3a)
        return name
    }

    /// Enters an array.
    public mutating func beginArray() throws(JSONError) {
        try open(0x5b, .array)
    }

    /// Whether the array has another element; it comes next.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try nextEntry(closing: 0x5d)
    }

    /// Only white space may be left.
    public mutating func end() throws(JSONError) {
        skipSpace()
        guard position == count else { throw JSONError(.trailingBytes, at: position) }
    }

    private mutating func open(_ bracket: UInt8, _ kind: JSONKind) throws(JSONError) {
        guard try self.kind() == kind else {
            throw JSONError(.wrongType(expected: kind), at: position)
        }
        position &+= 1
        isFirst = true
    }

    private mutating func nextEntry(closing bracket: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard position < count else { throw JSONError(.unexpectedEnd, at: position) }
        if byte(position) == bracket {
            position &+= 1
            isFirst = false
            return false
        }
        if !isFirst {
            try expect(0x2c)
            skipSpace()
        }
        isFirst = false
        return true
    }

    // MARK: Values

    /// The next value, a string.
    public mutating func string() throws(JSONError) -> JSONString {
        guard try kind() == .string else {
            throw JSONError(.wrongType(expected: .string), at: position)
        }
        return try scanString()
    }

    /// The next value, a number.
    public mutating func number() throws(JSONError) -> JSONNumber {
        guard try kind() == .number else {
            throw JSONError(.wrongType(expected: .number), at: position)
        }
        let start = position
        try scanNumber()
        let range = start..<position
        return JSONNumber(
            range: range,
            integer: DecimalInteger.value(
                UnsafeRawBufferPointer(start: base + start, count: range.count)
            )
        )
    }

    /// The next value, `true` or `false`.
    public mutating func boolean() throws(JSONError) -> Bool {
        switch try kind() {
        case .true:
            try scanLiteral("true")
            return true
        case .false:
            try scanLiteral("false")
            return false
        default: throw JSONError(.wrongType(expected: .true), at: position)
        }
    }

    /// The next value, `null`.
    public mutating func null() throws(JSONError) {
        guard try kind() == .null else {
            throw JSONError(.wrongType(expected: .null), at: position)
        }
        try scanLiteral("null")
    }

    /// Checks the next value, of any kind, and says where it stands.
    ///
    /// Escapes of lone surrogates are legal here: only who wants the text must refuse them.
    public mutating func skipValue() throws(JSONError) -> Range<Int> {
        skipSpace()
        let start = position
        try scanValue()
        return start..<position
    }

    // MARK: Scanning

    @inline(__always)
    func byte(_ index: Int) -> UInt8 {
        base.load(fromByteOffset: index, as: UInt8.self)
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < count {
            let next = byte(position)
            guard next == 0x20 || next == 0x0a || next == 0x0d || next == 0x09 else { return }
            position &+= 1
        }
    }

    @inline(__always)
    private mutating func expect(_ wanted: UInt8) throws(JSONError) {
        guard position < count, byte(position) == wanted else { throw unexpected() }
        position &+= 1
    }

    private func unexpected() -> JSONError {
        position < count
            ? JSONError(.unexpectedByte(byte(position)), at: position)
            : JSONError(.unexpectedEnd, at: position)
    }

    /// A stack of one bit per open bracket, objects 1: no recursion, whatever the nesting.
    private mutating func scanValue() throws(JSONError) {
        var isObject = BitStack()
        while true {
            switch try kind() {
            case .object, .array:
                guard isObject.count < maximumDepth else {
                    throw JSONError(.tooDeep(limit: maximumDepth), at: position)
                }
                isObject.push(byte(position) == 0x7b)
                position &+= 1
                isFirst = true
            case .string: _ = try scanString()
            case .number: try scanNumber()
            case .true: try scanLiteral("true")
            case .false: try scanLiteral("false")
            case .null: try scanLiteral("null")
            }
            // Close what ends here; stop at the next value that is to be scanned.
            while let inObject = isObject.top {
                if inObject ? try nextMember() != nil : try nextElement() { break }
                isObject.pop()
            }
            if isObject.count == 0 { return }
        }
    }

    @inline(__always)
    private mutating func scanString() throws(JSONError) -> JSONString {
        let start = position &+ 1
        var index = start
        var hasEscapes = false
        while true {
            index = ByteScan.firstSpecial(base, index, count)
            guard index < count else { throw JSONError(.unexpectedEnd, at: count) }
            switch byte(index) {
            case 0x22:
                position = index &+ 1
                return JSONString(range: start..<index, hasEscapes: hasEscapes)
            case 0x5c:
                hasEscapes = true
                index = try skipEscape(index)
            default: throw JSONError(.controlCharacter, at: index)
            }
        }
    }

    private func skipEscape(_ index: Int) throws(JSONError) -> Int {
        guard index &+ 1 < count else { throw JSONError(.unexpectedEnd, at: count) }
        switch byte(index &+ 1) {
        case 0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74: return index &+ 2
        case 0x75:
            guard index &+ 5 < count else { throw JSONError(.unexpectedEnd, at: count) }
            guard codeUnit(index &+ 2) != nil else { throw JSONError(.invalidEscape, at: index) }
            return index &+ 6
        default: throw JSONError(.invalidEscape, at: index)
        }
    }

    @inline(__always)
    private mutating func scanNumber() throws(JSONError) {
        let start = position
        if byte(position) == 0x2d { position &+= 1 }
        guard position < count else { throw JSONError(.unexpectedEnd, at: position) }
        if byte(position) == 0x30 { position &+= 1 } else { try scanDigits(start) }
        if position < count, byte(position) == 0x2e {
            position &+= 1
            try scanDigits(start)
        }
        if position < count, byte(position) | 0x20 == 0x65 {
            position &+= 1
            if position < count, byte(position) == 0x2b || byte(position) == 0x2d { position &+= 1 }
            try scanDigits(start)
        }
        if position < count, byte(position) &- 0x30 < 10 { throw JSONError(.invalidNumber, at: start) }
    }

    @inline(__always)
    private mutating func scanDigits(_ start: Int) throws(JSONError) {
        let first = position
        while position < count, byte(position) &- 0x30 < 10 { position &+= 1 }
        guard position > first else {
            throw JSONError(position < count ? .invalidNumber : .unexpectedEnd, at: start)
        }
    }

    private mutating func scanLiteral(_ word: StaticString) throws(JSONError) {
        let start = position
        for index in 0..<word.utf8CodeUnitCount {
            guard position < count else { throw JSONError(.unexpectedEnd, at: position) }
            guard byte(position) == word.utf8Start[index] else {
                throw JSONError(.unexpectedByte(byte(start)), at: start)
            }
            position &+= 1
        }
    }
}
