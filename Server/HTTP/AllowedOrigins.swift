import LedgerBytes
import LedgerService

/// The web pages of other hosts that may call the API (CORS), as an API Gateway lets them.
struct AllowedOrigins: Sendable {
    private let patterns: [String]
    private let takesAll: Bool

    /// Takes origins such as `https://console.example.com`; `https://*` and `http://*` stand for
    /// every host, `*` for every page.
    init(_ patterns: [String]) {
        self.patterns = patterns
        takesAll = patterns.contains("*")
    }

    /// True for an origin, or a pattern of origins: it has neither a path nor a slash at its end.
    static func isValid(_ pattern: String) -> Bool {
        if ["*", "http://*", "https://*"].contains(pattern) { return true }
        for scheme in ["http://", "https://"] where pattern.utf8.starts(with: scheme.utf8) {
            let host = pattern.utf8.dropFirst(scheme.utf8.count)
            return !host.isEmpty && host.allSatisfy { isOfAuthority($0) }
        }
        return false
    }

    private static func isOfAuthority(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || ".-_:[]".utf8.contains(byte)
    }

    /// The permission that answers to a page of `origin` carry; nil when it may not see them.
    func allowed(_ origin: String) -> AllowedOrigin? {
        guard patterns.contains(where: { Self.pattern($0, covers: origin) }) else { return nil }
        return takesAll
            ? AllowedOrigin(value: "*", varies: false) : AllowedOrigin(value: origin, varies: true)
    }

    private static func pattern(_ pattern: String, covers origin: String) -> Bool {
        guard pattern.utf8.last == UInt8(ascii: "*") else {
            return pattern.utf8.elementsEqual(origin.utf8)
        }
        return origin.utf8.starts(with: pattern.utf8.dropLast())
    }
}

/// The permission to see an answer, for the pages of an origin.
struct AllowedOrigin: Sendable {
    /// The value of `access-control-allow-origin`.
    let value: String
    /// True when pages of other origins get another answer, which caches must then keep apart.
    let varies: Bool

    /// The answer to the question before a request: which methods and fields it may have.
    static let preflight = APIResponse(
        status: 204,
        headers: [
            (name: "access-control-allow-methods", value: "DELETE,GET,PATCH,POST"),
            (
                name: "access-control-allow-headers",
                value: "authorization,content-encoding,content-type,idempotency-key"
            ),
            (name: "access-control-max-age", value: "3600"),
        ]
    )
}
