/// Appends compact JSON to a buffer of its own; commas are put where they belong.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key("offset")
/// writer.integer(12)
/// writer.endObject()
/// let body = writer.finish()
/// ```
///
/// The caller keeps the order: in an object a key before each value, as many ends as begins. The writer
/// checks neither that nor the JSON given to `raw`.
public struct JSONWriter {
    /// The bytes that were written, followed by room for more.
    ///
    /// All of it counts as initialised, so that a piece of known size costs one check and one copy
    /// instead of the bookkeeping of several appends. Nothing beyond `used` is ever read.
    @usableFromInline var storage: [UInt8]
    /// The number of bytes of the storage that were written.
    @usableFromInline var used = 0
    /// True when the value or key that comes next needs a comma before it.
    @usableFromInline var needsComma = false

    /// Creates a writer with room for some bytes; it grows as needed.
    public init(capacity: Int = 256) {
        storage = Self.room(max(capacity, 32))
    }

    /// The number of bytes written so far.
    public var count: Int { used }

    /// A copy of what has been written; `finish()` gives the same without copying.
    public var bytes: [UInt8] { Array(storage[..<used]) }

    /// Ends the writing and returns what was written.
    public consuming func finish() -> [UInt8] {
        storage.removeLast(storage.count - used)
        return storage
    }

    /// Forgets what was written and keeps the room for it.
    public mutating func removeAll() {
        used = 0
        needsComma = false
    }
}

// MARK: - Structure

extension JSONWriter {
    /// Begins an object; ``endObject()`` must follow.
    @inlinable
    public mutating func beginObject() { open(UInt8(ascii: "{")) }

    /// Ends the innermost object.
    @inlinable
    public mutating func endObject() { close(UInt8(ascii: "}")) }

    /// Begins an array; ``endArray()`` must follow.
    @inlinable
    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// Ends the innermost array.
    @inlinable
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes a member's name, which must be one that needs no escaping.
    @inlinable
    public mutating func key(_ name: StaticString) {
        let count = name.utf8CodeUnitCount
        append(atMost: count &+ 4) { [needsComma] target in
            let start = target.comma(needsComma)
            start.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
            (start + 1).copyMemory(from: name.utf8Start, byteCount: count)
            (start + 1 + count).storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
            (start + 2 + count).storeBytes(of: UInt8(ascii: ":"), as: UInt8.self)
            return start + 3 + count
        }
        needsComma = false
    }

    @inlinable
    mutating func open(_ bracket: UInt8) {
        append(atMost: 2) { [needsComma] target in
            let start = target.comma(needsComma)
            start.storeBytes(of: bracket, as: UInt8.self)
            return start + 1
        }
        needsComma = false
    }

    @inlinable
    mutating func close(_ bracket: UInt8) {
        append(atMost: 1) { target in
            target.storeBytes(of: bracket, as: UInt8.self)
            return target + 1
        }
        needsComma = true
    }
}

// MARK: - Room

extension JSONWriter {
    /// Lets `write` fill at most `count` bytes; it returns where it stopped.
    @inlinable
    @inline(__always)
    mutating func append(
        atMost count: Int,
        write: (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer
    ) {
        if storage.count &- used < count { grow(by: count) }
        let start = used
        used = storage.withUnsafeMutableBytes { target in
            guard let base = target.baseAddress else { return start }
            return write(base + start) - base
        }
    }

    /// Makes room for `count` bytes more, at least doubling so that all growing together stays linear.
    @usableFromInline
    @inline(never)
    mutating func grow(by count: Int) {
        var larger = Self.room(max(storage.count * 2, used + count))
        larger.withUnsafeMutableBytes { target in
            storage.withUnsafeBytes { target.copyMemory(from: .init(rebasing: $0[..<used])) }
        }
        storage = larger
    }

    /// Bytes of any value: filling a large answer's room with zeros first costs as much as a copy of it.
    private static func room(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { $1 = count }
    }
}

extension UnsafeMutableRawPointer {
    /// Writes a comma if one is needed and returns where to go on.
    @inlinable
    @inline(__always)
    func comma(_ isNeeded: Bool) -> UnsafeMutableRawPointer {
        storeBytes(of: UInt8(ascii: ","), as: UInt8.self)
        return isNeeded ? self + 1 : self
    }
}

extension JSONWriter {
    /// Writes `true` or `false`.
    @inlinable
    public mutating func boolean(_ value: Bool) { word(value ? "true" : "false") }

