/// Decides, for a client that follows an event stream, when it opens the stream again and when it gives
/// up.
///
///     open ─┬─ ended in order ──────────────────────────→ open again
///      ↑    ├─ a failure that is temporary ─┬─ not often ─→ open again
///      │    │                               └─ too often ─→ fail
///      │    └─ any other failure ─────────────────────────→ fail
///      └─ after a pause, which doubles while streams bring nothing
///
/// A stream that brought an event, or that stood for longer than the longest pause, was a good one: what
/// comes after it begins anew. So neither a ledger that ends each stream at once nor one that is out of
/// reach is called again and again without a pause, and one that ends its streams every five minutes, or
/// with each page, is left for the shortest of pauses.
package struct ReconnectionPlan: Sendable {
    /// What follows the end of a stream.
    package enum Action: Hashable, Sendable {
        /// Open it again, this much later.
        case open(after: Duration)
        /// Tell the caller.
        case fail(LedgerClientError)
    }

    /// The pause after a good stream, and the longest.
    package static let pauses: ClosedRange<Duration> = .milliseconds(100) ... .seconds(5)
    /// The longest pause that a ledger may ask for.
    package static let longestRetry: Duration = .seconds(3600)

    private let attempts: Int
    /// Ends in a row without a good stream, in order or not.
    private var ends = 0
    /// Failures among them since the last one that ended in order.
    private var failures = 0

    /// A plan that gives up after so many failures in a row.
    package init(attempts: Int) {
        self.attempts = attempts
    }

    /// Takes the end of a stream, or the failure to open it.
    ///
    /// - Parameters:
    ///   - error: The failure; nil: it ended in order.
    ///   - lasted: The time since it was opened; zero where no byte came.
    ///   - hasEvents: True if an event came.
    ///   - retry: The pause that the ledger has asked for; nil: none.
    /// - Returns: What to do next.
    package mutating func ended(
        with error: LedgerClientError?,
        lasted: Duration,
        hasEvents: Bool,
        retry: Duration?
    ) -> Action {
        if hasEvents || lasted > Self.pauses.upperBound {
            (ends, failures) = (0, 0)
        } else {
            ends += 1
            failures = error == nil ? 0 : failures + 1
        }
        if let error, !error.isTemporary || failures >= attempts { return .fail(error) }
        return .open(after: max(pause, min(retry ?? .zero, Self.longestRetry)))
    }

    private var pause: Duration {
        // A few doublings lead beyond the longest, further ones out of range.
        min(Self.pauses.lowerBound * (1 << min(ends, 10)), Self.pauses.upperBound)
    }
}
