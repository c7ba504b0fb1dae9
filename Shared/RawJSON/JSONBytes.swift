/// The document's bytes, with the grammar's pieces as functions from offset to offset.
///
/// Nothing here moves: a function takes the offset at which something begins and returns the one after
/// it. So loops keep their offset in a register.
@usableFromInline
struct JSONBytes {
    @usableFromInline let base: UnsafeRawPointer
    @usableFromInline let count: Int

    /// A view of bytes that the caller keeps alive.
    @inlinable
    init(_ bytes: UnsafeRawBufferPointer) {
        // An empty buffer may have no address; then any will do, since nothing is read from it.
        base = bytes.baseAddress ?? UnsafeRawPointer(("" as StaticString).utf8Start)
        count = bytes.count
    }

    /// The byte at an offset below `count`.
    @inlinable
    subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count)
        return base.load(fromByteOffset: index, as: UInt8.self)
    }

    /// The bytes in a range that must lie within the document.
    @inlinable
    subscript(range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count,
            "a range of another document"
        )
        return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// The offset of the first byte at or after `start` that is not whitespace, or `count`.
    @inline(__always)
    func afterWhitespace(_ start: Int) -> Int {
        var index = start
        while index < count {
            let byte = self[index]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
                break
            }
            index &+= 1
        }
        return index
    }

    /// The offset after the word (`true`, `false`, `null`) that begins at `start`.
    func endOfLiteral(_ word: StaticString, at start: Int) throws(JSONError) -> Int {
        for offset in 0..<word.utf8CodeUnitCount {
            guard start &+ offset < count, self[start &+ offset] == word.utf8Start[offset] else {
                throw unexpected(at: start &+ offset)
            }
        }
        return start &+ word.utf8CodeUnitCount
    }

    /// The offset after whichever of the three words begins at `start`.
    func endOfWord(at start: Int) throws(JSONError) -> Int {
        switch self[start] {
        case UInt8(ascii: "t"): try endOfLiteral("true", at: start)
        case UInt8(ascii: "f"): try endOfLiteral("false", at: start)
        case UInt8(ascii: "n"): try endOfLiteral("null", at: start)
        default: throw unexpected(at: start)
        }
    }

    /// The offset after the byte that must stand at `index`.
    @inline(__always)
    func after(_ byte: UInt8, at index: Int) throws(JSONError) -> Int {
        guard index < count, self[index] == byte else { throw unexpected(at: index) }
        return index &+ 1
    }

    /// The error for a byte, or the end, that cannot stand at an offset.
    @inline(never)
    func unexpected(at index: Int) -> JSONError {
        index < count
            ? JSONError(.unexpectedByte(self[index]), at: index)
            : JSONError(.unexpectedEnd, at: count)
    }
}

/// Eight bytes looked at together (SWAR: SIMD within a register).
///
/// A marker has the high bit set in the bytes that were searched for. Bytes above the lowest marked one
/// may be marked wrongly (a subtraction borrows across bytes), so only the lowest may be trusted.
@usableFromInline
typealias ByteWord = UInt64

extension ByteWord {
    /// The high bit of each byte.
    @usableFromInline static var highBits: ByteWord { 0x8080_8080_8080_8080 }

    /// The same byte eight times.
    @inlinable
    static func repeating(_ byte: UInt8) -> ByteWord { 0x0101_0101_0101_0101 &* ByteWord(byte) }

    /// Marks what a string cannot hold as is: `"`, `\` and control characters.
    ///
    /// Exclusive or with 0x02 turns the quote (0x22) into 0x20, swaps control characters among themselves
    /// and moves the space out of the way, so one comparison with 0x21 finds both.
    @inlinable
    var markedStringSpecials: ByteWord {
        let quoteOrControl = (self ^ .repeating(0x02)) &- .repeating(0x21)
        let backslash = (self ^ .repeating(UInt8(ascii: "\\"))) &- .repeating(0x01)
        return (quoteOrControl | backslash) & ~self & .highBits
    }

    /// Marks bytes that are not ASCII; every marker may be trusted.
    @inlinable
    var markedNonASCII: ByteWord { self & .highBits }

    /// The number of bytes, in memory order, before the lowest marked one.
    @inlinable
    var bytesBeforeMark: Int { trailingZeroBitCount &>> 3 }
}

extension UnsafeRawPointer {
    /// The eight bytes at an offset, the first one in the lowest bits.
    @inlinable
    func byteWord(at offset: Int) -> ByteWord {
        ByteWord(littleEndian: loadUnaligned(fromByteOffset: offset, as: ByteWord.self))
    }

    /// The offset of the first byte from `start` on that cannot stand in a string as it is, or `end`.
    @inlinable
    @inline(__always)
    func firstStringSpecial(from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let marked = byteWord(at: index).markedStringSpecials
            if marked != 0 { return index &+ marked.bytesBeforeMark }
            index &+= 8
        }
        while index < end {
            let byte = load(fromByteOffset: index, as: UInt8.self)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            index &+= 1
        }
        return index
    }
}
