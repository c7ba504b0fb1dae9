import LedgerBytes
import Synchronization

/// An HTTP request, whatever it came in by: a socket, API Gateway, a test.
package struct APIRequest: Sendable {
    /// Upper case, as on the wire: `GET`.
    package var method: String
    /// The path as on the wire: percent-encoded, with its leading slash, without the query.
    package var path: String
    /// All that follows the first `?`, as on the wire; empty when there is none.
    package var query: String
    /// Names in lower case.
    ///
    /// A name may occur more than once.
    package var headers: [(name: String, value: String)]
    /// The body as received, still content-encoded.
    package var body: [UInt8]
    /// Where a publish says that its events have their place; nil: nobody asks.
    package var place: PlaceInLine?

    /// A request.
    package init(
        method: String,
        path: String,
        query: String = "",
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The value of the first header with this lower-case name.
    package func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// The place of a publish in the queue of its partition: whatever is appended there once it is taken comes
/// behind.
///
/// A publish to several partitions takes none, nor does one that finds a long queue. One that is first looked
/// up by its idempotency key takes it late.
package final class PlaceInLine: Sendable {
    private enum State {
        static let none = 0
        static let taken = 1
        /// Somebody relies on it.
        static let followed = 2
    }

    /// Where the publish is made; nil: nowhere in particular.
    let executor: (any TaskExecutor)?
    private let state = Atomic(State.none)

    package init(on executor: (any TaskExecutor)? = nil) {
        self.executor = executor
    }

    package var isTaken: Bool { state.load(ordering: .acquiring) != State.none }

    package func take() {
        _ = state.compareExchange(
            expected: State.none,
            desired: State.taken,
            ordering: .acquiringAndReleasing
        )
    }

    /// Lets another one be begun that has to come behind; false where there is no place yet.
    package func follow() -> Bool {
        let (isDone, found) = state.compareExchange(
            expected: State.taken,
            desired: State.followed,
            ordering: .acquiringAndReleasing
        )
        return isDone || found == State.followed
    }

    /// Gives the place up for a later one; false where somebody relies on it.
    func leave() -> Bool {
        let (isDone, found) = state.compareExchange(
            expected: State.taken,
            desired: State.none,
            ordering: .acquiringAndReleasing
        )
        return isDone || found == State.none
    }
}

/// The answer to an ``APIRequest``.
package struct APIResponse: Sendable {
    /// The HTTP status code.
    package var status: Int
    /// Names in lower case; `content-length` is the transport's business.
    package var headers: [(name: String, value: String)]
    /// The body, not content-encoded.
    package var body: ResponseBody
    /// The route's pattern, such as `POST /streams/{stream}/events`, for logs and metrics; nil
    /// when no route fits.
    package var route: String?
    /// The id of the API key that the request came with, for logs: never the key.
    package var keyID: String?

    /// An answer with all its bytes.
    package init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        route: String? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = .bytes(body)
        self.route = route
    }

    /// An answer whose body is made while it is sent.
    package init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        stream: any ChunkSource,
        route: String? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = .stream(stream)
        self.route = route
    }
}

/// The API as a transport sees it.
///
/// It never throws: every error is an answer.
package protocol APIHandler: Sendable {
    /// The answer to one request.
    func handle(_ request: APIRequest) async -> APIResponse

    /// Finds out whether an operator makes a call that the transport answers by itself.
    ///
    /// - Returns: nil for an operator; for anyone else the answer that refuses.
    func authorizeOperator(_ request: APIRequest) async -> APIResponse?

    /// True for a publish: it may be begun while those before it on its connection that have their
    /// place still wait for their answers.
    func isPublish(_ request: APIRequest) -> Bool
}

extension APIHandler {
    /// Everyone may.
    package func authorizeOperator(_ request: APIRequest) async -> APIResponse? { nil }

    /// None is.
    package func isPublish(_ request: APIRequest) -> Bool { false }
}

/// `Accept-Encoding`, as far as the ledger needs it (RFC 9110, 12.5.3).
package enum AcceptEncoding {
    /// True when gzip may be sent: named, or covered by `*`, with a weight above zero.
    package static func allowsGzip(_ value: String) -> Bool {
        var wildcard = false
        for element in value.utf8.split(separator: UInt8(ascii: ",")) {
            let parts = element.split(separator: UInt8(ascii: ";"))
            guard let coding = parts.first.map(ASCII.trimmed) else { continue }
            let allowed = parts.dropFirst().allSatisfy { !isZeroWeight(ASCII.trimmed($0)) }
            if ASCII.equal(coding, "gzip") || ASCII.equal(coding, "x-gzip") { return allowed }
            if ASCII.equal(coding, "*") { wildcard = allowed }
        }
        return wildcard
    }

    /// True for `q=0`, `q=0.0` and so on, and for a weight that makes no sense.
    private static func isZeroWeight(_ parameter: Substring.UTF8View) -> Bool {
        guard let first = parameter.first, first | 0x20 == UInt8(ascii: "q") else { return false }
        let rest = ASCII.trimmed(parameter.dropFirst())
        guard rest.first == UInt8(ascii: "=") else { return true }
        let weight = ASCII.trimmed(rest.dropFirst())
        let positive = weight.contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
        let digits = weight.allSatisfy { $0 == UInt8(ascii: ".") || ASCII.isDigit($0) }
        return !positive || !digits
    }
}
