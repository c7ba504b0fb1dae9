/// The classes of ASCII bytes that names and HTTP's grammar know.
package enum ASCII {
    @inlinable
    package static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    @inlinable
    package static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    @inlinable
    package static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte)
    }

    @inlinable
    package static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    @inlinable
    package static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The text without the blanks at its ends.
    package static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        var text = text
        while let first = text.first, isBlank(first) { text.removeFirst() }
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    /// Compares without regard to the text's case; the literal must be in lower case.
    package static func equal(_ text: String.UTF8View, _ lowercase: StaticString) -> Bool {
        equal(text[...], lowercase)
    }

    /// Compares without regard to the text's case; the literal must be in lower case.
    package static func equal(_ text: Substring.UTF8View, _ lowercase: StaticString) -> Bool {
        // Not generic: other modules would call it unspecialized, which is slow for some bytes.
        text.withContiguousStorageIfAvailable { equal($0, lowercase) }
            ?? Array(text).withUnsafeBufferPointer { equal($0, lowercase) }
    }

    private static func equal(
        _ text: UnsafeBufferPointer<UInt8>,
        _ lowercase: StaticString
    ) -> Bool {
        text.count == lowercase.utf8CodeUnitCount
            && text.indices.allSatisfy { self.lowercase(text[$0]) == lowercase.utf8Start[$0] }
    }
}
