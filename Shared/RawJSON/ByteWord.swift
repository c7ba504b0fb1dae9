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

    /// How many bytes, in memory order, lie before the lowest marked one.
    @inlinable
    var bytesBeforeMark: Int { trailingZeroBitCount &>> 3 }
}

extension UnsafeRawPointer {
    /// The eight bytes at an offset, the first one in the lowest bits.
    @inlinable
    func byteWord(at offset: Int) -> ByteWord {
        ByteWord(littleEndian: loadUnaligned(fromByteOffset: offset, as: ByteWord.self))
    }

    /// How many of the `count` bytes from `start` can stand in a string as they are.
    ///
    /// Returns the offset of the first that cannot, or `end`.
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
