import LedgerCore

/// What a call needs.
enum Access {
    /// Nothing, not even a key.
    case open
    /// Any valid key: the call itself looks no further than the key's scopes.
    case key
    /// `admin` somewhere: which stream it is about stands in the body.
    case creation
    /// An action on a stream.
    case action(APIKeyAction, StreamID)
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
