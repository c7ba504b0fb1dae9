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
