import LedgerCore

/// One of the functions that serve the API between them where there is no server.
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
}

extension Route {
    /// The function that serves this route with this method.
    ///
    /// Which functions may do what to the table follows it, and so do the deployment's routes.
    func function(_ method: String) -> LedgerFunction {
        switch self {
        case .health, .openAPI, .streams, .stream, .subscriptions, .subscription, .keys, .key:
            .admin
        case .events: method == "POST" ? .publish : .poll
        case .compacted, .compactedKey, .poll, .commit, .seek, .head: .poll
        case .compact, .acceptTail, .acceptClock: .compactor
        }
    }
}

/// What a call needs.
enum Access {
    /// Nothing, not even a key.
    case open
    /// Any valid key: the call itself looks no further than the key's scopes.
    case key
    /// `admin` somewhere: which stream it is about stands in the body.
    case creation
    /// An action on a stream.
    case action(KeyAction, StreamID)
    /// Any action on a stream.
    case anyAction(StreamID)
    /// `admin` on `*`.
    case operation
}

extension Route {
    /// What this route needs with this method.
    func access(_ method: String) -> Access {
        switch self {
        case .health, .openAPI: .open
        case .streams: method == "POST" ? .creation : .key
        case .stream(let id): method == "GET" ? .anyAction(id) : .action(.admin, id)
        case .compact(let id), .acceptTail(let id): .action(.admin, id)
        case .events(let id): .action(method == "POST" ? .publish : .consume, id)
        case .compacted(let id), .compactedKey(let id, _), .subscriptions(let id),
            .subscription(let id, _), .poll(let id, _), .commit(let id, _), .seek(let id, _),
            .head(let id, _):
            .action(.consume, id)
        case .keys, .key, .acceptClock: .operation
        }
    }
}
