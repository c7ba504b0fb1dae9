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
    /// What the shell does next.
    package enum Action: Sendable {
        /// Read this, then ``FoldPlan/receive(_:now:)``.
        case read(TableRead)
        /// Do all of these writes, as a ``PutQueue`` has it; a failed condition is fine. Then
        /// ``FoldPlan/stored(_:)``.
        case store([Write])
        /// Do this write, then ``FoldPlan/advanced(_:)``.
        case advance(Write)
        /// Done, as far as the log went or the budget allowed.
        case finish(FoldReport)
        /// Stopped; what is stored so far is right, and another fold goes on from there.
        case fail(ReadFailure)
    }

    private enum State: Sendable {
        case reading(Progress?)
        case storing(Progress, Tail)
        case advancing(Progress, Tail)
    }

    private let stream: Incarnation
    private let partition: Partition
    private let compacts: Bool
    private var state = State.reading(nil)
    private var budget: Int
    private let target: Offset?
    private let images: ChunkImages
    private let rules: Rules
    /// What was read and not folded yet; it continues the watermark.
    private var rest: ArraySlice<Item> = []
    private var report = FoldReport()

    /// A plan that folds about `budget` chunks at most.
    ///
    /// `compacts`: Whether the stream keeps a compacted state; if not, the watermark only follows
    /// the tail.
    ///
    /// `target`: Folded up to here is enough; nil goes to the log's end.
    ///
    /// `images`: Chunks of this partition that need not be read.
    package init(
        stream: Incarnation,
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
        .read(.get(.progress(stream, partition)))
    }

    /// Takes what a ``Action/read(_:)`` found.
    package mutating func receive(
        _ finding: Result<TableFinding, TableError>,
        now: Timestamp
    )
        -> Action
    {
        guard case .reading(let progress) = state else { preconditionFailure("not reading") }
        do throws(TableError) {
            switch try finding.get() {
            case .item(let item): return try open(item, now)
            case .page(let page):
                rest = page.items[...]
                return try fold(progress ?? initial, now)
            }
        } catch {
            return .fail(ReadFailure(error))
        }
    }

    /// Takes what became of a ``Action/store(_:)``: nil when every write was applied or found
    /// something newer in its place.
    package mutating func stored(_ error: TableError?) -> Action {
        guard case .storing(let progress, let tail) = state else { preconditionFailure() }
        if let error, rules.keep(.watermarkLast) { return .fail(.table(error)) }
        return advance(progress, to: tail)
    }

    /// Takes what became of a ``Action/advance(_:)``.
    package mutating func advanced(
        _ outcome: Result<WriteOutcome, TableError>,
        now: Timestamp
    )
        -> Action
    {
        guard case .advancing(var progress, let tail) = state else { preconditionFailure() }
        switch outcome {
        case .failure(let error): return .fail(.table(error))
        case .success(.conditionFailed):
            // Someone else advanced it: see how far.
            rest = []
            state = .reading(nil)
            return .read(.get(.progress(stream, partition)))
        case .success(.applied):
            progress.watermark = tail
            progress.version += 1
            report.watermark = tail.next
            // Without compaction one look went to the tail.
            if !compacts { report.isAtEnd = true }
            guard budget > 0, compacts else { return .finish(report) }
            do throws(TableError) {
                return try goOn(progress, now)
            } catch {
                return .fail(.table(error))
            }
        }
    }

    // MARK: Reading

    private var initial: Progress { Progress(stream: stream, partition: partition) }

    private mutating func open(_ item: Item?, _ now: Timestamp) throws(TableError) -> Action {
        var progress = initial
        if let item { progress = try Progress(item) }
        report.watermark = progress.watermark.next
        return try goOn(progress, now)
    }

    /// What follows the watermark is left over from the step before, or comes from the images as
    /// far as they go, or else from the log.
    private mutating func goOn(
        _ progress: Progress,
        _ now: Timestamp
    ) throws(TableError) -> Action {
        if let target, progress.watermark.next >= target { return .finish(report) }
        if rest.isEmpty, compacts {
            rest = images.run(after: progress.watermark, rules: rules)[...]
        }
        guard !rest.isEmpty else { return readLog(progress) }
        return try fold(progress, now)
    }

    private mutating func readLog(_ progress: Progress) -> Action {
        state = .reading(progress)
        let from = TableKey.chunk(stream, partition, progress.watermark.next).sortKey
        let log = RowGroup.log(stream, partition)
        return .read(
            .query(
                compacts
                    ? Query(log, from: from, limit: 1000)
                    : Query(log, from: from, order: .descending, limit: 1)
            )
        )
    }

    /// One step: chunks off the front of what is left.
    private mutating func fold(
        _ progress: Progress,
        _ now: Timestamp
    )
        throws(TableError) -> Action
    {
        var tail = progress.watermark
        var latest = LatestEvents(stream: stream, partition: partition)
        while !latest.isFull, let item = rest.popFirst() {
            guard case .chunk(let chunk) = try LogEntry(item) else {
                rest = []
                break
            }
            if compacts {
                if let failure = check(chunk, continues: tail.next, progress, now) {
                    return .fail(failure)
                }
                if let failure = latest.fold(chunk, now: now) { return .fail(failure) }
            }
            report.events += chunk.count
            budget -= 1
            tail = chunk.tail
        }
        guard tail.next > progress.watermark.next else {
            report.isAtEnd = true
            return .finish(report)
        }
        if latest.isEmpty { return advance(progress, to: tail) }
        state = .storing(progress, tail)
        return .store(latest.writes(rules: rules))
    }

    /// A gap before `chunk` is only legitimate when what was there had expired unfolded.
    private mutating func check(
        _ chunk: Chunk,
        continues next: Offset,
        _ progress: Progress,
        _ now: Timestamp
    ) -> ReadFailure? {
        guard chunk.first != next else { return nil }
        guard chunk.first > next,
            chunk.first <= progress.trim || chunk.previousTTL.mayHavePassed(at: now)
        else {
            return .corrupt(partition, next, detail: "the chunk at this offset is missing")
        }
        report.lost += chunk.first.distance(from: next)
        return nil
    }

    private mutating func advance(_ progress: Progress, to tail: Tail) -> Action {
        var changed = progress
        changed.watermark = tail
        state = .advancing(progress, tail)
        return .advance(progress.replacement(by: changed))
    }
}

/// What a fold did.
package struct FoldReport: Hashable, Sendable {
    /// How many events were folded.
    package internal(set) var events = 0
    /// How many had expired before any fold saw them: the compaction was off for days.
    package internal(set) var lost: Int64 = 0
    /// Folded up to here.
    package internal(set) var watermark = Offset.zero
    /// Nothing was left to fold.
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
    private static func chunk(_ item: Item, after tail: Tail, rules: Rules) -> Chunk? {
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
