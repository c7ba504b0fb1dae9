extension JSONBytes {
    /// The offset after the whole value at `start`, which is no whitespace; `maximumDepth` is how many
    /// arrays and objects may lie within each other in it.
    func endOfValue(at start: Int, maximumDepth: Int) throws(JSONError) -> Int {
        var skipper = Skipper(bytes: self, index: start, maximumDepth: maximumDepth)
        repeat {
            while try !skipper.beginValue() {}
        } while try skipper.endValue()
        return skipper.index
    }
}

/// Walks over one value without recursion, so that depth costs a bit and not a stack frame.
private struct Skipper {
    let bytes: JSONBytes
    private(set) var index: Int
    let maximumDepth: Int
    private var nesting = NestingStack()

    init(bytes: JSONBytes, index: Int, maximumDepth: Int) {
        self.bytes = bytes
        self.index = index
        self.maximumDepth = maximumDepth
    }

    /// Passes a scalar or an empty container and returns true, or goes to the first value in a container.
    @inline(__always)
    mutating func beginValue() throws(JSONError) -> Bool {
        guard index < bytes.count else { throw bytes.unexpected(at: index) }
        let first = bytes[index]
        switch first {
        case UInt8(ascii: "\""):
            index = try bytes.string(at: index).range.upperBound &+ 1
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return try beginContainer(isObject: first == UInt8(ascii: "{"))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            index = try bytes.endOfNumber(at: index)
        default:
            index = try bytes.endOfWord(at: index)
        }
        return true
    }

    /// Passes what follows a value; returns true when that leads to another value, false at the very end.
    @inline(__always)
    mutating func endValue() throws(JSONError) -> Bool {
        while nesting.depth > 0 {
            index = bytes.afterWhitespace(index)
            guard index < bytes.count else { throw bytes.unexpected(at: index) }
            if bytes[index] == UInt8(ascii: ",") {
                index = bytes.afterWhitespace(index &+ 1)
                if nesting.isInObject { try passName() }
                return true
            }
            index = try bytes.after(closing(isObject: nesting.isInObject), at: index)
            nesting.pop()
        }
        return false
    }

    @inline(__always)
    private mutating func beginContainer(isObject: Bool) throws(JSONError) -> Bool {
        guard nesting.depth < maximumDepth else {
            throw JSONError(.tooDeep(limit: maximumDepth), at: index)
        }
        index = bytes.afterWhitespace(index &+ 1)
        if index < bytes.count, bytes[index] == closing(isObject: isObject) {
            index &+= 1
            return true
        }
        nesting.push(isObject: isObject)
        if isObject { try passName() }
        return false
    }

    /// Passes a member's name and colon.
    @inline(__always)
    private mutating func passName() throws(JSONError) {
        let end = try bytes.string(at: index).range.upperBound &+ 1
        let colon = bytes.afterWhitespace(end)
        index = bytes.afterWhitespace(try bytes.after(UInt8(ascii: ":"), at: colon))
    }

    @inline(__always)
    private func closing(isObject: Bool) -> UInt8 {
        isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    }
}

/// The arrays and objects around a place, as a bit each: 1 for an object, 0 for an array.
///
/// The innermost 64 are in a register; only deeper documents need memory.
struct NestingStack {
    private(set) var depth = 0
    /// The innermost in the lowest bit; 1 is an object.
    private var recent: UInt64 = 0
    /// Outer ones, 64 at a time, outermost first.
    private var older: [UInt64] = []

    /// True inside an object, false inside an array and outside of both.
    @inline(__always)
    var isInObject: Bool { recent & 1 == 1 }

    @inline(__always)
    mutating func push(isObject: Bool) {
        if depth & 63 == 0, depth > 0 { older.append(recent) }
        recent = recent &<< 1 | (isObject ? 1 : 0)
        depth &+= 1
    }

    @inline(__always)
    mutating func pop() {
        depth &-= 1
        recent &>>= 1
        if depth & 63 == 0, depth > 0 { recent = older.removeLast() }
    }
}
