/// Finds the first chunk that has not expired and whose last event is not earlier than a moment, by
/// binary search: timestamps and ttls never decrease along a partition.
package struct ChunkSearch: Sendable {
    /// The shell's next step.
    package enum Action: Sendable {
        /// Query the first log row at or after this offset, then ``ChunkSearch/receive(_:)``.
        case probe(Query)
        /// Wait so long, then ``ChunkSearch/resume()``.
        case pause(milliseconds: Int64)
        /// The chunk, or nil when all are earlier; `hasGap` when a chunk is missing before it that
        /// can't have expired.
        case finish(Chunk?, hasGap: Bool)
    }

    private let stream: Incarnation
    private let partition: Partition
    private let target: Timestamp
    private let expiration: Expiration
    /// The offset below which no chunk is late enough.
    private var low: Offset
    /// The offset from which on no chunk can be better than `best`.
    private var high: Offset
    private var probed = Offset.zero
    private var best: Chunk?
    /// Looks so far at a gap before ``best`` that was seen before.
    private var looks = 0

    /// A search of the chunks that begin at or after `start`; `end` is the partition's tail.
    ///
    /// The last event of the chunk that it finds is at `target` or later.
    package init(
        stream: Incarnation,
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
        high > low ? probe(low) : .finish(nil, hasGap: false)
    }

    /// Takes the row that an ``Action/probe(_:)`` found.
    package mutating func receive(_ page: QueryPage) throws(TableError) -> Action {
        switch try page.items.first.map({ item throws(TableError) in try LogEntry(item) }) {
        case .chunk(let chunk)? where chunk.timestamp >= target && !expiration.covers(chunk):
            best = chunk
            high = probed
        case .chunk(let chunk)?: low = chunk.end
        case .seal?, nil: high = probed
        }
        guard low < high else { return conclude() }
        return probe(low.advanced(by: Int(high.distance(from: low) / 2)))
    }

    /// Goes on after an ``Action/pause(milliseconds:)``: the missing chunk would begin at `low`.
    package mutating func resume() -> Action { probe(low) }

    /// Ends the search, unless a chunk is missing before the one that was found.
    ///
    /// If it can't have expired, it may be on its way: a transaction's rows become visible one by one,
    /// and whoever begins behind the gap would never see it.
    private mutating func conclude() -> Action {
        guard let best, best.first > low, !expiration.mayHavePassed(best.previousTTL) else {
            return .finish(best, hasGap: false)
        }
        guard looks < Limits.gapLooks, expiration.rules.keep(.gapLooks) else {
            return .finish(best, hasGap: true)
        }
        looks += 1
        return .pause(milliseconds: Limits.gapPause)
    }

    private mutating func probe(_ offset: Offset) -> Action {
        probed = offset
        return .probe(
            Query(
                .log(stream, partition),
                from: TableKey.chunk(stream, partition, offset).sortKey,
                limit: 1
            )
        )
    }
}
