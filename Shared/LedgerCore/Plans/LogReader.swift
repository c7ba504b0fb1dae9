/// Reads one partition's log forward from an offset: contiguous, or not at all.
///
///     scan ─→ (chunk at the offset)  ─→ scan … ─→ end
///       └──→ nothing fits: locate ─→ (chunk around the offset) ─→ scan
///                            └──→ explainGap ─┬─ there may be more ─→ scan
///                                             ├─ a gap ─→ pausing ─→ scan
///                                             └─ end | expired | outOfRange | unverified | corrupt
///
/// A log's end is believed at once only while its last chunk has not expired: nothing behind such a
/// chunk can be gone. Otherwise the progress row must tell. A gap before a later chunk is called
/// damage only when it is still there after ``Limits/gapLooks`` more looks.
///
/// The owner asks for ``read(wanting:)``, does it, and hands the result to ``receive(_:now:)``. What
/// was read waits undecoded until ``takeBatch()``, so that nobody pays for what no page has room for.
struct LogReader: Sendable {
    private enum State: Sendable {
        /// Chunks from `next` on are wanted. Next: scan, locate, end, blocked.
        case scan
        /// No chunk begins at `next`; the one around it, if any, is wanted. `following` is the
        /// first chunk after `next`. Next: scan, explainGap, end.
        case locate(following: ChunkRow?)
        /// Nothing covers `next`: the progress row tells expiry from corruption. Next: scan, pausing,
        /// end.
        case explainGap(following: ChunkRow?, lastEnd: Offset)
        /// The gap at `next` is looked at again after a pause. Next: scan.
        case pausing
        /// The log ends at `next`. Next: blocked, when what waits turns out to be damaged.
        case end
        /// The chunk at `next` is missing or damaged. Reported by whoever starts reading there. Next:
        /// none.
        case blocked
    }

    /// One chunk's events from `start` on.
    struct Batch: Sendable {
        let decoded: DecodedBatch
        let start: Int
    }

    let stream: StreamIncarnation
    let partition: Partition
    private let expiration: Expiration
    private let trust: TailTrust
    private let decoding: PollPlan.Decoding
    private let origin: Offset
    /// The beginning of the chunk around the origin when it was seen before; for the first scan.
    private var chunkStart: Offset?
    private var state = State.scan
    private var next: Offset
    /// True once the log was looked at again because the progress row spoke of more.
    private var hasLookedAgain = false
    /// Looks so far at a gap that was seen before.
    private var gapLooks = 0
    /// Chunks that were read and not yet decoded.
    private var waiting: ArraySlice<ChunkRow> = []
    /// Events a chunk held on average, to guess how many chunks to ask for.
    private(set) var eventsPerChunk: Int

    init(
        stream: StreamIncarnation,
        partition: Partition,
        from origin: Offset,
        expiration: Expiration,
        trust: TailTrust,
        eventsPerChunk: Int,
        chunkStart: Offset? = nil,
        decode: @escaping PollPlan.Decoding
    ) {
        decoding = decode
        self.stream = stream
        self.partition = partition
        self.expiration = expiration
        self.trust = trust
        self.origin = origin
        self.chunkStart = chunkStart
        self.eventsPerChunk = max(eventsPerChunk, 1)
        next = origin
    }

    /// True once nothing more can be read.
    var isFinished: Bool {
        switch state {
        case .end, .blocked: true
        case .scan, .locate, .explainGap, .pausing: false
        }
    }

    /// True while a pause is due before the next read.
    var needsPause: Bool {
        if case .pausing = state { true } else { false }
    }

    /// True once everything up to the log's end was read.
    var isAtEnd: Bool {
        if case .end = state { true } else { false }
    }

    /// True if the log is known to reach as far as ``readUpTo``.
    var isProven: Bool { isAtEnd || hasStarted }

    /// The offset up to which events were read, decoded or not.
    var readUpTo: Offset { next }

    /// True once at least one chunk was read.
    ///
    /// A gap behind it is reported to the next reader, not to this one.
    private var hasStarted: Bool { next != origin }

    /// The next read, when about `events` more events are wanted; nil while pausing or when finished.
    func read(wanting events: Int) -> TableRead? {
        switch state {
        case .scan:
            return .query(
                Query(
                    .log(stream, partition),
                    from: TableKey.chunk(stream, partition, chunkStart ?? next).sortKey,
                    limit: chunks(with: events)
                )
            )
        case .locate:
            return .query(
                Query(
                    .log(stream, partition),
                    through: TableKey.chunk(stream, partition, next).sortKey,
                    order: .descending,
                    limit: 1
                )
            )
        case .explainGap: return .get(.progress(stream, partition))
        case .pausing, .end, .blocked: return nil
        }
    }

