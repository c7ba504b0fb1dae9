import CurlHTTP
package import LedgerTesting
import Synchronization

/// A ledger's server at a base URL, over HTTP or HTTPS.
///
/// Calls at the same time take connections of their own.
package final class HTTPTransport: APITransport {
    /// Milliseconds; a busy machine is no failure.
    private static let timeout: Duration = .seconds(300)

    package let url: String
    private let siblingURL: String
    private let key: String?
    private let certificates: String?
    private let idle = Mutex<[CurlClient]>([])

    /// - Parameters:
    ///   - url: such as `http://127.0.0.1:8080`, with or without a path or a final slash.
    ///   - sibling: another process of the same ledger, where there is one.
    ///   - key: an API key, sent as bearer.
    ///   - certificates: a PEM file of the certificates to trust instead of the system's.
    package init(
        url: String,
        sibling: String? = nil,
        key: String? = nil,
        certificates: String? = nil
    ) {
        self.url = Self.trimmed(url)
        siblingURL = Self.trimmed(sibling ?? url)
        self.key = key
        self.certificates = certificates
    }

    /// The answer to one request, whatever its status; throws ``CurlHTTP/CurlError``.
    package func send(_ request: SuiteRequest) async throws -> Answer {
        let client = idle.withLock { $0.popLast() } ?? CurlClient()
        let authorization = key.map { [(name: "authorization", value: "Bearer \($0)")] } ?? []
        let hasOwn = request.headers.contains { $0.name == "authorization" }
        var call = CurlRequest(
            method: request.method,
            url: url + request.target,
            headers: request.headers + (hasOwn ? [] : authorization),
            body: request.body,
            timeout: Self.timeout
        )
        if let certificates { call.roots = .file(certificates) }
        let response = try await client.call(call)
        idle.withLock { $0.append(client) }
        return Answer(
            status: response.status,
            headers: Self.headers(response.head),
            body: response.body
        )
    }

    /// The other process, or this one over other connections.
    package func sibling() -> any APITransport {
        HTTPTransport(url: siblingURL, sibling: url, key: key, certificates: certificates)
    }

    /// The same URLs with another key.
    package func with(key: String?) -> any APITransport {
        HTTPTransport(url: url, sibling: siblingURL, key: key, certificates: certificates)
    }

    private static func trimmed(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    private static func headers(_ head: String) -> [(name: String, value: String)] {
        head.split(whereSeparator: \.isNewline).compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return (parts[0].lowercased(), String(parts[1].drop { $0 == " " }))
        }
    }
}
