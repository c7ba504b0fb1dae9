import LedgerCore
import Synchronization

/// What earlier reads learned, so that the next one takes fewer steps.
///
/// A hint may be out of date or missing; it changes how much is read, never what is found.
final class ReadHints: Sendable {
    /// Which rows a subscription's are.
    struct Rows: Hashable, Sendable {
        let stream: Incarnation
        let subscription: Incarnation
    }

    fileprivate struct Name: Hashable {
        let stream: StreamID
        let subscription: SubscriptionID
    }

    fileprivate struct Place: Hashable {
        let log: RowGroup
        let offset: Offset
    }

    fileprivate struct Hints {
        /// How many events the chunks of a partition held when they were last read.
        var eventsPerChunk: [RowGroup: Int] = [:]
        /// Where the chunk around an offset begins, if not at it.
        var chunkStarts: [Place: Offset] = [:]
        /// Offsets that logs are known to have reached.
        var ends: [RowGroup: Offset] = [:]
        var subscriptions: [Name: Rows] = [:]
    }

    fileprivate static let most = 100_000
    private static let assumedEventsPerChunk = 16

    private let hints = Mutex(Hints())

    func lane(
        _ stream: Incarnation,
        _ partition: Partition,
        _ position: Position
    ) -> PollLane {
        let log = RowGroup.log(stream, partition)
        return hints.withLock { hints in
            var start: Offset?
            if case .log(let offset) = position {
                start = hints.chunkStarts[Place(log: log, offset: offset)]
            }
            return PollLane(
                partition: partition,
                position: position,
                eventsPerChunk: hints.eventsPerChunk[log] ?? Self.assumedEventsPerChunk,
                chunkStart: start
            )
        }
    }

    func remember(_ stream: Incarnation, _ findings: [LaneFinding]) {
        hints.withLock { hints in
            if hints.eventsPerChunk.count >= Self.most { hints.eventsPerChunk.removeAll() }
            if hints.chunkStarts.count >= Self.most { hints.chunkStarts.removeAll() }
            for finding in findings {
                let log = RowGroup.log(stream, finding.partition)
                hints.eventsPerChunk[log] = finding.eventsPerChunk
                if finding.isProven { hints.reach(log, finding.next) }
                guard let start = finding.chunkStart else { continue }
                hints.chunkStarts[Place(log: log, offset: finding.next)] = start
            }
        }
    }

    /// A partition is known to reach as far as `offset`.
    func reach(_ stream: Incarnation, _ partition: Partition, _ offset: Offset) {
        hints.withLock { $0.reach(.log(stream, partition), offset) }
    }

    /// Whether a partition is known to reach as far as `offset`: a log never shrinks.
    func reaches(_ stream: Incarnation, _ partition: Partition, _ offset: Offset) -> Bool {
        hints.withLock { $0.ends[.log(stream, partition)].map { offset <= $0 } ?? false }
    }

    func rows(of subscription: SubscriptionID, _ stream: StreamID) -> Rows? {
        hints.withLock { $0.subscriptions[Name(stream: stream, subscription: subscription)] }
    }

    func remember(_ subscription: SubscriptionRow, of stream: StreamRow) -> Rows {
        let name = Name(stream: stream.id, subscription: subscription.id)
        let rows = Rows(
            stream: stream.incarnation,
            subscription: subscription.incarnation
        )
        hints.withLock { hints in
            if hints.subscriptions.count >= Self.most { hints.subscriptions.removeAll() }
            hints.subscriptions[name] = rows
        }
        return rows
    }
}

extension ReadHints.Hints {
    fileprivate mutating func reach(_ log: RowGroup, _ offset: Offset) {
        if ends.count >= ReadHints.most { ends.removeAll() }
        ends[log] = max(ends[log] ?? .zero, offset)
    }
}
