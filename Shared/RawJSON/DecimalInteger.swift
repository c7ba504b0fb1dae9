/// The value of a JSON number that has no fractional part.
enum DecimalInteger {
    /// - Parameter text: A valid JSON number.
    /// - Returns: nil when it has a fractional part or does not fit into 64 bits.
    static func value(_ text: UnsafeRawBufferPointer) -> Int64? {
        let isNegative = text.first == 0x2d
        let digits = text.filter { (0x30...0x39).contains($0) }
        let mantissaEnd = text.firstIndex { $0 | 0x20 == 0x65 } ?? text.count
        let point = text[..<mantissaEnd].firstIndex(of: 0x2e) ?? mantissaEnd
        let mantissaDigits = text[..<mantissaEnd].count { (0x30...0x39).contains($0) }
        let fraction = mantissaEnd > point ? mantissaEnd - point - 1 : 0
        guard let exponent = exponent(text[min(mantissaEnd + 1, text.count)...]) else {
            // An exponent beyond 64 bits: only of zero is it an integer that fits.
            return digits.prefix(mantissaDigits).allSatisfy { $0 == 0x30 } ? 0 : nil
        }
        return scaled(digits.prefix(mantissaDigits), by: exponent - fraction, isNegative)
    }

    private static func exponent(_ text: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard !text.isEmpty else { return 0 }
        guard let value = Int(String(decoding: text, as: UTF8.self)), abs(value) < 1 << 40 else {
            return nil
        }
        return value
    }

    private static func scaled(_ digits: ArraySlice<UInt8>, by power: Int, _ isNegative: Bool)
        -> Int64?
    {
        var digits = digits.drop { $0 == 0x30 }
        guard !digits.isEmpty else { return 0 }
        if power < 0 {
            guard -power < digits.count, digits.suffix(-power).allSatisfy({ $0 == 0x30 }) else {
                return nil
            }
            digits = digits.dropLast(-power)
        }
        guard digits.count + max(power, 0) <= 19 else { return nil }
        var value: Int64 = 0
        for digit in digits + [UInt8](repeating: 0x30, count: max(power, 0)) {
            let step = Int64(digit - 0x30)
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let (next, adds) = tens.addingReportingOverflow(isNegative ? -step : step)
            guard !overflows, !adds else { return nil }
            value = next
        }
        return value
    }
}
