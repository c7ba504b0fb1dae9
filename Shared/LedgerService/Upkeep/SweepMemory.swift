import LedgerCore
import Synchronization

/// Streams in which nothing can expire for some time, on an engine that leaves its log to this
/// process alone: a round passes them by.
///
/// What is forgotten is looked at, so this may forget at any time.
final class SweepMemory: Sendable {
    private static let most = 100_000

    private let rests = Mutex<[Incarnation: Timestamp]>([:])

    /// Notes that there is nothing to do for a stream before `moment`.
    func rest(_ stream: Incarnation, until moment: Timestamp) {
        rests.withLock { rests in
            if rests.count >= Self.most { rests.removeAll() }
            rests[stream] = moment
        }
    }

    func isAtRest(_ stream: Incarnation, at now: Timestamp) -> Bool {
        rests.withLock { $0[stream].map { now < $0 } ?? false }
    }

    /// Something changed that a round must look at: how long the stream keeps its events.
    func forget(_ stream: Incarnation) {
        rests.withLock { $0[stream] = nil }
    }
}
