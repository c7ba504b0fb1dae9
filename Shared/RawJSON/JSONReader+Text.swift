/// The text of strings.
extension JSONReader {
    /// A string's text, unescaped.
    ///
    /// - Throws: ``JSONError/Kind/loneSurrogate`` when an escape stands for half a character.
    public func text(_ string: JSONString) throws(JSONError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(string.range.count)
        try unescape(string, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a string's text, unescaped, as UTF-8.
    ///
    /// - Throws: ``JSONError/Kind/loneSurrogate`` when an escape stands for half a character;
    ///   `bytes` then holds a part of the text.
    public func unescape(_ string: JSONString, into bytes: inout [UInt8]) throws(JSONError) {
        var index = string.range.lowerBound
        while index < string.range.upperBound {
            let plain = ByteScan.firstSpecial(base, index, string.range.upperBound)
            bytes.append(
                contentsOf: UnsafeRawBufferPointer(start: base + index, count: plain - index)
            )
            guard plain < string.range.upperBound else { return }
            index = try unescapeOne(at: plain, into: &bytes)
        }
    }

    /// Whether a string's text is `name`.
    public func equals(_ string: JSONString, _ name: StaticString) -> Bool {
        guard string.hasEscapes else {
            return matches(string.range, name.utf8Start, name.utf8CodeUnitCount)
        }
        var bytes: [UInt8] = []
        do throws(JSONError) { try unescape(string, into: &bytes) } catch { return false }
        return bytes.elementsEqual(
            UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        )
    }

    private func matches(_ range: Range<Int>, _ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard range.count == count else { return false }
        for index in 0..<count where byte(range.lowerBound &+ index) != name[index] {
            return false
        }
        return true
    }

    /// The code unit that four hexadecimal digits stand for.
    func codeUnit(_ index: Int) -> UInt16? {
        var unit: UInt16 = 0
        for offset in 0..<4 {
            let digit: UInt8
            switch byte(index &+ offset) {
            case let byte where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte where (0x61...0x66).contains(byte | 0x20): digit = (byte | 0x20) - 0x57
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// - Returns: The index behind the escape.
    private func unescapeOne(at index: Int, into bytes: inout [UInt8]) throws(JSONError) -> Int {
        switch byte(index + 1) {
        case 0x62: bytes.append(0x08)
        case 0x66: bytes.append(0x0c)
        case 0x6e: bytes.append(0x0a)
        case 0x72: bytes.append(0x0d)
        case 0x74: bytes.append(0x09)
        case 0x75: return try unescapeUnicode(at: index, into: &bytes)
        case let other: bytes.append(other)
        }
        return index + 2
    }

    private func unescapeUnicode(at index: Int, into bytes: inout [UInt8]) throws(JSONError)
        -> Int
    {
        let unit = UInt32(codeUnit(index + 2) ?? 0)
        if let scalar = Unicode.Scalar(unit) {
            bytes.append(contentsOf: Unicode.UTF8.encode(scalar) ?? .init())
            return index + 6
        }
        guard unit < 0xdc00, index + 11 < count, byte(index + 6) == 0x5c, byte(index + 7) == 0x75,
            let low = codeUnit(index + 8), (0xdc00...0xdfff).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((unit - 0xd800) << 10) + (UInt32(low) - 0xdc00))
        else { throw JSONError(.loneSurrogate, at: index) }
        bytes.append(contentsOf: Unicode.UTF8.encode(scalar) ?? .init())
        return index + 12
    }
}
