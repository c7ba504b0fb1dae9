/// Removes the expired chunks at a log's beginning that the engine does not remove by itself: a
/// bounded number of pages of them.
///
///     start ─┬─ none can have expired ──────────────────────────────────────────→ finish
///            └─→ readProgress ─→ query one chunk ─┬─ it may not go ─────────────→ finish
///                     ↑                           └─→ query a page ─→ raise the trim ─┐
///                     │                                                               │
///                     ├────── someone else changed the progress ──────────────────────┤
///                     ├────── remove ←────────────────────────────────────────────────┘
///                     └── after so many pages, or when the run is over ─→ comeBack
///
/// Only chunks below the watermark go: what they held is folded. The trim is raised before they are
/// removed, so that a reader in between can tell expiry from damage.
package struct TrimPlan: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Read this row, then ``TrimPlan/receive(progress:asked:)``.
        case readProgress(TableKey)
        /// Query these rows, then ``TrimPlan/receive(_:now:)``.
        case query(Query)
        /// Do this write, then ``TrimPlan/receive(_:isOver:)``.
        case raise(Write, decided: Instant)
        /// Remove these rows, then ``TrimPlan/removed(isOver:)``.
        case remove([TableKey])
        /// More may be left to remove: come back to the partition in this run.
        case comeBack
        /// No chunk may go now; `due`: when the next one may, nil when none is going to.
        case finish(due: Timestamp?)
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: readingProgress, finished.
        case idle
        /// The watermark and the trim are being read. Next: probing.
        case readingProgress
        /// The oldest chunk is being read: most often it has not expired, and one chunk tells.
        /// Next: reading, finished.
        case probing(ProgressRow, decided: Instant)
        /// The oldest chunks are being read. Next: raising, removing, finished.
        case reading(ProgressRow, decided: Instant)
        /// The trim is with the table. Next: removing, readingProgress, finished.
        case raising(then: [TableKey])
        /// A page of chunks is being removed. Next: readingProgress, finished.
        case removing
        case finished
    }

    /// The oldest chunks that may go.
    private struct Expired {
        var keys: [TableKey] = []
        /// The end of the last one; nil when there is none.
        var end: Offset?
        /// When the next one may go; nil when none is going to, as far as was read.
        var due: Timestamp?
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamRow
    private let partition: Partition
    private let deletesLogByItself: Bool
    private var pagesLeft: Int
    private var state = State.idle

    /// A plan for one partition of `stream`.
    ///
    /// - Parameters:
    ///   - partition: The partition.
    ///   - stream: The stream, whose retention decides.
    ///   - deletesLogByItself: The engine removes log rows with a ttl; chunks without one are left.
    ///   - pages: It removes at most so many pages of ``Limits/sweepPageRows``.
    package init(
        _ partition: Partition,
        of stream: StreamRow,
        deletesLogByItself: Bool,
        pages: Int = Limits.sweepPages
    ) {
        self.stream = stream
        self.partition = partition
        self.deletesLogByItself = deletesLogByItself
        pagesLeft = pages
    }

    /// Begins, if the log may hold what has expired, by what was found at its end.
    package mutating func start(_ reading: TailReading, isOver: Bool) -> Action {
        guard case .idle = state else { preconditionFailure("a trim starts once") }
        guard mayHoldExpired(reading) else { return take((.finished, .finish(due: nil))) }
        return take(look(isOver: isOver))
    }

    /// Takes the row that an ``Action/readProgress(_:)`` found; `asked`: A moment before.
    package mutating func receive(
        progress item: Item?,
        asked: Instant
    ) throws(TableError) -> Action {
        guard case .readingProgress = state else {
            preconditionFailure("no progress is being read")
        }
        var progress = ProgressRow(stream: stream.incarnation, partition: partition)
        if let item { progress = try ProgressRow(item) }
        return take((.probing(progress, decided: asked), query(limit: 1)))
    }

    /// Takes the page that an ``Action/query(_:)`` found.
    package mutating func receive(
        _ page: QueryPage,
        now: Timestamp
    ) throws(TableError) -> Action {
        switch state {
        case .probing(let progress, let decided):
            let first = try expired(page.items, below: progress.foldedTail.next, at: now)
            guard first.end != nil else {
                return take((.finished, .finish(due: first.due)))
            }
            let query = query(limit: Limits.sweepPageRows)
            return take((.reading(progress, decided: decided), query))
        case .reading(let progress, let decided):
            let found = try expired(page.items, below: progress.foldedTail.next, at: now)
            return take(remove(found, progress, decided: decided))
        case .idle, .readingProgress, .raising, .removing, .finished:
            preconditionFailure("no chunks are being read")
        }
    }

    /// Takes the outcome of an ``Action/raise(_:decided:)``.
    package mutating func receive(_ outcome: WriteOutcome, isOver: Bool) -> Action {
        guard case .raising(let keys) = state else {
            preconditionFailure("no trim is being raised")
        }
        switch outcome {
        case .applied: return take((.removing, .remove(keys)))
        case .conditionFailed: return take(lookAgain(isOver: isOver))
        }
    }

    /// Goes on after an ``Action/remove(_:)``.
    package mutating func removed(isOver: Bool) -> Action {
        guard case .removing = state else { preconditionFailure("no chunks are being removed") }
        return take(lookAgain(isOver: isOver))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    // MARK: Looks

    /// False where a look at the log's beginning is not worth its price.
    ///
    /// An engine that removes what has a ttl leaves the rest, which there is only where events were
    /// once kept for ever, and then the newest chunk has no ttl either.
    private func mayHoldExpired(_ reading: TailReading) -> Bool {
        guard case .chunk(let newest)? = reading.newest else { return false }
        return !deletesLogByItself || newest.ttl == .never && stream.retentionHours != nil
    }

    private func look(isOver: Bool) -> Step {
        guard pagesLeft > 0, !isOver else { return (.finished, .comeBack) }
        let key = TableKey.progress(stream.incarnation, partition)
        return (.readingProgress, .readProgress(key))
    }

    private mutating func lookAgain(isOver: Bool) -> Step {
        pagesLeft -= 1
        return look(isOver: isOver)
    }

    private func query(limit: Int) -> Action {
        .query(Query(.log(stream.incarnation, partition), limit: limit))
    }

    // MARK: Chunks

    private func remove(_ found: Expired, _ progress: ProgressRow, decided: Instant) -> Step {
        guard let end = found.end else { return (.finished, .finish(due: found.due)) }
        guard end > progress.trimmedBelow else { return (.removing, .remove(found.keys)) }
        var raised = progress
        raised.trimmedBelow = end
        let write = progress.replacement(by: raised)
        return (.raising(then: found.keys), .raise(write, decided: decided))
    }

    private func expired(
        _ items: [Item],
        below end: Offset,
        at now: Timestamp
    ) throws(TableError) -> Expired {
        var found = Expired()
        for item in items {
            guard case .chunk(let chunk) = try LogEntry(item) else { break }
            found.due = chunk.end <= end ? due(chunk) : now
            guard chunk.end <= end, let due = found.due, due <= now else { return found }
            found.keys.append(item.key)
            found.end = chunk.end
        }
        found.due = nil
        return found
    }

    /// When a chunk may go: one with a ttl when that has passed (by the engine, where it does so),
    /// one without when it is logically expired.
    private func due(_ chunk: ChunkRow) -> Timestamp? {
        switch chunk.ttl {
        case .after(let second):
            deletesLogByItself ? nil : Timestamp(milliseconds: (second + 1) * 1000)
        case .never:
            stream.retentionHours.map { chunk.timestamp.advanced(by: .hours($0)) }
        }
    }
}
