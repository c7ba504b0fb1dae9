import CurlHTTP
import LedgerBytes
public import LedgerCore
import RawJSON

/// A client of the ledger's HTTP API.
///
/// Calls that are safe to repeat are repeated when the ledger is busy or out of reach: reads, and
/// publishes with an `Idempotency-Key`. One call at a time; who wants more takes more clients.
public struct LedgerClient: Sendable {
    private let url: String
    private let http = CurlClient()
    let attempts: Int
    private let key: APIKey?
    private let roots: CurlRoots

    /// A client of the ledger at `url`, for example `http://127.0.0.1:8080`.
    ///
    /// - Parameters:
    ///   - url: absolute, with or without a path or a final slash.
    ///   - key: is sent with every call; nil where the ledger needs none.
    ///   - certificates: a PEM file of the certificates to trust instead of the system's.
    ///   - attempts: how often a repeatable call is tried at most.
    public init(
        url: String,
        key: APIKey? = nil,
        certificates: String? = nil,
        attempts: Int = 4
    ) {
        let endsWithSlash = url.utf8.last == UInt8(ascii: "/")
        self.url = endsWithSlash ? String(decoding: url.utf8.dropLast(), as: UTF8.self) : url
        self.key = key
        roots = certificates.map(CurlRoots.file) ?? .system
        self.attempts = attempts
    }

    /// Makes a call, and repeats it where that is safe and may help.
    ///
    /// - Parameters:
    ///   - method: the HTTP method, in upper case.
    ///   - path: one element per segment, not yet percent-encoded.
    ///   - query: names and values, not yet percent-encoded.
    ///   - body: empty for none.
    ///   - contentType: what the body is; sent only with one.
    ///   - idempotencyKey: makes a publish repeatable; nil where the call is no publish.
    ///   - wait: how long the ledger may take on purpose.
    /// - Returns: the body of a successful answer, JSON text.
    /// - Throws: ``LedgerClientError``, after the last try of a call that may be repeated.
    public func call(
        _ method: String,
        at path: [String],
        query: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        contentType: String = "application/json",
        idempotencyKey: String? = nil,
        wait: Duration = .zero
    ) async throws(LedgerClientError) -> [UInt8] {
        var headers: [(name: String, value: String)] = []
        if !body.isEmpty { headers.append(("Content-Type", contentType)) }
        if let idempotencyKey { headers.append(("Idempotency-Key", idempotencyKey)) }
        var request = request(method, at: path, query: query, headers: headers)
        request.body = body
        request.timeout += wait
        let isRepeatable = method == "GET" || idempotencyKey != nil
        // By itself libcurl sends a request again when a connection kept alive turns out dead.
        request.sendsOnce = !isRepeatable
        return try await send(request, attempts: isRepeatable ? attempts : 1)
    }

    /// A request without a body, with the client's key, which may take 30 seconds.
    func request(
        _ method: String,
        at path: [String],
        query: [(name: String, value: String)],
        headers: [(name: String, value: String)]
    ) -> CurlRequest {
        var request = CurlRequest(
            method: method,
            url: url + PercentEncoding.target(path, query: query),
            headers: headers,
            timeout: .seconds(30)
        )
        if let key { request.headers.append(("Authorization", "Bearer \(key.text)")) }
        request.roots = roots
        return request
    }

    private func send(
        _ request: CurlRequest,
        attempts: Int
    ) async throws(LedgerClientError)
        -> [UInt8]
    {
        var attempt = 1
        while true {
            do throws(LedgerClientError) {
                return try await response(to: request).body
            } catch {
                guard error.isTemporary, attempt < attempts else { throw error }
            }
            // A task that is cancelled goes on at once and fails at the next try.
            try? await Task.sleep(for: .milliseconds(100 << attempt))
            attempt += 1
        }
    }

    /// The answer to a call that succeeds; `take`, if given, takes its body as it comes.
    func response(
        to request: CurlRequest,
        take: (@Sendable (UnsafeBufferPointer<UInt8>) -> Bool)? = nil
    ) async throws(LedgerClientError) -> CurlResponse {
        let response: CurlResponse
        do throws(CurlError) {
            response = try await http.call(request, take: take)
        } catch {
            let message = error.message + advice(error.trouble)
            throw error.mayHaveHappened
                ? .unknownOutcome(message: message) : .unreachable(url: url, message: message)
        }
        if (200...299).contains(response.status) { return response }
        guard let answer = try? JSONValue(response.body), let code = answer["error"]?.text,
            let message = answer["message"]?.text
        else { throw .notALedger(status: response.status) }
        throw .refused(
            status: response.status,
            code: code,
            message: message,
            details: answer.raw("details") ?? Array("{}".utf8)
        )
    }

    /// The end of a message about a call without an answer: a hint at what may be wrong.
    private func advice(_ trouble: CurlTrouble) -> String {
        switch trouble {
        case .refused: "; is `eventledger serve` running?"
        case .certificate:
            "; name the certificates to trust with --ca-cert or EVENTLEDGER_CA_CERT"
        case .handshake: "; where the ledger is served without TLS, its address begins with http://"
        case .empty where url.utf8.prefix(5).map({ $0 | 0x20 }) == Array("http:".utf8):
            "; where the ledger is served with TLS, its address begins with https://"
        case .empty, .forbidden, .other: ""
        }
    }
}

/// Paths and queries as they go on the wire.
enum PercentEncoding {
    static func target(_ path: [String], query: [(name: String, value: String)]) -> String {
        let path = path.map { "/" + PercentCoding.encode($0) }.joined()
        guard !query.isEmpty else { return path }
        let query = query.map { "\($0.name)=\(PercentCoding.encode($0.value))" }
        return path + "?" + query.joined(separator: "&")
    }
}

/// The failure of a call: refused, not arrived, perhaps arrived, or answered by a stranger.
public enum LedgerClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The ledger answered with an error: fix the request (4xx) or try again (5xx).
    ///
    /// `details` is a JSON object as the ledger wrote it; which members it has depends on the code.
    case refused(status: Int, code: String, message: String, details: [UInt8])
    /// The ledger could not be reached; nothing happened.
    case unreachable(url: String, message: String)
    /// The connection broke or time ran out; the call may have been carried out.
    case unknownOutcome(message: String)
    /// The answer is none of a ledger: another server, or a proxy in front of it.
    case notALedger(status: Int)

    /// The problem in words, for a person.
    public var description: String {
        switch self {
        case .refused(_, let code, _, _): "\(message) (\(code))"
        case .unreachable, .unknownOutcome, .notALedger: message
        }
    }

    /// The same without the ledger's code.
    public var message: String {
        switch self {
        case .refused(_, _, let message, _): message
        case .unreachable(let url, let message):
            "cannot reach \(url): \(message)"
        case .unknownOutcome(let message):
            "no answer: \(message); the call may have been carried out"
        case .notALedger(let status): "what answered (status \(status)) is no ledger"
        }
    }

    /// True when the same call can succeed later.
    ///
    /// For a publish, repeat it only with an `Idempotency-Key`.
    public var isTemporary: Bool {
        switch self {
        case .refused(let status, _, _, _): status == 429 || status == 503
        case .unreachable, .unknownOutcome: true
        case .notALedger: false
        }
    }
}
