import Synchronization

/// The record of what the consumers of one subscription have done, in the order in which they did it,
/// to be held against what they are promised: everything at least once, and a key's events in order.
///
/// An event is done when a consumer has acted on it, whether or not it could tell the ledger.
package final class WorkRecord: Sendable {
    private struct State {
        /// Events in the order in which each was done for the first time.
        var firsts: [History.Event] = []
        var done: Set<History.Event> = []
        var repetitions = 0
    }

    private struct Key: Hashable {
        let partition: Int
        let key: String
    }

    private let state = Mutex(State())

    package init() {}

    /// Notes that a consumer has done this event, after all those before.
    package func finish(_ event: History.Event) {
        state.withLock { state in
            if state.done.insert(event).inserted {
                state.firsts.append(event)
            } else {
                state.repetitions += 1
            }
        }
    }

    /// The events that were done, each once.
    package var done: Set<History.Event> { state.withLock { $0.done } }

    /// The number of events that were done, each counted once.
    package var count: Int { state.withLock { $0.firsts.count } }

    /// How often an event was done that had been done before.
    package var repetitions: Int { state.withLock { $0.repetitions } }

    /// Everything that contradicts the promises.
    ///
    /// - Parameters:
    ///   - log: The whole log at the end.
    ///   - parked: Events that were taken out of the delivery: they need not be done, and later ones
    ///     of their key may pass them.
    /// - Returns: A text for each violation; empty when every promise held.
    package func violations(log: [History.Event], parked: Set<History.Event> = []) -> [String] {
        let firsts = state.withLock { $0.firsts }
        let (stored, done) = (Set(log), Set(firsts))
        let strangers = done.union(parked).subtracting(stored).map { "not in the log: \($0)" }
        let skipped = stored.subtracting(done).subtracting(parked).map { "never done: \($0)" }
        return strangers.sorted() + skipped.sorted() + Self.overtaken(firsts, parked: parked)
    }

    /// Events that were done for the first time after a later one of their key.
    private static func overtaken(
        _ firsts: [History.Event],
        parked: Set<History.Event>
    ) -> [String] {
        var furthest: [Key: History.Event] = [:]
        return firsts.compactMap { event in
            let key = Key(partition: event.partition, key: event.key)
            guard let before = furthest[key], before.offset > event.offset else {
                furthest[key] = event
                return nil
            }
            return parked.contains(event) ? nil : "done after \(before): \(event)"
        }
    }
}
