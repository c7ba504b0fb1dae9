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
