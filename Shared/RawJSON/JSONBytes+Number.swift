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
    /// Whether this is an ASCII digit.
    @inline(__always)
    var isDigit: Bool { digitValue < 10 }

    /// The value of an ASCII digit; 10 or more for every other byte.
    @inline(__always)
    var digitValue: UInt8 { self &- UInt8(ascii: "0") }
}
