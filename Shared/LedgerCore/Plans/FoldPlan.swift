/// Folds one partition's log into its compacted state, as a value.
///
///     readProgress ─→ readLog ─┬─ nothing new ─────────────────────────→ finish
///                        ↑     └─ chunks ─→ store a step ─→ advance ─┐
///                        │                       ↑     chunks left   │
///                        └───────────────────────┴───────────────────┘
///
/// Where ``ChunkImages`` continue the watermark, they are folded instead of a read of the log.
///
/// A step ends after so many keys, so large rows or so much that was decoded (``Limits``): what is
/// done stays done however the next step ends, and memory does not depend on what chunks expand to.
/// It ends where a chunk does, so one chunk with more keys than that is one step.
///
/// The watermark moves only after every latest row before it is stored, and by compare-and-set; a
/// latest row is replaced only by a later event. So repeated, reordered and concurrent folds, and
/// a crash at any point, change nothing in the result.
package struct FoldPlan: ~Copyable {
    /// The shell's next step.
    package enum Action: Sendable {
        /// Read this, then ``FoldPlan/receive(_:now:)``.
        case read(TableRead)
        /// Do all of these writes, as a ``PutQueue`` has it; a failed condition is fine. Then
        /// ``FoldPlan/stored(_:)``.
        case store([Write])
        /// Do this write, then ``FoldPlan/advanced(_:)``.
        case advance(Write)
        /// The fold is over, as far as the log went or the budget allowed.
        case finish(FoldReport)
        /// The fold stops; what is stored so far is right, and another fold goes on from there.
        case fail(ReadFailure)
    }

    private enum State: Sendable {
        /// Nothing was asked for yet. Next: readingProgress.
        case new
        /// Next: readingLog, storing or advancing (chunks from images), finished.
        case readingProgress
        /// The log behind this watermark is being read. Next: storing, advancing (without a compacted
        /// state), finished.
        case readingLog(ProgressRow)
        /// A step's rows are being stored, up to this tail. Next: advancing, finished.
        case storing(ProgressRow, upTo: Tail)
        /// The watermark is being moved to this tail. Next: storing (chunks left), readingLog,
        /// readingProgress (someone else moved it), finished.
        case advancing(ProgressRow, to: Tail)
        /// The fold is over, or stopped. Next: none.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamIncarnation
    private let partition: Partition
    private let compacts: Bool
    private var state = State.new
    private var budget: Int
    private let target: Offset?
    private let images: ChunkImages
    private let rules: Rules
    /// Rows that were read and not folded yet; they continue the watermark.
    private var rest: ArraySlice<Item> = []
    private var report = FoldReport()

    /// A plan that folds about `budget` chunks at most.
    ///
    /// - Parameters:
    ///   - stream: The incarnation that is folded.
    ///   - partition: The partition that is folded.
    ///   - compacts: True if the stream keeps a compacted state; if not, the watermark only follows
    ///     the tail.
    ///   - budget: Chunks after which the fold ends with a step.
    ///   - target: The offset at which the fold may end; nil: it goes to the log's end.
    ///   - images: Chunks of this partition that need not be read.
    ///   - rules: The rules that are kept.
    package init(
        stream: StreamIncarnation,
        partition: Partition,
        compacts: Bool,
        budget: Int,
        target: Offset? = nil,
        images: ChunkImages = ChunkImages(),
        rules: Rules = .all
    ) {
        self.stream = stream
        self.partition = partition
        self.compacts = compacts
        self.budget = budget
        self.target = target
        self.images = images
        self.rules = rules
    }

    /// The first action.
    package mutating func start() -> Action {
        guard case .new = state else { preconditionFailure("a fold starts once") }
        return take(readProgress())
    }

    /// Takes the finding of an ``Action/read(_:)``.
    package mutating func receive(
        _ finding: Result<TableFinding, TableError>,
        now: Timestamp
    )
        -> Action
    {
        do throws(TableError) {
            switch (state, try finding.get()) {
            case (.readingProgress, .item(let item)):
                return take(try begin(at: item, now: now))
            case (.readingLog(let progress), .page(let page)):
                rest = page.items[...]
                return take(try fold(progress, now: now))
            default: preconditionFailure("a finding answers the read that was asked for")
            }
        } catch {
            return take((.finished, .fail(ReadFailure(error))))
        }
    }

    /// Takes the outcome of an ``Action/store(_:)``: nil when every write was applied or found
    /// something newer in its place.
    package mutating func stored(_ error: TableError?) -> Action {
        guard case .storing(let progress, let tail) = state else {
            preconditionFailure("no step is being stored")
        }
        if let error, rules.keep(.watermarkLast) {
            return take((.finished, .fail(.table(error))))
        }
        return take(advance(progress, to: tail))
    }

    /// Takes the outcome of an ``Action/advance(_:)``.
    package mutating func advanced(
        _ outcome: Result<WriteOutcome, TableError>,
        now: Timestamp
    )
        -> Action
    {
        guard case .advancing(let progress, let tail) = state else {
            preconditionFailure("no watermark is being moved")
        }
        switch outcome {
        case .failure(let error): return take((.finished, .fail(.table(error))))
        case .success(.conditionFailed):
            // Someone else advanced it: see how far.
            rest = []
            return take(readProgress())
        case .success(.applied):
            do throws(TableError) {
                return take(try goOn(behind: tail, of: progress, now: now))
            } catch {
                return take((.finished, .fail(.table(error))))
            }
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    // MARK: Reading

    private func readProgress() -> Step {
        (.readingProgress, .read(.get(.progress(stream, partition))))
    }

    private mutating func begin(at item: Item?, now: Timestamp) throws(TableError) -> Step {
        var progress = ProgressRow(stream: stream, partition: partition)
        if let item { progress = try ProgressRow(item) }
        report.watermark = progress.foldedTail.next
        return try goOn(from: progress, now: now)
    }

    /// Folds on behind a watermark that was moved, while the budget lasts.
    private mutating func goOn(
        behind tail: Tail,
        of before: ProgressRow,
        now: Timestamp
    ) throws(TableError) -> Step {
        var progress = before
        progress.foldedTail = tail
        progress.version += 1
        report.watermark = tail.next
        // Without compaction one look went to the tail.
        if !compacts { report.isAtEnd = true }
        guard budget > 0, compacts else { return (.finished, .finish(report)) }
        return try goOn(from: progress, now: now)
    }

    /// Folds on from the watermark: rows left over from the step before, or the images as far as
    /// they go, or else the log.
    private mutating func goOn(
        from progress: ProgressRow,
        now: Timestamp
    ) throws(TableError) -> Step {
        if let target, progress.foldedTail.next >= target {
            return (.finished, .finish(report))
        }
        if rest.isEmpty, compacts {
            rest = images.run(after: progress.foldedTail, rules: rules)[...]
        }
        guard !rest.isEmpty else { return readLog(behind: progress) }
        return try fold(progress, now: now)
    }

    private func readLog(behind progress: ProgressRow) -> Step {
        let from = TableKey.chunk(stream, partition, progress.foldedTail.next).sortKey
        let log = RowGroup.log(stream, partition)
        let query =
            compacts
            ? Query(log, from: from, limit: Limits.chunksPerRead)
            : Query(log, from: from, order: .descending, limit: 1)
        return (.readingLog(progress), .read(.query(query)))
    }

    /// Folds one step: chunks off the front of what is left.
    private mutating func fold(
        _ progress: ProgressRow,
        now: Timestamp
    ) throws(TableError) -> Step {
        var tail = progress.foldedTail
        var latest = LatestEvents(stream: stream, partition: partition)
        while !latest.isFull, let item = rest.popFirst() {
            guard case .chunk(let chunk) = try LogEntry(item) else {
                rest = []
                break
            }
            if compacts {
                do throws(ReadFailure) {
                    try check(chunk, continues: tail.next, of: progress, now: now)
                    try latest.fold(chunk, now: now)
                } catch {
                    return (.finished, .fail(error))
                }
            }
            report.events += chunk.count
            budget -= 1
            tail = chunk.tail
        }
        guard tail.next > progress.foldedTail.next else {
            report.isAtEnd = true
            return (.finished, .finish(report))
        }
        if latest.isEmpty { return advance(progress, to: tail) }
        return (.storing(progress, upTo: tail), .store(latest.writes(rules: rules)))
    }

    /// A gap before `chunk` is only legitimate when what was there had expired unfolded.
    private mutating func check(
        _ chunk: ChunkRow,
        continues next: Offset,
        of progress: ProgressRow,
        now: Timestamp
    ) throws(ReadFailure) {
        guard chunk.first != next else { return }
        guard chunk.first > next,
            chunk.first <= progress.trimmedBelow || chunk.previousTTL.mayHavePassed(at: now)
        else {
            throw .corrupt(partition, next, detail: "the chunk at this offset is missing")
        }
        report.lost += chunk.first.distance(from: next)
    }

    private func advance(_ progress: ProgressRow, to tail: Tail) -> Step {
        var changed = progress
        changed.foldedTail = tail
        return (.advancing(progress, to: tail), .advance(progress.replacement(by: changed)))
    }
}

/// The work of one fold.
package struct FoldReport: Hashable, Sendable {
    /// Events that were folded.
    package internal(set) var events = 0
    /// Events that had expired before any fold saw them: the compaction was off for days.
    package internal(set) var lost: Int64 = 0
    /// The offset below which all is folded.
    package internal(set) var watermark = Offset.zero
    /// True if nothing was left to fold.
    package internal(set) var isAtEnd = false
}

/// Chunks of one partition that came with the news of them, so that a fold need not read them.
///
/// They may come in any order, more than once, with gaps, and damaged: only what provably continues
/// a watermark is used.
package struct ChunkImages: Sendable {
    private var items: [Offset: Item] = [:]

    /// Rows of one partition's log; any other row is left out.
    package init(_ items: [Item] = []) {
        for item in items {
            guard case .chunk(_, _, let first) = item.key else { continue }
            self.items[first] = item
        }
    }

    /// The rows that follow `tail` without a gap.
    func run(after tail: Tail, rules: Rules) -> [Item] {
        var run: [Item] = []
        var tail = tail
        while let item = items[tail.next], let chunk = Self.chunk(item, after: tail, rules: rules) {
            run.append(item)
            tail = chunk.tail
        }
        return run
    }

    /// The chunk of a row, if it is what was appended to `tail`: the hash chain covers the batch,
    /// the batch's header the count, and what the tail hands on must fit.
    private static func chunk(_ item: Item, after tail: Tail, rules: Rules) -> ChunkRow? {
        guard case .chunk(let chunk) = try? LogEntry(item) else { return nil }
        guard rules.keep(.provenImage) else { return chunk }
        guard
            let header = try? chunk.batch.withUnsafeBytes(BatchHeader.read),
            header.baseOffset == tail.next, Int(header.count) == chunk.count,
            chunk.hash == HashChain.next(previous: tail.hash, batch: chunk.batch),
            chunk.previousTTL == tail.ttl, chunk.ttl >= tail.ttl,
            chunk.timestamp >= tail.timestamp
        else { return nil }
        return chunk
    }
}