    /// The chunks to ask for, when about so many events are wanted.
    private func chunks(with events: Int) -> Int {
        let wanted = (events + eventsPerChunk - 1) / eventsPerChunk
        // Of the one around the origin so many events are passed over; it may be a large one.
        let passed = chunkStart.map { Int(next.distance(from: $0)) } ?? eventsPerChunk
        let likely = (passed + events + eventsPerChunk - 1) / eventsPerChunk
        return min(likely, wanted + 1, max(events, 1), Limits.chunksPerRead)
    }

    /// Ends the pause that was due, if one was.
    mutating func resume() {
        if case .pausing = state { state = .scan }
    }

    /// Takes the finding of the last ``read(wanting:)``.
    ///
    /// Damage is reported to whoever starts reading there; the page before it is whole.
    mutating func receive(
        _ found: Result<TableFinding, TableError>,
        now: Timestamp
    ) throws(ReadFailure) {
        do throws(ReadFailure) {
            switch found {
            case .success(let finding): try take(finding, at: now)
            case .failure(let error): throw ReadFailure(error)
            }
        } catch {
            guard error.isDamage, hasStarted else { throw error }
            state = .blocked
        }
    }

    private mutating func take(
        _ found: TableFinding,
        at now: Timestamp
    ) throws(ReadFailure) {
        switch (state, found) {
        case (.scan, .page(let page)): try accept(page)
        case (.locate(let following), .page(let page)):
            try locate(try page.items.first.map(entry), before: following)
        case (.explainGap(let following, let lastEnd), .item(let item)):
            try explainGap(
                by: try item.map(progress),
                between: lastEnd,
                and: following,
                at: now
            )
        default: preconditionFailure("a finding answers the last read")
        }
    }

    // MARK: Scan

    private mutating func accept(_ page: QueryPage) throws(ReadFailure) {
        chunkStart = nil
        for item in page.items {
            switch try entry(item) {
            case .seal(let offset) where offset == next: state = .end
            case .seal: interrupt(by: nil)
            case .chunk(let chunk) where chunk.first == next || !trust.rules.keep(.contiguous):
                try append(chunk)
            case .chunk(let chunk) where !hasStarted && chunk.first < next:
                // Read because of the hint: it holds the origin, or the hint was wrong.
                if chunk.end > next { try append(chunk) }
            case .chunk(let chunk): interrupt(by: chunk)
            }
            if case .scan = state { continue }
            return
        }
        guard page.next == nil else { return }
        state = hasStarted ? .end : .locate(following: nil)
    }

    /// Ends the scan before a chunk that does not continue the log: an explanation is due, but only
    /// to whoever starts reading at the gap.
    private mutating func interrupt(by following: ChunkRow?) {
        state = hasStarted ? .blocked : .locate(following: following)
    }

    private mutating func append(_ chunk: ChunkRow) throws(ReadFailure) {
        if !hasStarted, expiration.covers(chunk) {
            // The row's timestamp is known to be true only once the chunk is decoded.
            _ = try decode(chunk)
            throw .expired(partition, earliest: nil)
        }
        waiting.append(chunk)
        next = chunk.end
        eventsPerChunk = max((eventsPerChunk + chunk.count + 1) / 2, 1)
    }

    private func entry(_ item: Item) throws(ReadFailure) -> LogEntry {
        do throws(TableError) { return try LogEntry(item) } catch { throw ReadFailure(error) }
    }

    // MARK: Decode

    /// The size that the next batch claims to have before compression, bytes; nil: none is waiting.
    var waitingBytes: Int? { waiting.first.map { RecordBatch.claimedPayload(of: $0.batch) } }

    /// Decodes the next batch that is waiting; nil when it is damaged, and blocked from now on: that
    /// is told to whoever starts reading there.
    mutating func takeBatch() throws(ReadFailure) -> Batch? {
        let chunk = waiting.removeFirst()
        do throws(ReadFailure) {
            let decoded = try decode(chunk)
            return Batch(decoded: decoded, start: Int(max(origin.distance(from: chunk.first), 0)))
        } catch {
            guard chunk.first > origin else { throw error }
            (state, next, waiting) = (.blocked, chunk.first, [])
            return nil
        }
    }

    private func decode(_ chunk: ChunkRow) throws(ReadFailure) -> DecodedBatch {
        let decoded = try decoding(chunk)
        guard decoded.records.count == chunk.count, decoded.lastTimestamp == chunk.timestamp else {
            let detail = "the row's count or timestamp is not its events'"
            throw .corrupt(partition, chunk.first, detail: detail)
        }
        return decoded
    }

    // MARK: Locate and explain

