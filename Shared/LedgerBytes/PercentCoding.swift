/// Percent-coding of paths and queries (RFC 3986, section 2.1).
package enum PercentCoding {
    /// Text whose UTF-8 is percent-encoded but for RFC 3986's unreserved characters.
    ///
    /// `keepsSlashes` is true for a whole path, whose slashes separate its segments.
    package static func encode(_ text: String, keepsSlashes: Bool = false) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count * 3)
        for byte in text.utf8 {
            if isUnreserved(byte) || keepsSlashes && byte == UInt8(ascii: "/") {
                encoded.append(byte)
            } else {
                encoded.append(UInt8(ascii: "%"))
                encoded.append(upperCaseDigit(byte >> 4))
                encoded.append(upperCaseDigit(byte & 15))
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The bytes that `text` stands for, decoded once.
    ///
    /// - Returns: nil when an escape is cut short or no hexadecimal.
    @inlinable
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The text that `text` stands for; nil when it is no valid UTF-8 either.
    @inlinable
    package static func decodeText(_ text: some Sequence<UInt8>) -> String? {
        decode(text).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The value of a hexadecimal digit in either case.
    @inlinable
    static func digit(_ byte: UInt8) -> UInt8? {
        Hexadecimal.value(of: ASCII.lowercase(byte))
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: ASCII.isAlphanumeric(byte)
        }
    }

    private static func upperCaseDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? value + 0x30 : value + 0x37
    }
}
