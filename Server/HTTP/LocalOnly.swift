import LedgerBytes
import LedgerService
import Glibc

/// Keeps web pages away from a ledger without keys.
///
/// Listening on loopback keeps other machines out, but not the browser on this one: a page from
/// anywhere can send it requests, and after its name was pointed at 127.0.0.1 (DNS rebinding) it
/// can read the answers too. Such requests give themselves away by the name in `Host`, or by the
/// page's `Origin`, neither of which a page can choose.
enum LocalOnly {
    /// True for a `Host` of this machine: `localhost` or a loopback address, with any port.
    static func allows(host: String) -> Bool {
        name(of: host).map { Loopback.contains(String($0)) } ?? false
    }

    /// True for the `Origin` of a page of this machine, but not for `null`, which any page may send.
    static func allows(origin: String) -> Bool {
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            return allows(host: String(origin.dropFirst(scheme.count)))
        }
        return false
    }

    /// The host without its port and an IPv6 address's brackets; nil when it is malformed.
    private static func name(of authority: String) -> Substring? {
        guard authority.first == "[" else {
            guard let colon = authority.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                return authority[...]
            }
            // By bytes: a combining character behind the colon would go with it.
            let port = authority[authority.utf8.index(after: colon)...]
            return isPort(port) ? authority[..<colon] : nil
        }
        guard let end = authority.firstIndex(of: "]") else { return nil }
        let rest = authority[authority.index(after: end)...]
        guard rest.isEmpty || (rest.first == ":" && isPort(rest.dropFirst())) else { return nil }
        return authority[..<end].dropFirst()
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy(ASCII.isDigit)
    }
}

/// Addresses that only this machine reaches.
enum Loopback {
    /// True when `host` is `localhost`, in 127.0.0.0/8, or ::1.
    ///
    /// Other names are not resolved, since a name's address may change after the check.
    static func contains(_ host: String) -> Bool {
        if ASCII.equal(host.utf8, "localhost") { return true }
        var v4 = in_addr()
        if inet_pton(AF_INET, host, &v4) == 1 { return UInt32(bigEndian: v4.s_addr) >> 24 == 127 }
        var v6 = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, host, &v6) == 1 else { return false }
        return v6.dropLast().allSatisfy { $0 == 0 } && v6[15] == 1
    }
}