    private mutating func locate(
        _ entry: LogEntry?,
        before following: ChunkRow?
    ) throws(ReadFailure) {
        switch entry {
        case .chunk(let chunk)? where chunk.end > next:
            state = .scan
            try append(chunk)
        case .chunk(let chunk)? where chunk.end == next && following == nil:
            // Nothing behind a chunk that has not expired can be gone.
            state =
                expiration.covers(chunk) ? .explainGap(following: nil, lastEnd: chunk.end) : .end
        case .chunk(let chunk)?: state = .explainGap(following: following, lastEnd: chunk.end)
        case .seal?: state = .end
        case nil: state = .explainGap(following: following, lastEnd: .zero)
        }
    }

    private mutating func explainGap(
        by progress: ProgressRow?,
        between lastEnd: Offset,
        and following: ChunkRow?,
        at now: Timestamp
    ) throws(ReadFailure) {
        let watermark = progress?.foldedTail.next ?? .zero
        if following == nil, next < watermark, !hasLookedAgain, trust.rules.keep(.secondLook) {
            // Appended and folded since the log was read: or expired, which another look tells.
            hasLookedAgain = true
            state = .scan
            return
        }
        let failure = reason(progress: progress, lastEnd: lastEnd, following: following, at: now)
        guard let failure else {
            state = .end
            return
        }
        guard failure.isDamage, gapLooks < Limits.gapLooks, trust.rules.keep(.gapLooks) else {
            throw failure
        }
        // A transaction's rows become visible one by one: what is missing may be on its way.
        gapLooks += 1
        state = .pausing
    }

    /// The reason for there being nothing at `next`; nil when the log simply ends there.
    private func reason(
        progress: ProgressRow?,
        lastEnd: Offset,
        following: ChunkRow?,
        at now: Timestamp
    ) -> ReadFailure? {
        if let following {
            let isTrimmed = following.first <= progress?.trimmedBelow ?? .zero
            guard isTrimmed || following.previousTTL.mayHavePassed(at: now) else {
                return .corrupt(partition, next, detail: "the chunk at this offset is missing")
            }
            return .expired(partition, earliest: following.first)
        }
        let end = max(lastEnd, progress?.foldedTail.next ?? .zero)
        if next < end { return .expired(partition, earliest: end) }
        guard trust.holds(tailVerifiedAt: progress?.tailVerifiedAt, at: now) else {
            return .unverified(partition)
        }
        return next > end ? .outOfRange(partition, position: next, next: end) : nil
    }

    private func progress(_ item: Item) throws(ReadFailure) -> ProgressRow {
        do throws(TableError) { return try ProgressRow(item) } catch { throw .table(error) }
    }
}

/// The reason why a partition can't be read on from an offset; no reader returns an empty page
/// instead.
package enum ReadFailure: Error, Hashable, Sendable {
    /// The events there expired. `earliest` is the first that is still there, nil when it must be
    /// searched for.
    case expired(Partition, earliest: Offset?)
    /// The position lies beyond the partition's end.
    case outOfRange(Partition, position: Offset, next: Offset)
    /// The partition's end can't be verified: what came after may have expired.
    case unverified(Partition)
    /// A chunk that must be there is missing or damaged; `detail` is for an operator.
    case corrupt(Partition, Offset, detail: String)
    /// The table failed; reading changes nothing, so a retry is safe.
    case table(TableError)

    /// A read that the table could not answer; damage of a chunk with its place.
    package init(_ error: TableError) {
        if error.reason == .corrupt, case .chunk(_, let partition, let offset)? = error.row {
            self = .corrupt(partition, offset, detail: error.message)
        } else {
            self = .table(error)
        }
    }

    /// True if what is stored is damaged, so that another attempt finds the same.
    var isDamage: Bool {
        switch self {
        case .corrupt: true
        case .table(let error): error.reason == .corrupt
        case .expired, .outOfRange, .unverified: false
        }
    }
}

extension ChunkRow {
    /// Its events; throws ``ReadFailure/corrupt(_:_:detail:)`` when they can't be decoded.
    package func decoded() throws(ReadFailure) -> DecodedBatch {
        do throws(BatchError) {
            return try RecordBatch.decode(batch, expecting: first)
        } catch {
            throw .corrupt(partition, first, detail: error.description)
        }
    }
}

extension LatestRow {
    /// Its event from the stored bytes; throws ``ReadFailure/corrupt(_:_:detail:)`` when those can't
    /// be decoded.
    func decoded(_ bytes: [UInt8]) throws(ReadFailure) -> Record {
        do throws(BatchError) {
            return try Record.decode(bytes)
        } catch {
            throw .corrupt(partition, offset, detail: error.description)
        }
    }
}
