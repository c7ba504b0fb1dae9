package import LedgerCore

/// One route of the API with one method: how it is called, who may call it, what it takes, and
/// what answers it.
///
/// ``EndpointTable/api`` has all of them. It is a class although it is a value, so that a call
/// retains one object instead of every member.
package final class Endpoint: Sendable {
    /// The methods that endpoints have; HEAD is none, for it works wherever GET does.
    package enum Method: String, CaseIterable, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// The kinds of bodies that a call may have.
    package enum Body: Sendable {
        /// None. With a POST an empty JSON object says as little, and is taken too.
        case none
        /// One JSON object.
        case json
        /// JSON, or one JSON text a line.
        case jsonOrLines

        /// The types that the OpenAPI document lists; others that mean the same are taken too.
        package var mediaTypes: [MediaType] {
            switch self {
            case .none: []
            case .json: [.json]
            case .jsonOrLines: [.json, .ndjson]
            }
        }
    }

    /// Answers a call whose caller may make it.
    typealias Handler = @Sendable (Call) async throws(LedgerError) -> APIResponse

    package let method: Method
    package let path: PathPattern
    /// The function that serves it where there is no server.
    ///
    /// Rights on the table and the deployment's routes follow it.
    package let function: LedgerFunction
    package let access: Access
    /// The query parameters that it takes, in the order in which a refusal lists them.
    package let query: [String]
    package let body: Body
    /// Its name in metrics and logs: `POST /streams/{stream}/events`.
    package let name: String
    let answer: Handler

    init(
        _ method: Method,
        _ path: PathPattern,
        function: LedgerFunction,
        needs access: Access,
        query: [String] = [],
        body: Body = .none,
        answer: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.function = function
        self.access = access
        self.query = query
        self.body = body
        self.answer = answer
        name = "\(method.rawValue) \(path)"
        precondition(path.hasStream || !access.concernsStream, "\(name) has no stream to act on")
    }
}

/// One of the functions that run the ledger between them where there is no server.
///
/// The raw value is the function's name in packages and in the deployment.
package enum LedgerFunction: String, CaseIterable, Sendable {
    /// Streams, subscriptions and API keys, `/health` and `/openapi.json`; also what no route
    /// takes.
    case admin
    /// Appends.
    case publish
    /// Reads, polls, commits and seeks.
    case poll
    /// Folds, sweeps, and the calls that start them by hand.
    case compactor
    /// Sends events to webhooks; serves no call, and is deployed only where webhooks are on.
    case push
}

/// The permission that a call needs.
package enum Access: Hashable, Sendable {
    /// Nothing, and no key is asked for.
    case open
    /// Any valid key: the call shows no more than the key's scopes cover.
    case key
    /// `admin` on at least one stream; the body names the stream and is checked later.
    case creation
    /// An action on the stream of the path.
    case action(APIKeyAction)
    /// Any action on the stream of the path.
    case anyAction
    /// `admin` on `*`.
    case operation
    /// `admin` on `*`, on a ledger that asks for keys: any other has none to manage.
    case keyManagement

    /// True where the path must name a stream.
    var concernsStream: Bool {
        switch self {
        case .action, .anyAction: true
        case .open, .key, .creation, .operation, .keyManagement: false
        }
    }
}
