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
