/// Validation of a document's encoding, apart from its grammar.
public enum JSONUTF8 {
    /// Checks that all bytes are well-formed UTF-8 and that they do not begin with a byte order mark.
    ///
    /// For callers that read many documents out of one buffer: validate it once, then use
    /// `JSONReader.init(validated:maximumDepth:)`. The offset of an error is that of the first byte of the
    /// ill-formed sequence.
    public static func validate(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        let document = JSONBytes(bytes)
        if document.beginsWithByteOrderMark { throw JSONError(.byteOrderMark, at: 0) }
        var index = document.firstNonASCII(from: 0)
        while index < document.count {
            index = try document.endOfUTF8Sequence(at: index)
            // Text outside ASCII comes in runs.
            if index < document.count, document[index] < 0x80 {
                index = document.firstNonASCII(from: index)
            }
        }
    }
}

extension JSONBytes {
    fileprivate var beginsWithByteOrderMark: Bool {
        count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF
    }

    /// The offset of the first byte at or after `start` that is not ASCII, or `count`.
    @inline(__always)
    fileprivate func firstNonASCII(from start: Int) -> Int {
        var index = start
        while index &+ 32 <= count {
            let first = base.byteWord(at: index) | base.byteWord(at: index &+ 8)
            let second = base.byteWord(at: index &+ 16) | base.byteWord(at: index &+ 24)
            if (first | second).markedNonASCII != 0 { break }
            index &+= 32
        }
        while index &+ 8 <= count {
            let marked = base.byteWord(at: index).markedNonASCII
            if marked != 0 { return index &+ marked.bytesBeforeMark }
            index &+= 8
        }
        while index < count, self[index] < 0x80 { index &+= 1 }
        return index
    }

    /// The offset after the multi-byte sequence at `index`, by Unicode's table 3-7.
    @inline(__always)
    fileprivate func endOfUTF8Sequence(at index: Int) throws(JSONError) -> Int {
        let length =
            switch self[index] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: throw JSONError(.invalidUTF8, at: index)
            }
        guard index &+ length <= count, isSecondByteValid(at: index) else {
            throw JSONError(.invalidUTF8, at: index)
        }
        for offset in 2..<4 where offset < length {
            guard self[index &+ offset] & 0xC0 == 0x80 else {
                throw JSONError(.invalidUTF8, at: index)
            }
        }
        return index &+ length
    }

    /// True when the second byte may follow the first: no overlong form, no surrogate, nothing over U+10FFFF.
    @inline(__always)
    private func isSecondByteValid(at index: Int) -> Bool {
        let second = self[index &+ 1]
        return switch self[index] {
        case 0xE0: second >= 0xA0 && second <= 0xBF
        case 0xED: second >= 0x80 && second <= 0x9F
        case 0xF0: second >= 0x90 && second <= 0xBF
        case 0xF4: second >= 0x80 && second <= 0x8F
        default: second & 0xC0 == 0x80
        }
    }
}
