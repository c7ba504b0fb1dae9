extension JSONBytes {
    /// The string whose opening quote must stand at `start`; it ends one byte before the offset to go on at.
    @inline(__always)
    func string(at start: Int) throws(JSONError) -> JSONString {
        let first = try after(UInt8(ascii: "\""), at: start)
        let special = base.firstStringSpecial(from: first, to: count)
        if special < count, self[special] == UInt8(ascii: "\"") {
            return JSONString(range: unchecked(first, to: special), hasEscapes: false)
        }
        let end = try closingQuote(fromSpecial: special)
        return JSONString(range: unchecked(first, to: end), hasEscapes: true)
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
    private func unchecked(_ lower: Int, to upper: Int) -> Range<Int> {
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

extension JSONBytes {
    /// The offset after the number at `start`, whose first byte is known to be `-` or a digit.
    @inline(__always)
    func endOfNumber(at start: Int) throws(JSONError) -> Int {
        var index = self[start] == UInt8(ascii: "-") ? start &+ 1 : start
        let isZero = index < count && self[index] == UInt8(ascii: "0")
        index = try endOfDigits(at: index, one: isZero)
        guard index < count else { return index }
        if self[index] == UInt8(ascii: ".") {
            index = try endOfDigits(at: index &+ 1, one: false)
        }
        if index < count, self[index] | 0x20 == UInt8(ascii: "e") {
            index = try endOfExponent(at: index)
        }
        return index
    }

    /// The offset after at least one digit; after exactly `one` when no other may follow (a leading zero).
    @inline(__always)
    private func endOfDigits(at start: Int, one: Bool) throws(JSONError) -> Int {
        var index = start
        while index < count, self[index].isDigit { index &+= 1 }
        guard index > start, !one || index == start &+ 1 else {
            throw invalidNumber(at: one ? start &+ 1 : start)
        }
        return index
    }

    private func endOfExponent(at start: Int) throws(JSONError) -> Int {
        let sign = start &+ 1
        let isSigned =
            sign < count && (self[sign] == UInt8(ascii: "+") || self[sign] == UInt8(ascii: "-"))
        return try endOfDigits(at: isSigned ? sign &+ 1 : sign, one: false)
    }

    @inline(never)
    private func invalidNumber(at index: Int) -> JSONError {
        index < count
            ? JSONError(.invalidNumber, at: index) : JSONError(.unexpectedEnd, at: count)
    }
}

extension UInt8 {
    /// True for the ASCII digits `0` to `9`.
    @inline(__always)
    var isDigit: Bool { digitValue < 10 }

    /// The value of an ASCII digit; 10 or more for every other byte.
    @inline(__always)
    var digitValue: UInt8 { self &- UInt8(ascii: "0") }
}

extension JSONBytes {
    /// The exact value of the well-formed number in `range`, if it is whole and fits.
    func integer(in range: Range<Int>) -> Int64? {
        let isNegative = self[range.lowerBound] == UInt8(ascii: "-")
        var index = isNegative ? range.lowerBound &+ 1 : range.lowerBound
        var decimal = Decimal()
        while index < range.upperBound, self[index] | 0x20 != UInt8(ascii: "e") {
            decimal.append(self[index])
            index &+= 1
        }
        let exponent = exponent(in: index..<range.upperBound)
        guard let magnitude = decimal.integer(timesTenTo: exponent) else { return nil }
        guard isNegative else { return Int64(exactly: magnitude) }
        return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }

    /// The value of `e+12`, 0 for an empty range; it stops growing where no significand could make up for it.
    private func exponent(in range: Range<Int>) -> Int {
        var value = 0
        for index in range where self[index].isDigit && value < 1 << 56 {
            value = value &* 10 &+ Int(self[index].digitValue)
        }
        let isNegative = range.count > 1 && self[range.lowerBound &+ 1] == UInt8(ascii: "-")
        return isNegative ? -value : value
    }
}

/// A decimal number while it is read: its digits, and where its point is.
private struct Decimal {
    /// The digits up to the last that is not 0; nil when no number with these digits fits.
    private var significand: UInt64? = 0
    /// Zeros after the significand, which count only when another digit follows or none is a fraction.
    private var zeros = 0
    private var fractionDigits = 0
    private var isFraction = false

    /// Takes the next digit or the decimal point.
    mutating func append(_ byte: UInt8) {
        guard byte.isDigit else { return isFraction = true }
        if isFraction { fractionDigits &+= 1 }
        if byte == UInt8(ascii: "0") {
            zeros &+= 1
        } else {
            significand = significand.flatMap {
                shifted($0, by: zeros &+ 1, adding: byte.digitValue)
            }
            zeros = 0
        }
    }

    /// The number times a power of ten, if that is whole and fits.
    func integer(timesTenTo exponent: Int) -> UInt64? {
        guard let significand else { return nil }
        let places = exponent &+ zeros &- fractionDigits
        if significand == 0 { return 0 }
        return places < 0 ? nil : shifted(significand, by: places, adding: 0)
    }
}

/// `value` times ten to the power of `places`, plus a digit; nil on overflow.
private func shifted(_ value: UInt64, by places: Int, adding digit: UInt8) -> UInt64? {
    if value == 0 { return UInt64(digit) }
    guard places < 20 else { return nil }
    var result = value
    for _ in 0..<places {
        let (product, overflow) = result.multipliedReportingOverflow(by: 10)
        if overflow { return nil }
        result = product
    }
    let (sum, overflow) = result.addingReportingOverflow(UInt64(digit))
    return overflow ? nil : sum
}
