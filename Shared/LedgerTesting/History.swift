import Synchronization

/// The record of what publishers were told and consumers saw, to be held against the promises.
///
/// Every event carries a value that no other event has, so that it can be recognised.
package final class History: Sendable {
    /// An event, as it was acknowledged or delivered.
    package struct Event: Hashable, Sendable {
        package let partition: Int
        package let offset: Int
        package let key: String
        /// The value, which no other event of a history has.
        package let value: String

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

    package init() {}

    /// Notes that a publisher was told that this event is stored.
    package func acknowledge(_ event: Event, by publisher: String) {
        state.withLock { state in
            state.acknowledged.append(event)
            state.orders[publisher + "/" + event.key, default: []].append(event)
        }
    }

    /// Notes that a publisher gave up on this value without learning whether it is stored.
    package func leaveOpen(_ value: String) {
        state.withLock { _ = $0.open.insert(value) }
    }

    /// Notes that a consumer was given this event, after those before.
    package func deliver(_ event: Event, to consumer: String) {
        state.withLock { $0.delivered[consumer, default: []].append(event) }
    }

    /// The number of events that were acknowledged.
    package var acknowledgedCount: Int { state.withLock { $0.acknowledged.count } }

    /// Everything that contradicts the promises, given the whole log at the end.
    package func violations(log: [Event]) -> [String] {
        let state = state.withLock { state in
            (state.acknowledged, state.orders, state.open, state.delivered)
        }
        return Self.gaps(log) + Self.losses(of: state.0, in: log)
            + Self.strangers(in: log, acknowledged: state.0, open: state.2)
            + state.1.values.flatMap(Self.disorder)
            + state.3.flatMap { Self.misdeliveries(of: $0.value, to: $0.key, from: log) }
    }

    private static func gaps(_ log: [Event]) -> [String] {
        Dictionary(grouping: log, by: \.partition).flatMap { partition, events in
            events.map(\.offset).sorted().enumerated().compactMap { index, offset in
                index == offset ? nil : "partition \(partition): offset \(offset) at \(index)"
            }
        }
    }

    private static func losses(of acknowledged: [Event], in log: [Event]) -> [String] {
        let present = Set(log)
        return acknowledged.filter { !present.contains($0) }.map { "lost or changed: \($0)" }
    }

    /// Duplicates, and events that nobody published.
    private static func strangers(
        in log: [Event],
        acknowledged: [Event],
        open: Set<String>
    ) -> [String] {
        let known = Set(acknowledged.map(\.value)).union(open)
        var seen: Set<String> = []
        return log.compactMap { event in
            guard known.contains(event.value) else { return "nobody published \(event)" }
            return seen.insert(event.value).inserted ? nil : "twice in the log: \(event)"
        }
    }

    /// Pairs of one publisher's events of one key that do not lie in the order in which they were
    /// acknowledged.
    private static func disorder(_ events: [Event]) -> [String] {
        zip(events, events.dropFirst()).compactMap { first, second in
            first.offset < second.offset ? nil : "\(second) acknowledged after \(first)"
        }
    }

    /// Partitions of which a consumer did not see every event once and in order, to the end.
    private static func misdeliveries(
        of events: [Event],
        to consumer: String,
        from log: [Event]
    ) -> [String] {
        let byPartition = Dictionary(grouping: log, by: \.partition)
        return Dictionary(grouping: events, by: \.partition).flatMap { partition, seen in
            let expected = (byPartition[partition] ?? []).sorted { $0.offset < $1.offset }
            return seen == expected
                ? [] : ["\(consumer) saw \(seen.count) of \(expected.count) in \(partition)"]
        }
    }
}
