import LedgerTesting
import Testing

@testable import LedgerCore

/// The tables were made by `is_global` of Python 3.11's `ipaddress`: first and last address of each
/// special block, and their neighbours.
@Suite("Where a webhook's requests may go")
struct AddressJudgeTests {
    /// Global for Python, and admitted.
    private static let global = [
        "1.0.0.0", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255",
        "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0",
        "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0",
        "192.31.196.1", "192.52.193.1", "192.88.98.255", "192.88.100.0", "192.167.255.255",
        "192.169.0.0", "192.175.48.1", "198.17.255.255", "198.20.0.0", "198.51.99.255",
        "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255", "::ffff:8.8.8.8",
        "64:ff9b::808:808", "2000::", "2000::1", "2001:200::1", "2001:4860:4860::8888",
        "2001:db7:ffff::1", "2001:db9::1", "2002:808:808::1", "2003::1", "2600:1f18::1",
        "2606:4700:4700::1111", "2620:4f:8000::1", "2a00:1450:4001:830::200e", "3ffe:ffff::1",
        "3fff:1000::1", "3fff:ffff::1",
    ]

    /// Not global for Python.
    private static let refused = [
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0",
        "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254",
        "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.2.0",
        "192.0.2.255", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
        "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "240.0.0.0",
        "255.255.255.254", "255.255.255.255", "::", "::1", "::ffff:0:0", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::ffff:169.254.169.254", "100::1", "2001::", "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:1::1", "2001:1::2", "2001:1::3",
        "2001:2::1", "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1",
        "2001:1ff:ffff::1", "2001:db8::1", "2001:db8:ffff::1", "fc00::1", "fd00:ec2::254",
        "fdff:ffff::1", "fe80::1", "febf::1",
    ]

    /// Global for Python, and refused: multicast, relays, whatever IANA has assigned to nobody, and
    /// what stands for an IPv4 address that is refused.
    private static let refusedBesides = [
        "192.0.0.9", "192.0.0.10", "192.0.0.255", "192.88.99.0", "192.88.99.255", "224.0.0.0",
        "224.0.1.1", "239.255.255.255", "::2", "::7f00:1", "::808:808", "::ffff:0:808:808",
        "::1:ffff:808:808", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::1:0:808:808",
        "64:ff9b:1::808:808", "1fff:ffff::1", "2002:7f00:1::1", "2002:a00:1::1",
        "2002:c0a8:101::1", "2002:a9fe:a9fe::1", "3fff::1", "3fff:fff::1", "4000::1",
        "5f00::1", "8000::1", "e000::1", "f000::1", "fbff:ffff::1", "fe00::1", "fec0::1",
        "feff::1", "ff00::1", "ff02::1", "ff0e::1", "ffff:ffff::1",
    ]

    private func bytes(_ text: String) throws -> [UInt8] {
        let address = IPAddressText.ipv4(text[...].utf8) ?? IPAddressText.ipv6(text[...].utf8)
        return try #require(address, "\(text)")
    }

    @Test("An address of the public internet is admitted", arguments: global)
    func admits(_ text: String) throws {
        #expect(AddressJudge.admits(try bytes(text)))
    }

    @Test("Any other address is refused", arguments: refused + refusedBesides)
    func refuses(_ text: String) throws {
        #expect(!AddressJudge.admits(try bytes(text)))
    }

    @Test("An IPv4 address is judged alike in whatever wraps it", arguments: RandomSeed.cases(10))
    func wrapped(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            // Half of them near the special blocks.
            let first = [0, 10, 100, 127, 169, 172, 192, 198, 203, 224].randomElement(
                using: &random
            )
            var address = (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
            if Bool.random(using: &random), let first { address[0] = UInt8(first) }
            let mapped = [UInt8](repeating: 0, count: 10) + [255, 255] + address
            let nat64: [UInt8] = [0, 0x64, 0xff, 0x9b] + [UInt8](repeating: 0, count: 8) + address
            let sixToFour: [UInt8] = [0x20, 0x02] + address + [UInt8](repeating: 1, count: 10)
            for other in [mapped, nat64, sixToFour] {
                #expect(AddressJudge.admits(other) == AddressJudge.admits(address), "\(address)")
            }
        }
    }

    @Test("What is no address is refused", arguments: [0, 1, 3, 5, 15, 17])
    func lengths(_ count: Int) {
        #expect(!AddressJudge.admits([UInt8](repeating: 8, count: count)))
    }
}

@Suite("Addresses as text")
struct IPAddressTextTests {
    @Test("Four decimal numbers are an IPv4 address, in no other spelling")
    func ipv4() {
        #expect(IPAddressText.ipv4("0.1.20.255"[...].utf8) == [0, 1, 20, 255])
        for wrong in [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.", ".1.2.3",
            "1..2.3", "0x1.2.3.4", "+1.2.3.4", "1.2.3.4 ", "1.2.3.a",
            "1.2.3.9999999999999999999999",
        ] {
            #expect(IPAddressText.ipv4(wrong[...].utf8) == nil, "\(wrong)")
        }
    }

    @Test("Groups of hexadecimal digits are an IPv6 address, with one gap at most")
    func ipv6() {
        let table: [(String, [UInt16])] = [
            ("::", [0, 0, 0, 0, 0, 0, 0, 0]), ("::1", [0, 0, 0, 0, 0, 0, 0, 1]),
            ("1::", [1, 0, 0, 0, 0, 0, 0, 0]), ("1:2:3:4:5:6:7:8", [1, 2, 3, 4, 5, 6, 7, 8]),
            ("1::8", [1, 0, 0, 0, 0, 0, 0, 8]), ("1:2:3::5:6:7:8", [1, 2, 3, 0, 5, 6, 7, 8]),
            ("::ffff:1.2.3.4", [0, 0, 0, 0, 0, 0xffff, 0x102, 0x304]),
            ("1:2:3:4:5:6:1.2.3.4", [1, 2, 3, 4, 5, 6, 0x102, 0x304]),
            ("fe80::abcd:0ef", [0xfe80, 0, 0, 0, 0, 0, 0xabcd, 0xef]),
        ]
        for (text, words) in table {
            let bytes = words.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
            #expect(IPAddressText.ipv6(text[...].utf8) == bytes, "\(text)")
        }
        for wrong in [
            "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:::2", ":1::2",
            "1::2:", "1:2:3:4:5:6:7::8", "12345::", "g::", "+1::", "1.2.3.4::", "::1.2.3.4:5",
            "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "fe80::1%eth0", "::1 ", "::FFFF",
        ] {
            #expect(IPAddressText.ipv6(wrong[...].utf8) == nil, "\(wrong)")
        }
    }
}
