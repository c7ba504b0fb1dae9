package import LedgerTesting

/// A way to bring a request to a ledger and its answer back.
///
/// A transport promises that streams of one ledger can be created and deleted through it, and no
/// more: what only some ledgers can do is said by ``APICheck/Needs``.
package protocol APITransport: Sendable {
    /// The answer to one request; throws when there is none.
    func send(_ request: SuiteRequest) async throws -> Answer

    /// Another way to the same ledger, as far from this one as can be had: a process with caches of
    /// its own where there are several, else another connection.
    func sibling() -> any APITransport

    /// The same way, with another API key, or without one.
    func with(key: String?) -> any APITransport
}

/// A request as the suite writes it.
package struct SuiteRequest: Sendable {
    /// The HTTP method, in upper case.
    package var method: String
    /// Path and query as on the wire.
    package var target: String
    /// Names in lower case.
    package var headers: [(name: String, value: String)]
    /// The body, empty for none.
    package var body: [UInt8]

    package init(
        _ method: String,
        at target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The target before its query.
    package var path: String { String(target.prefix { $0 != "?" }) }

    /// The text after the first question mark; empty when there is none.
    package var query: String { String(target.dropFirst(path.count).dropFirst()) }
}

/// A ledger behind an API gateway, which lets so many requests through a second and answers to the
/// others by itself.
package struct GatewayTransport: APITransport {
    private let http: HTTPTransport
    private let url: String

    /// A ledger at a base URL; `key` is sent as bearer.
    package init(url: String, key: String? = nil) {
        self.url = url
        http = HTTPTransport(url: url, key: key)
    }

    /// The ledger's answer: what the gateway held back is sent again.
    package func send(_ request: SuiteRequest) async throws -> Answer {
        let patience = Patience()
        while true {
            let answer = try await http.send(request)
            guard answer.status == 429 else { return answer }
            try patience.check("\(request.method) \(request.path) past the gateway's throttle")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Other connections, and so other instances of the functions.
    package func sibling() -> any APITransport { self }

    /// The same gateway with another key.
    package func with(key: String?) -> any APITransport { GatewayTransport(url: url, key: key) }
}
