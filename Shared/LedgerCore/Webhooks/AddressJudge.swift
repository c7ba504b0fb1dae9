import LedgerBytes

/// Judges whether an address is of the public internet, where a webhook's requests may go.
///
/// Only global unicast is, by IANA's registries of special-purpose addresses (RFC 6890) and more
/// strictly than they where nobody serves: their few global exceptions, multicast and relays are
/// refused too. An IPv6 address that stands for an IPv4 address is as good as that one.
package enum AddressJudge {
    /// True for an address to which a connection may be made: 4 or 16 bytes in network order.
    package static func admits(_ address: [UInt8]) -> Bool {
        switch address.count {
        case 4: admits(IPv4: address[...])
        case 16: admits(IPv6: address)
        default: false
        }
    }

    private static func admits(IPv4 bytes: ArraySlice<UInt8>) -> Bool {
        let first = bytes.startIndex
        switch (bytes[first], bytes[first + 1], bytes[first + 2]) {
        // This network, private, loopback; multicast, reserved and broadcast.
        case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): return false
        // Shared with carriers, link-local, private, benchmarks.
        case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (198, 18...19, _):
            return false
        // Protocol assignments, relays of 6to4, documentation.
        case (192, 0, 0), (192, 88, 99), (192, 0, 2), (198, 51, 100), (203, 0, 113): return false
        default: return true
        }
    }

    private static func admits(IPv6 bytes: [UInt8]) -> Bool {
        let words = stride(from: 0, to: 16, by: 2).map {
            UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
        }
        switch (words[0], words[1]) {
        // Protocol assignments, Teredo among them; documentation, twice.
        case (0x2001, 0..<0x200), (0x2001, 0xdb8), (0x3fff, 0..<0x1000): return false
        // 6to4.
        case (0x2002, _): return admits(IPv4: bytes[2..<6])
        case (0x2000...0x3fff, _): return true
        // NAT64.
        case (0x64, 0xff9b) where words[2..<6].allSatisfy { $0 == 0 }:
            return admits(IPv4: bytes[12...])
        // Mapped.
        case (0, 0) where words[2..<5].allSatisfy { $0 == 0 } && words[5] == 0xffff:
            return admits(IPv4: bytes[12...])
        default: return false
        }
    }
}

/// IP addresses as text, each in the forms that every resolver reads alike.
enum IPAddressText {
    /// The 4 bytes of four decimal numbers without leading zeros; nil for any other text.
    static func ipv4(_ text: Substring.UTF8View) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap(byte)
        return bytes.count == 4 ? bytes : nil
    }

    private static func byte(_ text: Substring.UTF8View) -> UInt8? {
        guard text.count == 1 || text.first != UInt8(ascii: "0"), text.allSatisfy(ASCII.isDigit)
        else { return nil }
        return UInt8(Substring(text))
    }

    /// The 16 bytes of an IPv6 address (RFC 4291, 2.2) in lower case, without brackets and zone;
    /// nil for any other text.
    static func ipv6(_ text: Substring.UTF8View) -> [UInt8]? {
        guard let gap = gap(in: text) else {
            return groups(of: text, mayEndInIPv4: true).flatMap { $0.count == 16 ? $0 : nil }
        }
        guard let left = groups(of: text[..<gap], mayEndInIPv4: false),
            let right = groups(of: text[text.index(gap, offsetBy: 2)...], mayEndInIPv4: true),
            left.count + right.count <= 14
        else { return nil }
        return left + [UInt8](repeating: 0, count: 16 - left.count - right.count) + right
    }

    /// The place of the first two colons in a row.
    private static func gap(in text: Substring.UTF8View) -> Substring.UTF8View.Index? {
        zip(text.indices, text.indices.dropFirst()).first {
            text[$0] == UInt8(ascii: ":") && text[$1] == UInt8(ascii: ":")
        }?.0
    }

    private static func groups(of text: Substring.UTF8View, mayEndInIPv4: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, let last = ipv4(part) {
                bytes += last
            } else if (1...4).contains(part.count),
                part.allSatisfy({ Hexadecimal.value(of: $0) != nil })
            {
                let group = part.reduce(UInt16(0)) {
                    $0 << 4 | UInt16(Hexadecimal.value(of: $1) ?? 0)
                }
                bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
            } else {
                return nil
            }
        }
        return bytes
    }
}
