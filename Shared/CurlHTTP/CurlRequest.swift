/// An HTTP request.
public struct CurlRequest: Sendable {
    /// Upper case: `GET`.
    public var method: String
    /// Absolute, percent-encoded.
    public var url: String
    /// Names and values; none may hold a line break.
    public var headers: [(name: String, value: String)]
    /// Empty: none.
    public var body: [UInt8]
    /// For the whole call, milliseconds.
    public var timeout: Int
    /// For the connection to be made, milliseconds.
    public var connectTimeout = 5_000
    /// Never sent a second time, also not when a connection that was kept alive turns out dead.
    public var sendsOnce = false
    /// Never through a proxy, whatever `https_proxy` and `http_proxy` say.
    public var isDirect = false
    /// Whose signature an `https` host needs.
    public var roots = CurlRoots.system

    /// A request.
    public init(
        method: String = "GET",
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeout: Int = 30_000
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// Certificate authorities to trust; a host's certificate is checked always.
public enum CurlRoots: Sendable {
    /// The system's.
    case system
    /// These only, PEM.
    case pem(StaticString)
    /// Those in this file only, PEM.
    case file(String)
}

/// The answer to a ``CurlRequest``.
public struct CurlResponse: Sendable {
    /// The HTTP status code.
    public let status: Int
    /// The header block as received.
    public let head: String
    /// The body.
    public let body: [UInt8]

    /// The value of the first header with this lower-case name.
    public func header(_ name: String) -> String? {
        for line in head.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == name else { continue }
            return String(parts[1].drop { $0 == " " })
        }
        return nil
    }
}

/// What kept an answer from coming.
public enum CurlTrouble: Sendable {
    /// Nobody listens there.
    case refused
    /// The host's certificate is not one to trust.
    case certificate
    /// TLS was begun, and the host did not shake hands.
    case handshake
    /// The connection was closed without an answer.
    case empty
    /// Anything else.
    case other
}

/// A call without an answer.
public struct CurlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether the request may have been carried out; false: certainly not.
    public let mayHaveHappened: Bool
    /// What libcurl says.
    public let message: String
    /// What it was, where there is something to do about it.
    public var trouble = CurlTrouble.other

    /// The same, for a person.
    public var description: String { message }
}
