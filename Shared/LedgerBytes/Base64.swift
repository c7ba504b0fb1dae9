/// Base64 with padding (RFC 4648, section 4), as DynamoDB's JSON writes bytes.
package enum Base64 {
    private static let alphabet = Base64Alphabet(last: "+/")
    private static let padding = UInt8(ascii: "=")

    /// The ASCII text of `bytes`.
    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let size = (bytes.count + 2) / 3 * 4
        return [UInt8](unsafeUninitializedCapacity: size) { text, count in
            let end = bytes.withUnsafeBytes { alphabet.encode($0, into: text) }
            for index in end..<size { text[index] = padding }
            count = size
        }
    }

    /// The bytes of an ASCII text.
    ///
    /// - Returns: nil for white space or any other foreign character, an impossible length, wrong
    ///   padding, or unused bits that are not zero.
    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padded = text.suffix(2).reversed().prefix { $0 == padding }.count
        return alphabet.decode(UnsafeRawBufferPointer(rebasing: text.dropLast(padded)))
    }
}

/// base64url without padding (RFC 4648, section 5), one spelling per value.
package enum Base64URL {
    private static let alphabet = Base64Alphabet(last: "-_")

    /// Encodes `bytes` without padding.
    package static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count * 8 + 5) / 6) { text in
            bytes.withUnsafeBytes { alphabet.encode($0, into: text) }
        }
    }

    /// Decodes text in the one spelling that ``encode(_:)`` writes.
    ///
    /// - Returns: nil for padding, white space, any other foreign character, an impossible length,
    ///   or unused bits that are not zero.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { alphabet.decode(UnsafeRawBufferPointer($0)) }
    }
}

/// 64 characters, each for six bits; without padding, which is the user's.
private struct Base64Alphabet: Sendable {
    private static let foreign: UInt8 = 0xff
    private let characters: [UInt8]
    /// The value of each byte that is a character, and ``foreign`` for all others.
    private let values: [UInt8]

    /// The letters and digits, and the two characters in which the alphabets differ.
    init(last: String) {
        let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last
        characters = Array(text.utf8)
        var values = [UInt8](repeating: Self.foreign, count: 256)
        for (value, character) in characters.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        self.values = values
    }

    /// Writes the text of `bytes`, which must find room, and counts its characters.
    func encode(
        _ bytes: UnsafeRawBufferPointer,
        into text: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        characters.withUnsafeBufferPointer { characters in
            var target = 0
            for source in stride(from: 0, to: bytes.count, by: 3) {
                let left = min(3, bytes.count &- source)
                var bits = UInt32(bytes[source]) &<< 16
                if left > 1 { bits |= UInt32(bytes[source &+ 1]) &<< 8 }
                if left > 2 { bits |= UInt32(bytes[source &+ 2]) }
                text[target] = characters[Int(bits &>> 18)]
                text[target &+ 1] = characters[Int(bits &>> 12 & 63)]
                if left > 1 { text[target &+ 2] = characters[Int(bits &>> 6 & 63)] }
                if left > 2 { text[target &+ 3] = characters[Int(bits & 63)] }
                target &+= left &+ 1
            }
            return target
        }
    }

    /// The bytes of a text; nil for foreign characters, an impossible length, or unused bits that
    /// are not zero.
    func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        let size = text.count / 4 * 3 + max(0, text.count % 4 - 1)
        var isValid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
            isValid = values.withUnsafeBufferPointer { Self.decode(text, by: $0, into: bytes) }
            count = isValid ? size : 0
        }
        return isValid ? bytes : nil
    }

    private static func decode(
        _ text: UnsafeRawBufferPointer,
        by values: UnsafeBufferPointer<UInt8>,
        into bytes: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        var target = 0
        for source in stride(from: 0, to: text.count, by: 4) {
            let left = min(4, text.count &- source)
            var bits: UInt32 = 0
            for index in 0..<left {
                let value = values[Int(text[source &+ index])]
                guard value != foreign else { return false }
                bits |= UInt32(value) &<< UInt32(18 &- 6 &* index)
            }
            let taken = left &- 1
            for index in 0..<taken {
                bytes[target] = UInt8(truncatingIfNeeded: bits &>> UInt32(16 &- 8 &* index))
                target &+= 1
            }
            guard bits & (1 &<< UInt32(24 &- 8 &* taken) &- 1) == 0 else { return false }
        }
        return true
    }
}
