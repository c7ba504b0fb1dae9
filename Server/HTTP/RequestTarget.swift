import LedgerService

/// The second word of a request line (RFC 9112, 3.2).
enum RequestTarget {
    /// Path and query, both still percent-encoded.
    ///
    /// `http://host/path` is cut down to its path, as every server must; `*` stays as it is.
    static func split(_ target: String) throws(ServerError) -> (path: String, query: String) {
        guard target.utf8.first != UInt8(ascii: "/") else { return cut(target[...]) }
        if target == "*" { return ("*", "") }
        guard let path = afterAuthority(target) else {
            throw .malformed("the request target is neither a path nor a URL")
        }
        guard path.utf8.first == UInt8(ascii: "/") else { return cut("/" + path) }
        return cut(path)
    }

    private static func cut(_ text: Substring) -> (path: String, query: String) {
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            return (String(text), "")
        }
        return (String(text[..<mark]), String(text[text.utf8.index(after: mark)...]))
    }

    /// What follows `http://authority`; for CONNECT, whose target is an authority, an empty path.
    private static func afterAuthority(_ target: String) -> Substring? {
        let utf8 = target.utf8
        guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = utf8[..<colon]
        let rest = target[utf8.index(after: colon)...]
        guard rest.utf8.starts(with: "//".utf8) else {
            return rest.utf8.allSatisfy(ASCII.isDigit) ? "" : nil
        }
        guard ASCII.equal(scheme, "http") || ASCII.equal(scheme, "https") else { return nil }
        let authority = rest.dropFirst(2)
        let end = authority.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        return authority[(end ?? authority.endIndex)...]
    }
}
