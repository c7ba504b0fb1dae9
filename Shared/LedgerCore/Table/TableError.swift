/// A table call that could not be answered.
///
/// Whoever catches one must ask whether it is definite.
public struct TableError: Error, Hashable, Sendable {
    /// Whether the call may have taken effect.
    public enum Effect: Hashable, Sendable {
        /// Nothing was written. Reads are always definite.
        case definite
        /// It may have been written: a time-out, a broken connection, a server error.
        case indefinite
    }

    /// What kind of trouble, for the mapping to an answer and for retries.
    public enum Reason: Hashable, Sendable {
        /// The engine asks for fewer calls; the same call can succeed soon.
        case throttled
        /// The engine is not there or did not answer in time.
        case unavailable
        /// No room left on the disk.
        case full
        /// Stored data is damaged or not ours.
        case corrupt
        /// The call itself is wrong: too large, too many items. A defect of ours.
        case invalid
        /// The engine was closed, or has given up writing: no later try can succeed.
        case closed
    }

    /// Whether it may have happened.
    public let effect: Effect
    /// What kind.
    public let reason: Reason
    /// For a log line; holds no payload.
    public let message: String
    /// The row that is damaged, when it is known which.
    public let row: TableKey?

    /// A failed call.
    public init(_ effect: Effect, _ reason: Reason, _ message: String, row: TableKey? = nil) {
        self.effect = effect
        self.reason = reason
        self.message = message
        self.row = row
    }
}
