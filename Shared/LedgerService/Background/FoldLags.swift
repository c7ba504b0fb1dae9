package import LedgerCore
import Synchronization

/// The events that this process knows of and that are not in the compacted state yet.
package struct FoldLag: Sendable {
    /// The sum over all streams.
    package let events: Int64
    /// The ``Limits/namedStreams`` streams with the most such events, most first.
    package let worst: [(stream: StreamID, events: Int64)]
}

/// The distance between fold and tail of each partition, kept up to date by appends and folds.
///
/// Asking costs no call of the table, and an idle partition has no entry.
final class FoldLags: Sendable {
    private struct Span {
        let id: StreamID
        var folded: Offset
        var end: Offset
    }

    private let spans = Mutex<[RowGroup: Span]>([:])

    /// Notes that a partition has events from `start` to `end` to fold, besides what is known.
    func found(_ request: FoldRequest, from start: Offset, to end: Offset) {
        let log = RowGroup.log(request.stream, request.partition)
        spans.withLock { spans in
            guard spans[log] != nil || spans.count < Limits.foldLagEntries else { return }
            var span = spans[log] ?? Span(id: request.id, folded: start, end: end)
            span.end = max(span.end, end)
            spans[log] = span
        }
    }

    /// Notes that a partition is folded up to `watermark`.
    func folded(_ request: FoldRequest, upTo watermark: Offset) {
        let log = RowGroup.log(request.stream, request.partition)
        spans.withLock { spans in
            guard var span = spans[log] else { return }
            span.folded = max(span.folded, watermark)
            spans[log] = span.folded < span.end ? span : nil
        }
    }

    /// Drops the entry of a partition that is not going to be folded.
    func forget(_ request: FoldRequest) {
        spans.withLock { $0[.log(request.stream, request.partition)] = nil }
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
