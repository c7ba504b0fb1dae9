import LedgerTesting

/// A ledger behind an API gateway, which lets so many requests through a second and answers to the
/// others by itself.
package struct GatewayTransport: RealTimeTransport, KeyedTransport {
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
