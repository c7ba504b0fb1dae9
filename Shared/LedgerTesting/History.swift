import Synchronization

/// What publishers were told and consumers saw, and whether the promises hold of it.
///
/// Every event carries a value that no other event has, so that it can be recognised.
package final class History: Sendable {
    /// An event, as it was acknowledged or delivered.
    package struct Event: Hashable, Sendable {
        /// Its partition.
        package let partition: Int
        /// Its offset.
        package let offset: Int
        /// Its key.
        package let key: String
        /// Its unique value.
        package let value: String

        /// An event.
        package init(partition: Int, offset: Int, key: String, value: String) {
            self.partition = partition
            self.offset = offset
            self.key = key
            self.value = value
        }
    }

    private struct State {
        var acknowledged: [Event] = []
        /// By publisher and key, in the order of acknowledgement.
        var orders: [String: [Event]] = [:]
        /// Values whose publisher never learned what became of them.
        var open: Set<String> = []
        var delivered: [String: [Event]] = [:]
    }

    private let state = Mutex(State())

    /// An empty history.
    package init() {}

    /// A publisher was told that this event is stored.
    package func acknowledge(_ event: Event, by publisher: String) {
        state.withLock { state in
            state.acknowledged.append(event)
            state.orders[publisher + "/" + event.key, default: []].append(event)
        }
    }

    /// A publisher gave up on this value without learning whether it is stored.
    package func leaveOpen(_ value: String) {
        state.withLock { _ = $0.open.insert(value) }
    }

    /// A consumer was given this event, after those before.
    package func deliver(_ event: Event, to consumer: String) {
        state.withLock { $0.delivered[consumer, default: []].append(event) }
    }

    /// How many events were acknowledged.
    package var acknowledgedCount: Int { state.withLock { $0.acknowledged.count } }

    /// Everything that contradicts the promises, given the whole log at the end.
    package func violations(log: [Event]) -> [String] {
        let state = state.withLock { state in
            (state.acknowledged, state.orders, state.open, state.delivered)
        }
        return Self.gaps(log) + Self.losses(state.0, log) + Self.strangers(state.0, state.2, log)
            + state.1.values.flatMap(Self.disorder)
            + state.3.flatMap { Self.misdeliveries($0.value, to: $0.key, log) }
    }

    private static func gaps(_ log: [Event]) -> [String] {
        Dictionary(grouping: log, by: \.partition).flatMap { partition, events in
            events.map(\.offset).sorted().enumerated().compactMap { index, offset in
                index == offset ? nil : "partition \(partition): offset \(offset) at \(index)"
            }
        }
    }

    private static func losses(_ acknowledged: [Event], _ log: [Event]) -> [String] {
        let present = Set(log)
        return acknowledged.filter { !present.contains($0) }.map { "lost or changed: \($0)" }
    }

    /// Duplicates, and events that nobody published.
    private static func strangers(
        _ acknowledged: [Event],
        _ open: Set<String>,
        _ log: [Event]
    )
        -> [String]
    {
        let known = Set(acknowledged.map(\.value)).union(open)
        var seen: Set<String> = []
        return log.compactMap { event in
            guard known.contains(event.value) else { return "nobody published \(event)" }
            return seen.insert(event.value).inserted ? nil : "twice in the log: \(event)"
        }
    }

    /// One publisher's events of one key lie in the order in which they were acknowledged.
    private static func disorder(_ events: [Event]) -> [String] {
        zip(events, events.dropFirst()).compactMap { first, second in
            first.offset < second.offset ? nil : "\(second) acknowledged after \(first)"
        }
    }

    /// A consumer sees every event of each partition once and in order, from its first to the end.
    private static func misdeliveries(
        _ events: [Event],
        to consumer: String,
        _ log: [Event]
    )
        -> [String]
    {
        let byPartition = Dictionary(grouping: log, by: \.partition)
        return Dictionary(grouping: events, by: \.partition).flatMap { partition, seen in
            let expected = (byPartition[partition] ?? []).sorted { $0.offset < $1.offset }
            return seen == expected
                ? [] : ["\(consumer) saw \(seen.count) of \(expected.count) in \(partition)"]
        }
    }
}
