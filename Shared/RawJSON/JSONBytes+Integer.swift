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
