/// An HTTP request.
package struct CurlRequest: Sendable {
    /// Upper case: `GET`.
    package var method: String
    /// Absolute, percent-encoded.
    package var url: String
    /// Names and values; none may hold a line break.
    package var headers: [(name: String, value: String)]
    /// Empty: none.
    package var body: [UInt8]
    /// For the whole call, milliseconds.
    package var timeout: Int
    /// For the connection to be made, milliseconds.
    package var connectTimeout = 5_000
    /// Never sent a second time, also not when a connection that was kept alive turns out dead.
    package var sendsOnce = false
    /// Never through a proxy, whatever `https_proxy` and `http_proxy` say.
    package var isDirect = false
    /// Whose signature an `https` host needs.
    package var roots = CurlRoots.system

    /// A request.
    package init(
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
package enum CurlRoots: Sendable {
    /// The system's.
    case system
    /// These only, PEM.
    case pem(StaticString)
    /// Those in this file only, PEM.
    case file(String)
}

/// The answer to a ``CurlRequest``.
package struct CurlResponse: Sendable {
    /// The HTTP status code.
    package let status: Int
    /// The header block as received.
    package let head: String
    /// The body.
    package let body: [UInt8]

    /// The value of the first header with this lower-case name.
    package func header(_ name: String) -> String? {
        for line in head.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == name else { continue }
            return String(parts[1].drop { $0 == " " })
        }
        return nil
    }
}

/// What kept an answer from coming.
package enum CurlTrouble: Sendable {
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
package struct CurlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether the request may have been carried out; false: certainly not.
    package let mayHaveHappened: Bool
    /// What libcurl says.
    package let message: String
    /// What it was, where there is something to do about it.
    package var trouble = CurlTrouble.other

    /// The same, for a person.
    package var description: String { message }
}
