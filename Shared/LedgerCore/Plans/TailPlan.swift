/// Reads the end of one partition's log: its last row and, after it, the partition's progress.
///
///     query ─┬─ the log alone says how it ends ─────→ finish
///            └─→ get the progress ──────────────────→ finish
///
/// Only the folded tail tells of an end that a sweep has removed. A process may stand still between
/// the two reads while everything is folded and removed, so progress from before the log proves
/// nothing.
package struct TailPlan: ~Copyable {
    /// The next step of the shell; its reads are strongly consistent.
    package enum Action: Hashable, Sendable {
        /// Do this query, then ``TailPlan/receive(newest:now:)`` with its first row.
        case query(Query)
        /// Read this row, then ``TailPlan/receive(progress:)``.
        case get(TableKey)
        /// The end was read.
        case finish(TailReading)
    }

    private enum State: Sendable {
        /// Nothing was read yet. Next: readingLog; readingTooEarly with a broken rule.
        case created
        /// The progress is being read before the log, which a broken rule allows. Next: readingLog.
        case readingTooEarly
        /// The log's last row is being read. Next: readingProgress, finished.
        case readingLog(early: ProgressRow?)
        /// The progress is being read behind the log. Next: finished.
        case readingProgress(behind: TailReading)
        /// The reading was given. Next: nothing.
        case finished
    }

    private let partition: Partition
    private let stream: StreamIncarnation
    private let alwaysWantsProgress: Bool
    private let readsInOrder: Bool
    private var state = State.created

    /// A plan for the end of `partition`.
    ///
    /// Unless `alwaysWantsProgress` is true, the progress is read only where the log alone does not
    /// say how it ends.
    package init(
        of partition: Partition,
        in stream: StreamIncarnation,
        alwaysWantsProgress: Bool,
        rules: Rules
    ) {
        self.partition = partition
        self.stream = stream
        self.alwaysWantsProgress = alwaysWantsProgress
        readsInOrder = rules.keep(.watermarkAfter)
    }

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("an end is read once") }
        guard readsInOrder else { return readProgress(waitingIn: .readingTooEarly) }
        return readLog(after: nil)
    }

    /// Takes the log's last row, nil when it has none, and the wall clock after it was read.
    ///
    /// - Throws: ``TableError/Reason/corrupt`` when the row is damaged.
    package mutating func receive(newest item: Item?, now: Timestamp) throws(TableError) -> Action {
        guard case .readingLog(let early) = state else {
            preconditionFailure("the log is not being read")
        }
        var newest: LogEntry?
        if let item { newest = try LogEntry(item) }
        let reading = TailReading(newest: newest, progress: early)
        let isWanted = alwaysWantsProgress || reading.mayHaveLostItsEnd(at: now)
        guard isWanted, readsInOrder else { return finish(reading) }
        return readProgress(waitingIn: .readingProgress(behind: reading))
    }

    /// Takes the partition's progress, nil when it has none.
    ///
    /// - Throws: ``TableError/Reason/corrupt`` when the row is damaged.
    package mutating func receive(progress item: Item?) throws(TableError) -> Action {
        var progress: ProgressRow?
        if let item { progress = try ProgressRow(item) }
        switch state {
        case .readingTooEarly: return readLog(after: progress)
        case .readingProgress(var reading):
            reading.progress = progress
            return finish(reading)
        case .created, .readingLog, .finished:
            preconditionFailure("the progress is not being read")
        }
    }

    private mutating func readLog(after early: ProgressRow?) -> Action {
        state = .readingLog(early: early)
        return .query(Query(.log(stream, partition), order: .descending, limit: 1))
    }

    private mutating func readProgress(waitingIn next: State) -> Action {
        state = next
        return .get(.progress(stream, partition))
    }

    private mutating func finish(_ reading: TailReading) -> Action {
        state = .finished
        return .finish(reading)
    }
}
