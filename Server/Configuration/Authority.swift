/// A host and a port as a URL has them.
enum Authority {
    /// An IPv6 address stands in brackets (RFC 3986, 3.2.2).
    static func text(host: String, port: Int) -> String {
        let isIPv6 = host.utf8.contains(UInt8(ascii: ":"))
        return isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The same for a program on this machine: no one can connect to "every address".
    static func reachable(host: String, port: Int) -> String {
        switch host {
        case "0.0.0.0": text(host: "127.0.0.1", port: port)
        case "::": text(host: "::1", port: port)
        default: text(host: host, port: port)
        }
    }
}
