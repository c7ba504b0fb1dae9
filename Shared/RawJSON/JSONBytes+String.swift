extension JSONBytes {
    /// The string whose opening quote must stand at `start`; it ends one byte before the offset to go on at.
    @inline(__always)
    func string(at start: Int) throws(JSONError) -> JSONString {
        let first = try after(UInt8(ascii: "\""), at: start)
        let special = base.firstStringSpecial(from: first, to: count)
        if special < count, self[special] == UInt8(ascii: "\"") {
            return JSONString(range: unchecked(first, special), hasEscapes: false)
        }
        let end = try closingQuote(fromSpecial: special)
        return JSONString(range: unchecked(first, end), hasEscapes: true)
    }

    /// The offset of the closing quote, given that of the first byte which needed a closer look.
    @inline(never)
    private func closingQuote(fromSpecial special: Int) throws(JSONError) -> Int {
        var index = special
        while index < count {
            switch self[index] {
            case UInt8(ascii: "\""): return index
            case UInt8(ascii: "\\"): index = try endOfEscape(at: index)
            default: throw JSONError(.controlCharacter, at: index)
            }
            index = base.firstStringSpecial(from: index, to: count)
        }
        throw JSONError(.unexpectedEnd, at: count)
    }

    /// The offset after the escape whose backslash is at `index`.
    ///
    /// The grammar lets a surrogate stand alone, so this does too.
    @inline(__always)
    private func endOfEscape(at index: Int) throws(JSONError) -> Int {
        guard index &+ 1 < count else { throw JSONError(.unexpectedEnd, at: count) }
        switch self[index &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index &+ 2
        case UInt8(ascii: "u"):
            _ = try codeUnit(ofEscapeAt: index)
            return index &+ 6
        default:
            throw JSONError(.invalidEscape, at: index)
        }
    }

    /// The UTF-16 code unit that the `\uXXXX` at `index` stands for.
    func codeUnit(ofEscapeAt index: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for offset in 2..<6 {
            guard index &+ offset < count else { throw JSONError(.unexpectedEnd, at: count) }
            guard let digit = hexadecimalValue(self[index &+ offset]) else {
                throw JSONError(.invalidEscape, at: index)
            }
            unit = unit &<< 4 | digit
        }
        return unit
    }

    @inline(__always)
    private func unchecked(_ lower: Int, _ upper: Int) -> Range<Int> {
        Range(uncheckedBounds: (lower, upper))
    }
}

@inline(__always)
private func hexadecimalValue(_ byte: UInt8) -> UInt16? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte &- UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte &- UInt8(ascii: "a") &+ 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte &- UInt8(ascii: "A") &+ 10)
    default: nil
    }
}