    /// Writes the value `null`.
    @inlinable
    public mutating func null() { word("null") }

    /// Writes JSON that is already one valid value.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        piece(json, commaAfter: true)
    }

    /// Writes JSON that is already one valid value.
    @inlinable
    public mutating func raw(_ json: some Collection<UInt8>) {
        json.withContiguousBytes { raw($0) }
    }

    /// Writes a piece of JSON that need not be a value of its own, such as some members that are
    /// the same in many objects.
    ///
    /// - Parameters:
    ///   - json: UTF-8 that is copied as it is.
    ///   - commaAfter: True when what is written next begins with a comma, as after a whole value.
    public mutating func piece(_ json: UnsafeRawBufferPointer, commaAfter: Bool) {
        append(atMost: json.count &+ 1) { [needsComma] target in
            let start = target.comma(needsComma)
            guard let base = json.baseAddress else { return start }
            start.copyMemory(from: base, byteCount: json.count)
            return start + json.count
        }
        needsComma = commaAfter
    }

    /// Writes a piece of JSON that need not be a value of its own.
    @inlinable
    public mutating func piece(_ json: [UInt8], commaAfter: Bool) {
        json.withUnsafeBytes { piece($0, commaAfter: commaAfter) }
    }

    @inlinable
    mutating func word(_ word: StaticString) {
        raw(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}

extension Collection<UInt8> {
    /// Calls `body` with the bytes in one piece, copying them only if they are not.
    @inlinable
    func withContiguousBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        if withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) == nil {
            Array(self).withUnsafeBytes(body)
        }
    }
}

extension JSONWriter {
    /// Writes a whole number of any size.
    @inlinable
    public mutating func integer(_ value: some BinaryInteger) {
        if let magnitude = UInt64(exactly: value.magnitude) {
            digits(of: magnitude, isNegative: value < 0)
        } else {
            raw(String(value).utf8)
        }
    }

    /// Writes a number given as sign and magnitude.
    @usableFromInline
    mutating func digits(of magnitude: UInt64, isNegative: Bool) {
        // A comma, a sign and the 20 digits of 2^64.
        append(atMost: 22) { [needsComma] target in
            var start = target.comma(needsComma)
            start.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self)
            if isNegative { start += 1 }
            let end = start + digitCount(magnitude)
            write(digitsOf: magnitude, before: end)
            return end
        }
        needsComma = true
    }
}

/// Writes decimal digits backwards, two at a time: a division is what takes the time.
@inline(__always)
private func write(digitsOf magnitude: UInt64, before end: UnsafeMutableRawPointer) {
    var rest = magnitude
    var end = end
    while rest >= 10 {
        end -= 2
        let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
        end.storeBytes(of: twoDigits(pair), as: UInt16.self)
        rest = quotient
    }
    if rest > 0 || magnitude == 0 {
        (end - 1).storeBytes(of: UInt8(ascii: "0") + UInt8(rest), as: UInt8.self)
    }
}

/// Two ASCII digits, the first one at the lower address.
@inline(__always)
private func twoDigits(_ value: UInt64) -> UInt16 {
    let (tens, ones) = value.quotientAndRemainder(dividingBy: 10)
    return UInt16(truncatingIfNeeded: tens | ones &<< 8).littleEndian | 0x3030
}

@inline(__always)
private func digitCount(_ value: UInt64) -> Int {
    var count = 1
    var limit: UInt64 = 10
    while value >= limit {
        count &+= 1
        if count == 20 { break }
        limit &*= 10
    }
    return count
}
