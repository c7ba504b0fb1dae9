import LedgerCore
import Synchronization

/// Facts that earlier reads learned, so that the next one takes fewer steps.
///
/// A hint may be out of date or missing; it changes how much is read, never what is found.
final class ReadHints: Sendable {
    /// The incarnations that the rows of a subscription are found by.
    struct Rows: Hashable, Sendable {
        let stream: StreamIncarnation
        let subscription: SubscriptionIncarnation
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
        /// Events that a partition's chunks held when they were last read.
        var eventsPerChunk: [RowGroup: Int] = [:]
        /// The beginning of the chunk around an offset, if it is not the offset.
        var chunkStarts: [Place: Offset] = [:]
        /// Offsets that logs are known to have reached.
        var ends: [RowGroup: Offset] = [:]
        var subscriptions: [Name: Rows] = [:]
    }

    private static let assumedEventsPerChunk = 16

    private let hints = Mutex(Hints())

    /// A read of `partition` from `position`, with what is known of it.
    func read(
        of partition: Partition,
        in stream: StreamIncarnation,
        from position: Position
    ) -> PartitionRead {
        let log = RowGroup.log(stream, partition)
        return hints.withLock { hints in
            var start: Offset?
            if case .log(let offset) = position {
                start = hints.chunkStarts[Place(log: log, offset: offset)]
            }
            return PartitionRead(
                partition: partition,
                position: position,
                eventsPerChunk: hints.eventsPerChunk[log] ?? Self.assumedEventsPerChunk,
                chunkStart: start
            )
        }
    }

    func remember(_ found: [ReadHint], of stream: StreamIncarnation) {
        hints.withLock { hints in
            if hints.eventsPerChunk.count >= Limits.readHints { hints.eventsPerChunk.removeAll() }
            if hints.chunkStarts.count >= Limits.readHints { hints.chunkStarts.removeAll() }
            for hint in found {
                let log = RowGroup.log(stream, hint.partition)
                hints.eventsPerChunk[log] = hint.eventsPerChunk
                if hint.isProven { hints.reach(hint.next, of: log) }
                guard let start = hint.chunkStart else { continue }
                hints.chunkStarts[Place(log: log, offset: hint.next)] = start
            }
        }
    }

    /// Remembers that a partition reaches as far as `offset`.
    func reach(_ offset: Offset, of partition: Partition, in stream: StreamIncarnation) {
        hints.withLock { $0.reach(offset, of: .log(stream, partition)) }
    }

    /// True if a partition is known to reach as far as `offset`: a log never shrinks.
    func reaches(_ offset: Offset, of partition: Partition, in stream: StreamIncarnation) -> Bool {
        hints.withLock { $0.ends[.log(stream, partition)].map { offset <= $0 } ?? false }
    }

    func rows(of subscription: SubscriptionID, in stream: StreamID) -> Rows? {
        hints.withLock { $0.subscriptions[Name(stream: stream, subscription: subscription)] }
    }

    func remember(_ subscription: SubscriptionRow, of stream: StreamRow) -> Rows {
        let name = Name(stream: stream.id, subscription: subscription.id)
        let rows = Rows(
            stream: stream.incarnation,
            subscription: subscription.incarnation
        )
        hints.withLock { hints in
            if hints.subscriptions.count >= Limits.readHints { hints.subscriptions.removeAll() }
            hints.subscriptions[name] = rows
        }
        return rows
    }
}

extension ReadHints.Hints {
    fileprivate mutating func reach(_ offset: Offset, of log: RowGroup) {
        if ends.count >= Limits.readHints { ends.removeAll() }
        ends[log] = max(ends[log] ?? .zero, offset)
    }
}
