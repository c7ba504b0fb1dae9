package import LedgerCore
import Synchronization

/// Events that are not in the compacted state yet.
package struct FoldLag: Sendable {
    /// Of all streams together.
    package let events: Int64
    /// Of the streams with the most of them, most first.
    package let worst: [(stream: StreamID, events: Int64)]
}

/// How far the folds of this process are behind, by partition, kept up to date by who appends and
/// who folds: asking costs no call of the table, and what is idle has no entry.
final class FoldLags: Sendable {
    private struct Span {
        let id: StreamID
        var folded: Offset
        var end: Offset
    }

    private static let most = 100_000

    private let spans = Mutex<[RowGroup: Span]>([:])

    /// Notes that a partition has events from `start` to `end` to fold, besides what is known.
    func found(_ ring: Doorbell.Ring, from start: Offset, to end: Offset) {
        let log = RowGroup.log(ring.stream, ring.partition)
        spans.withLock { spans in
            guard spans[log] != nil || spans.count < Self.most else { return }
            var span = spans[log] ?? Span(id: ring.id, folded: start, end: end)
            span.end = max(span.end, end)
            spans[log] = span
        }
    }

    /// Notes how far a partition is folded.
    func folded(_ ring: Doorbell.Ring, upTo watermark: Offset) {
        let log = RowGroup.log(ring.stream, ring.partition)
        spans.withLock { spans in
            guard var span = spans[log] else { return }
            span.folded = max(span.folded, watermark)
            spans[log] = span.folded < span.end ? span : nil
        }
    }

    /// Nothing of this partition is going to be folded.
    func forget(_ ring: Doorbell.Ring) {
        spans.withLock { $0[.log(ring.stream, ring.partition)] = nil }
    }

    var lag: FoldLag {
        let spans = spans.withLock { $0.values.map { ($0.id, $0.end.distance(from: $0.folded)) } }
        var events: [StreamID: Int64] = [:]
        for (id, lag) in spans { events[id, default: 0] += lag }
        let worst = events.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        return FoldLag(
            events: events.values.reduce(0, +),
            worst: worst.prefix(Limits.namedStreams).map { ($0.key, $0.value) }
        )
    }
}
