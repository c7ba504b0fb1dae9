extension JSONWriter {
    /// Writes a string, escaping `"`, `\` and control characters and nothing else.
    @inlinable
    public mutating func string(_ value: String) {
        value.utf8.withContiguousBytes { string(utf8: $0) }
    }

    /// Writes a string given as UTF-8, which is not checked.
    @inlinable
    public mutating func string(utf8: some Collection<UInt8>) {
        utf8.withContiguousBytes { string(utf8: $0) }
    }

    /// Writes a string given as UTF-8, which is not checked.
    public mutating func string(utf8: UnsafeRawBufferPointer) {
        quoted(utf8)
        needsComma = true
    }

    /// Writes a member's name that is known only at run time, escaped like a string.
    @inlinable
    public mutating func key(text name: String) {
        name.utf8.withContiguousBytes { key(utf8: $0) }
    }

    /// Writes a member's name given as UTF-8, which is not checked, escaped like a string.
    public mutating func key(utf8 name: UnsafeRawBufferPointer) {
        quoted(name)
        append(atMost: 1) { target in
            target.storeBytes(of: UInt8(ascii: ":"), as: UInt8.self)
            return target + 1
        }
        needsComma = false
    }

    /// Writes a comma if needed, and text between quotes.
    @inline(__always)
    private mutating func quoted(_ utf8: UnsafeRawBufferPointer) {
        let source = JSONBytes(utf8)
        append(atMost: source.count &+ 3) { [needsComma] target in
            let start = target.comma(needsComma)
            start.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
            return start + 1
        }
        var index = 0
        while true {
            let special = source.base.firstStringSpecial(from: index, to: source.count)
            copy(source, from: index, to: special)
            guard special < source.count else { break }
            escape(source[special])
            index = special &+ 1
        }
        append(atMost: 1) { target in
            target.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
            return target + 1
        }
    }

    @inline(__always)
    private mutating func copy(_ source: JSONBytes, from start: Int, to end: Int) {
        append(atMost: end &- start) { target in
            target.copyMemory(from: source.base + start, byteCount: end &- start)
            return target + (end &- start)
        }
    }

    /// Writes the shortest escape of a byte that needs one.
    @inline(never)
    private mutating func escape(_ byte: UInt8) {
        if let letter = shortEscape(byte) {
            append(UInt8(ascii: "\\"), then: letter)
        } else {
            append(UInt8(ascii: "\\"), then: UInt8(ascii: "u"))
            append(UInt8(ascii: "0"), then: UInt8(ascii: "0"))
            append(hexadecimalDigit(byte &>> 4), then: hexadecimalDigit(byte & 0xF))
        }
    }

    private mutating func append(_ first: UInt8, then second: UInt8) {
        append(atMost: 2) { target in
            target.storeBytes(of: first, as: UInt8.self)
            (target + 1).storeBytes(of: second, as: UInt8.self)
            return target + 2
        }
    }
}

/// The letter after the backslash, for the characters that have one.
private func shortEscape(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
    case 0x08: UInt8(ascii: "b")
    case 0x09: UInt8(ascii: "t")
    case 0x0A: UInt8(ascii: "n")
    case 0x0C: UInt8(ascii: "f")
    case 0x0D: UInt8(ascii: "r")
    default: nil
    }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
}
