/// Finds an offset of a partition: the first that has not expired, or the first event of a time.
///
///     what is remembered still holds ──────────────────────────→ finish
///     else: read ⇄ pause (as ChunkSearch has it) ─┬────────────→ finish
///                                                 └─ damage ───→ fail
///
/// Expiry only moves forward, so what one search learned (``EarliestOffset``) saves the next one its
/// way up to there.
package struct OffsetSearch: ~Copyable {
    /// The event that is searched for.
    package enum Target: Sendable {
        /// The first one that has not expired; with what an earlier search learned.
        case earliest(EarliestOffset?)
        /// The first one that is not earlier than this.
        case timestamp(Timestamp)
    }

    /// The next step of the shell.
    package enum Action: Sendable {
        /// Do this query, then ``OffsetSearch/receive(_:)``.
        case read(Query)
        /// Wait so long, then ``OffsetSearch/resume()``.
        case pause(Duration)
        /// The offset, which is the tail's when no event fits, and what is worth remembering.
        case finish(Offset, learned: EarliestOffset?)
        /// The log could not be read.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was read yet. Next: reading, finished.
        case created
        /// A page is being read. Next: reading, pausing, finished.
        case reading
        /// A missing chunk gets time to appear. Next: reading.
        case pausing
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let target: Target
    private let stream: StreamRow
    private let end: PartitionEnd
    private let now: Timestamp
    private let remembered: EarliestOffset?
    private let expiration: Expiration
    private var search: ChunkSearch
    private var state = State.created

    /// A search in a partition that ends at `end`, by the believed clock's `now`.
    package init(
        for target: Target,
        in partition: Partition,
        of stream: StreamRow,
        endingAt end: PartitionEnd,
        now: Timestamp,
        rules: Rules
    ) {
        self.target = target
        self.stream = stream
        self.end = end
        self.now = now
        expiration = Expiration(of: stream, at: now, rules: rules)
        var remembered: EarliestOffset?
        var earliest = Timestamp(milliseconds: .min)
        switch target {
        case .earliest(let known):
            remembered = known.flatMap {
                $0.holds(for: stream, at: now, trimmedBelow: end.trimmedBelow) ? $0 : nil
            }
        case .timestamp(let timestamp): earliest = timestamp
        }
        self.remembered = remembered
        search = ChunkSearch(
            stream: stream.incarnation,
            partition: partition,
            notBefore: earliest,
            expiration: expiration,
            from: remembered?.chunk?.end ?? remembered?.offset ?? end.trimmedBelow,
            end: end.next
        )
    }

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("an offset is searched for once") }
        if let remembered, let chunk = remembered.chunk,
            !expiration.covers(timestamp: chunk.timestamp, ttl: chunk.ttl)
        {
            return take((.finished, .finish(remembered.offset, learned: nil)))
        }
        return take(follow(search.start()))
    }

    /// Takes the outcome of a ``Action/read(_:)``.
    package mutating func receive(_ page: Result<QueryPage, TableError>) -> Action {
        guard case .reading = state else {
            preconditionFailure("a page came that was not asked for")
        }
        do throws(TableError) {
            return take(follow(try search.receive(try page.get())))
        } catch {
            return take((.finished, .fail(Refusal(error, in: stream.id))))
        }
    }

    /// An ``Action/pause(_:)`` is over.
    package mutating func resume() -> Action {
        guard case .pausing = state else { preconditionFailure("only a pause can be over") }
        return take(follow(search.resume()))
    }

    // MARK: Steps

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private func follow(_ action: ChunkSearch.Action) -> Step {
        switch action {
        case .probe(let query): (.reading, .read(query))
        case .pause(let length): (.pausing, .pause(length))
        case .finish(let chunk, let hasGap): (.finished, conclude(chunk, hasGap: hasGap))
        }
    }

    private func conclude(_ chunk: ChunkRow?, hasGap: Bool) -> Action {
        switch target {
        case .timestamp(let timestamp): place(of: timestamp, in: chunk)
        case .earliest:
            .finish(
                chunk?.first ?? end.next,
                // What may still appear before it would never be searched for again.
                learned: hasGap ? nil : EarliestOffset(chunk, in: stream, end: end, at: now)
            )
        }
    }

    /// The offset of the first event in the chunk that is not earlier.
    private func place(of timestamp: Timestamp, in chunk: ChunkRow?) -> Action {
        guard let chunk else { return .finish(end.next, learned: nil) }
        do throws(ReadFailure) {
            let batch = try chunk.decoded()
            let index = batch.records.firstIndex { batch.timestamp(of: $0) >= timestamp }
            return .finish(batch.offset(at: index ?? 0), learned: nil)
        } catch {
            return .fail(.read(error, in: stream.id))
        }
    }
}

/// A partition's earliest offset as a search found it: what the next search begins with.
package struct EarliestOffset: Sendable {
    /// Every event below has expired.
    package let offset: Offset
    /// The chunk that begins there; nil when there was none yet.
    package let chunk: (timestamp: Timestamp, ttl: TTL, end: Offset)?
    /// The time of the search: a clock that was ahead until it was set back has told too much.
    package let foundAt: Timestamp
    /// The retention of the search: a longer one makes events readable that had expired.
    package let retentionHours: Int?

    fileprivate init(_ chunk: ChunkRow?, in stream: StreamRow, end: PartitionEnd, at now: Timestamp)
    {
        offset = chunk?.first ?? end.next
        self.chunk = chunk.map { ($0.timestamp, $0.ttl, $0.end) }
        foundAt = now
        retentionHours = stream.retentionHours
    }

    /// True while everything below is known to be gone and everything above to be there.
    ///
    /// Below `trim` a sweep elsewhere may have removed more than this process knows, under a retention
    /// that was shorter for a while.
    package func holds(for stream: StreamRow, at now: Timestamp, trimmedBelow trim: Offset) -> Bool
    {
        guard foundAt <= now, offset >= trim else { return false }
        return (stream.retentionHours ?? .max) <= (retentionHours ?? .max)
    }
}
