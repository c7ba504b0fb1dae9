/// Base64 with padding (RFC 4648, section 4), as DynamoDB's JSON writes bytes.
package enum Base64 {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    private static let foreign: UInt8 = 0xff
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: foreign, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
    private static let padding = UInt8(ascii: "=")

    /// The ASCII text of `bytes`.
    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let size = (bytes.count + 2) / 3 * 4
        return [UInt8](unsafeUninitializedCapacity: size) { text, count in
            bytes.withUnsafeBufferPointer { bytes in
                alphabet.withUnsafeBufferPointer { encode(bytes, alphabet: $0, into: text) }
            }
            count = size
        }
    }

    private static func encode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        alphabet: UnsafeBufferPointer<UInt8>,
        into text: UnsafeMutableBufferPointer<UInt8>
    ) {
        var source = 0
        var target = 0
        while source < bytes.count {
            let left = min(3, bytes.count &- source)
            var bits = UInt32(bytes[source]) &<< 16
            if left > 1 { bits |= UInt32(bytes[source &+ 1]) &<< 8 }
            if left > 2 { bits |= UInt32(bytes[source &+ 2]) }
            text[target] = alphabet[Int(bits &>> 18)]
            text[target &+ 1] = alphabet[Int(bits &>> 12 & 63)]
            text[target &+ 2] = left > 1 ? alphabet[Int(bits &>> 6 & 63)] : padding
            text[target &+ 3] = left > 2 ? alphabet[Int(bits & 63)] : padding
            source &+= 3
            target &+= 4
        }
    }

    /// The bytes of an ASCII text.
    ///
    /// - Returns: nil for white space or any other foreign character, an impossible length, wrong
    ///   padding, or unused bits that are not zero.
    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        guard text.count > 0 else { return [] }
        let padded = text[text.count - 1] != padding ? 0 : text[text.count - 2] != padding ? 1 : 2
        let size = text.count / 4 * 3 - padded
        var isValid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
            isValid = values.withUnsafeBufferPointer {
                decode(text, paddingCount: padded, values: $0, into: bytes)
            }
            count = isValid ? size : 0
        }
        return isValid ? bytes : nil
    }

    private static func decode(
        _ text: UnsafeRawBufferPointer,
        paddingCount padded: Int,
        values: UnsafeBufferPointer<UInt8>,
        into bytes: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        var target = 0
        for source in stride(from: 0, to: text.count, by: 4) {
            let isLast = source &+ 4 == text.count
            var bits: UInt32 = 0
            for index in 0..<4 {
                let isPadding = isLast && index >= 4 &- padded
                let value = isPadding ? 0 : values[Int(text[source &+ index])]
                guard value != foreign else { return false }
                bits = bits &<< 6 | UInt32(value)
            }
            let taken = isLast ? 3 &- padded : 3
            for index in 0..<taken {
                bytes[target] = UInt8(truncatingIfNeeded: bits &>> UInt32(16 &- 8 &* index))
                target &+= 1
            }
            if taken < 3, bits & (1 &<< UInt32(8 &* (3 &- taken)) &- 1) != 0 { return false }
        }
        return true
    }
}
