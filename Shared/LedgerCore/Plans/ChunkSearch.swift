/// Finds the first chunk that has not expired and whose last event is not earlier than a moment, by
/// binary search: timestamps and ttls never decrease along a partition.
///
///     start ─→ probe ─┬─ too early, late enough, or nothing there ─→ probe in the half that is left
///       │        ↑    └─ one is left ─┬─ no gap before it, or it may have expired ─→ finish
///       │        └─────────── pause ←─┴─ a gap ─→ (looked at often enough) ─→ finish
///       └─ nothing to search ─→ finish
package struct ChunkSearch: Sendable {
    /// The shell's next step.
    package enum Action: Sendable {
        /// Query the first log row at or after this offset, then ``ChunkSearch/receive(_:)``.
        case probe(Query)
        /// Wait so long, then ``ChunkSearch/resume()``.
        case pause(Duration)
        /// The chunk, or nil when all are earlier; `hasGap` when a chunk is missing before it that
        /// can't have expired.
        case finish(ChunkRow?, hasGap: Bool)
    }

    private enum State: Sendable {
        /// Nothing was asked for yet. Next: probing, finished.
        case new
        /// The first row at or after this offset is being read. Next: probing, pausing, finished.
        case probing(Offset)
        /// A gap is looked at again after a pause. Next: probing.
        case pausing
        /// The search is over. Next: none.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamIncarnation
    private let partition: Partition
    private let target: Timestamp
    private let expiration: Expiration
    /// The offset below which no chunk is late enough.
    private var low: Offset
    /// The offset from which on no chunk can be better than `best`.
    private var high: Offset
    private var state = State.new
    private var best: ChunkRow?
    /// Looks so far at a gap before ``best`` that was seen before.
    private var looks = 0

    /// A search of the chunks that begin at or after `start`; `end` is the partition's tail.
    ///
    /// The last event of the chunk that it finds is at `target` or later.
    package init(
        stream: StreamIncarnation,
        partition: Partition,
        notBefore target: Timestamp,
        expiration: Expiration,
        from start: Offset = .zero,
        end: Offset
    ) {
        self.stream = stream
        self.partition = partition
        self.target = target
        self.expiration = expiration
        low = start
        high = end
    }

    /// The first action.
    ///
    /// The oldest chunk is looked at first: most often it is the one.
    package mutating func start() -> Action {
        guard case .new = state else { preconditionFailure("a search starts once") }
        return take(high > low ? probe(low) : (.finished, .finish(nil, hasGap: false)))
    }

    /// Takes the row that an ``Action/probe(_:)`` found.
    package mutating func receive(_ page: QueryPage) throws(TableError) -> Action {
        guard case .probing(let probed) = state else {
            preconditionFailure("no row was asked for")
        }
        switch try page.items.first.map({ item throws(TableError) in try LogEntry(item) }) {
        case .chunk(let chunk)? where chunk.timestamp >= target && !expiration.covers(chunk):
            best = chunk
            high = probed
        case .chunk(let chunk)?: low = chunk.end
        case .seal?, nil: high = probed
        }
        guard low < high else { return take(conclude()) }
        return take(probe(low.advanced(by: Int(high.distance(from: low) / 2))))
    }

    /// Goes on after an ``Action/pause(_:)``: the missing chunk would begin at `low`.
    package mutating func resume() -> Action {
        guard case .pausing = state else { preconditionFailure("no pause was asked for") }
        return take(probe(low))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    /// Ends the search, unless a chunk is missing before the one that was found.
    ///
    /// If it can't have expired, it may be on its way: a transaction's rows become visible one by one,
    /// and whoever begins behind the gap would never see it.
    private mutating func conclude() -> Step {
        guard let best, best.first > low, !expiration.mayHavePassed(best.previousTTL) else {
            return (.finished, .finish(best, hasGap: false))
        }
        guard looks < Limits.gapLooks, expiration.rules.keep(.gapLooks) else {
            return (.finished, .finish(best, hasGap: true))
        }
        looks += 1
        return (.pausing, .pause(Limits.gapPause))
    }

    private func probe(_ offset: Offset) -> Step {
        let query = Query(
            .log(stream, partition),
            from: TableKey.chunk(stream, partition, offset).sortKey,
            limit: 1
        )
        return (.probing(offset), .probe(query))
    }
}
