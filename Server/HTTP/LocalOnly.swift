import LedgerService

/// Keeps web pages away from a ledger without keys.
///
/// Listening on loopback keeps other machines out, but not the browser on this one: a page from
/// anywhere can send it requests, and after its name was pointed at 127.0.0.1 (DNS rebinding) it
/// can read the answers too. Such requests give themselves away by the name in `Host`, or by the
/// page's `Origin`, neither of which a page can choose.
enum LocalOnly {
    /// Whether a `Host` is this machine's: `localhost` or a loopback address, with any port.
    static func allows(host: String) -> Bool {
        name(of: host).map { Loopback.contains(String($0)) } ?? false
    }

    /// Whether an `Origin` is a page of this machine's; `null` is anyone's.
    static func allows(origin: String) -> Bool {
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            return allows(host: String(origin.dropFirst(scheme.count)))
        }
        return false
    }

    /// What stands before the port, without an address's brackets; nil when that is malformed.
    private static func name(of authority: String) -> Substring? {
        guard authority.first == "[" else {
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { return nil }
            return isPort(parts.dropFirst().first) ? parts[0] : nil
        }
        guard let end = authority.firstIndex(of: "]") else { return nil }
        let rest = authority[authority.index(after: end)...]
        guard rest.isEmpty || (rest.first == ":" && isPort(rest.dropFirst())) else { return nil }
        return authority[..<end].dropFirst()
    }

    private static func isPort(_ text: Substring?) -> Bool {
        text?.utf8.allSatisfy(ASCII.isDigit) ?? true
    }
}
