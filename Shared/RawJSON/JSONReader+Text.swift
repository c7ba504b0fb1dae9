extension JSONReader {
    /// The text of a string that this reader returned, its escapes replaced.
    ///
    /// Throws `loneSurrogate` when it has half of a surrogate pair.
    public func text(_ string: JSONString) throws(JSONError) -> String {
        guard string.hasEscapes else { return String(decoding: bytes[string.range], as: UTF8.self) }
        var utf8: [UInt8] = []
        try unescape(string, into: &utf8)
        return String(decoding: utf8, as: UTF8.self)
    }

    /// Appends the UTF-8 text of a string that this reader returned, its escapes replaced.
    ///
    /// Throws `loneSurrogate` when it has half of a surrogate pair; then part of it may have been appended.
    public func unescape(_ string: JSONString, into utf8: inout [UInt8]) throws(JSONError) {
        guard string.hasEscapes else { return utf8.append(contentsOf: bytes[string.range]) }
        precondition(string.range.upperBound < bytes.count, "a string of another document")
        var index = string.range.lowerBound
        while index < string.range.upperBound {
            let escape = bytes.base.firstStringSpecial(from: index, to: string.range.upperBound)
            utf8.append(contentsOf: bytes[index..<escape])
            guard escape < string.range.upperBound else { return }
            index = try bytes.appendEscape(at: escape, to: &utf8)
        }
    }

    /// Compares a string that this reader returned with a text, however the string is escaped.
    @inlinable
    public func text(of string: JSONString, is expected: StaticString) -> Bool {
        guard !string.hasEscapes else { return unescaped(string, is: expected) }
        let range = string.range
        precondition(range.upperBound <= bytes.count, "a string of another document")
        guard range.upperBound &- range.lowerBound == expected.utf8CodeUnitCount else {
            return false
        }
        let raw = bytes.base + range.lowerBound
        for offset in 0..<expected.utf8CodeUnitCount
        where raw.load(fromByteOffset: offset, as: UInt8.self) != expected.utf8Start[offset] {
            return false
        }
        return true
    }

    @usableFromInline
    func unescaped(_ string: JSONString, is expected: StaticString) -> Bool {
        var utf8: [UInt8] = []
        do throws(JSONError) { try unescape(string, into: &utf8) } catch { return false }
        return utf8.elementsEqual(
            UnsafeBufferPointer(start: expected.utf8Start, count: expected.utf8CodeUnitCount)
        )
    }

    /// The document's bytes in a range that this reader returned; they live as long as its buffer.
    public func raw(_ range: Range<Int>) -> UnsafeRawBufferPointer { bytes[range] }
}

extension JSONBytes {
    /// Appends what the well-formed escape at `index` stands for and returns the offset after it.
    fileprivate func appendEscape(at index: Int, to utf8: inout [UInt8]) throws(JSONError) -> Int {
        switch self[index &+ 1] {
        case UInt8(ascii: "u"): return try appendCodePoint(at: index, to: &utf8)
        case UInt8(ascii: "b"): utf8.append(0x08)
        case UInt8(ascii: "f"): utf8.append(0x0C)
        case UInt8(ascii: "n"): utf8.append(0x0A)
        case UInt8(ascii: "r"): utf8.append(0x0D)
        case UInt8(ascii: "t"): utf8.append(0x09)
        case let itself: utf8.append(itself)
        }
        return index &+ 2
    }

    private func appendCodePoint(at index: Int, to utf8: inout [UInt8]) throws(JSONError) -> Int {
        let unit = try codeUnit(ofEscapeAt: index)
        if let scalar = Unicode.Scalar(unit) {
            utf8.append(contentsOf: scalar.utf8)
            return index &+ 6
        }
        guard let scalar = try scalar(high: unit, lowAt: index &+ 6) else {
            throw JSONError(.loneSurrogate, at: index)
        }
        utf8.append(contentsOf: scalar.utf8)
        return index &+ 12
    }

    /// The character of a surrogate pair whose second half is escaped at `index`; nil if there is none.
    private func scalar(high: UInt16, lowAt index: Int) throws(JSONError) -> Unicode.Scalar? {
        guard UTF16.isLeadSurrogate(high), index &+ 1 < count,
            self[index] == UInt8(ascii: "\\"), self[index &+ 1] == UInt8(ascii: "u")
        else { return nil }
        let low = try codeUnit(ofEscapeAt: index)
        guard UTF16.isTrailSurrogate(low) else { return nil }
        return UTF16.decode(UTF16.EncodedScalar([high, low]))
    }
}
