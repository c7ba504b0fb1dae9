/// Reads one partition's log forward from an offset: contiguous, or not at all.
///
///     scan ─→ (chunk at the offset)  ─→ scan … ─→ end
///       └──→ nothing fits: locate ─→ (chunk around the offset) ─→ scan
///                            └──→ judge ─→ (there may be more) ─→ scan
///                                   └──→ end | expired | outOfRange | unverified | corrupt
///
/// A log's end is believed at once only while its last chunk has not expired: nothing behind such a
/// chunk can be gone. Otherwise the progress row must tell. A gap before a later chunk is called
/// damage only when it is still there after ``Limits/gapLooks`` more looks.
///
/// The owner asks for ``read(wanting:)``, does it, and hands the result to ``receive(_:now:)``. What
/// was read waits undecoded until ``takeBatch()``, so that nobody pays for what no page has room for.
struct LogReader: Sendable {
    private enum State: Sendable {
        /// Chunks from `next` on are wanted.
        case scan
        /// No chunk begins at `next`; the one around it, if any, is wanted. `following` is the
        /// first chunk after `next`.
        case locate(following: Chunk?)
        /// Nothing covers `next`: the progress row tells expiry from corruption.
        case judge(following: Chunk?, lastEnd: Offset)
        /// The log ends at `next`.
        case end
        /// What follows `next` is missing or damaged. Reported by whoever starts reading there.
        case blocked
    }

    /// One chunk's events from `start` on.
    struct Batch: Sendable {
        let decoded: DecodedBatch
        let start: Int
    }

    let stream: Incarnation
    let partition: Partition
    private let expiration: Expiration
    private let trust: TailTrust
    private let origin: Offset
    /// Where the chunk around the origin began when it was seen before; for the first scan.
    private var chunkStart: Offset?
    private var state = State.scan
    private var next: Offset
    /// The log was looked at again after the progress row spoke of more.
    private var hasLookedAgain = false
    /// How often a gap was looked at again.
    private var gapLooks = 0
    /// A pause is due before the next read.
    private(set) var needsPause = false
    /// Read and not yet decoded.
    private var waiting: ArraySlice<Chunk> = []
    /// Events a chunk held on average, to guess how many chunks to ask for.
    private(set) var density: Int

    init(
        stream: Incarnation,
        partition: Partition,
        from origin: Offset,
        expiration: Expiration,
        trust: TailTrust,
        density: Int,
        chunkStart: Offset? = nil
    ) {
        self.stream = stream
        self.partition = partition
        self.expiration = expiration
        self.trust = trust
        self.origin = origin
        self.chunkStart = chunkStart
        self.density = max(density, 1)
        next = origin
    }

    /// Nothing more can be read.
    var isFinished: Bool {
        switch state {
        case .end, .blocked: true
        case .scan, .locate, .judge: false
        }
    }

    /// Everything up to the log's end was read.
    var isAtEnd: Bool {
        if case .end = state { true } else { false }
    }

    /// Whether the log is known to reach as far as ``readUpTo``.
    var isProven: Bool { isAtEnd || hasStarted }

    /// The offset up to which events were read, decoded or not.
    var readUpTo: Offset { next }

    /// Something was found at the origin, so what follows needs no explanation here.
    private var hasStarted: Bool { next != origin }

    /// The next read, when about `events` more events are wanted; nil when finished.
    func read(wanting events: Int) -> TableRead? {
        switch state {
        case .scan:
            let chunks = min((events + density - 1) / density + 1, max(events, 1), 1000)
            return .query(
                Query(
                    .log(stream, partition),
                    from: TableKey.chunk(stream, partition, chunkStart ?? next).sortKey,
                    limit: chunks
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
        case .judge: return .get(.progress(stream, partition))
        case .end, .blocked: return nil
        }
    }

    /// The pause that was due is over.
    mutating func resume() { needsPause = false }

    /// Takes what the last ``read(wanting:)`` found.
    ///
    /// Damage is reported to whoever starts reading there; the page before it is whole.
    mutating func receive(
        _ found: Result<TableFinding, TableError>,
        now: Timestamp
    ) throws(ReadFailure) {
        do throws(ReadFailure) {
            switch found {
            case .success(let finding): try take(finding, now)
            case .failure(let error): throw ReadFailure(error)
            }
        } catch {
            guard error.isDamage, hasStarted else { throw error }
            state = .blocked
        }
    }

    private mutating func take(_ found: TableFinding, _ now: Timestamp) throws(ReadFailure) {
        switch (state, found) {
        case (.scan, .page(let page)): try accept(page)
        case (.locate(let following), .page(let page)):
            try locate(try page.items.first.map(entry), following)
        case (.judge(let following, let lastEnd), .item(let item)):
            try judge(try item.map(progress), following, lastEnd, now)
        default: preconditionFailure("an answer that was not asked for")
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

    /// The next chunk does not continue the log: an explanation is due, but only to whoever
    /// starts reading at the gap.
    private mutating func interrupt(by following: Chunk?) {
        state = hasStarted ? .blocked : .locate(following: following)
    }

    private mutating func append(_ chunk: Chunk) throws(ReadFailure) {
        if !hasStarted, expiration.covers(chunk) {
            // The row's timestamp is known to be true only once the chunk is decoded.
            _ = try decode(chunk)
            throw .expired(partition, earliest: nil)
        }
        waiting.append(chunk)
        next = chunk.end
        density = max((density + chunk.count + 1) / 2, 1)
    }

    private func entry(_ item: Item) throws(ReadFailure) -> LogEntry {
        do throws(TableError) { return try LogEntry(item) } catch { throw ReadFailure(error) }
    }

    // MARK: Decode

    /// How large the next batch claims to be before compression, bytes; nil when none is waiting.
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

    private func decode(_ chunk: Chunk) throws(ReadFailure) -> DecodedBatch {
        let decoded: DecodedBatch
        do throws(BatchError) {
            decoded = try RecordBatch.decode(chunk.batch, expecting: chunk.first)
        } catch {
            throw .corrupt(partition, chunk.first, detail: error.description)
        }
        guard decoded.records.count == chunk.count, decoded.lastTimestamp == chunk.timestamp else {
            let detail = "the row's count or timestamp is not its events'"
            throw .corrupt(partition, chunk.first, detail: detail)
        }
        return decoded
    }

    // MARK: Locate and judge

    private mutating func locate(
        _ entry: LogEntry?,
        _ following: Chunk?
    ) throws(ReadFailure) {
        switch entry {
        case .chunk(let chunk)? where chunk.end > next:
            state = .scan
            try append(chunk)
        case .chunk(let chunk)? where chunk.end == next && following == nil:
            // Nothing behind a chunk that has not expired can be gone.
            state =
                expiration.covers(chunk) ? .judge(following: nil, lastEnd: chunk.end) : .end
        case .chunk(let chunk)?: state = .judge(following: following, lastEnd: chunk.end)
        case .seal?: state = .end
        case nil: state = .judge(following: following, lastEnd: .zero)
        }
    }

    private mutating func judge(
        _ progress: Progress?,
        _ following: Chunk?,
        _ lastEnd: Offset,
        _ now: Timestamp
    ) throws(ReadFailure) {
        let watermark = progress?.watermark.next ?? .zero
        if following == nil, next < watermark, !hasLookedAgain, trust.rules.keep(.secondLook) {
            // Appended and folded since the log was read: or expired, which another look tells.
            hasLookedAgain = true
            state = .scan
            return
        }
        guard let failure = verdict(progress, following, lastEnd, now) else {
            state = .end
            return
        }
        guard failure.isDamage, gapLooks < Limits.gapLooks, trust.rules.keep(.gapLooks) else {
            throw failure
        }
        // A transaction's rows become visible one by one: what is missing may be on its way.
        gapLooks += 1
        needsPause = true
        state = .scan
    }

    /// Why there is nothing at `next`; nil when the log simply ends there.
    private func verdict(
        _ progress: Progress?,
        _ following: Chunk?,
        _ lastEnd: Offset,
        _ now: Timestamp
    ) -> ReadFailure? {
        if let following {
            let isTrimmed = following.first <= progress?.trim ?? .zero
            guard isTrimmed || following.previousTTL.mayHavePassed(at: now) else {
                return .corrupt(partition, next, detail: "the chunk at this offset is missing")
            }
            return .expired(partition, earliest: following.first)
        }
        let end = max(lastEnd, progress?.watermark.next ?? .zero)
        if next < end { return .expired(partition, earliest: end) }
        guard trust.holds(swept: progress?.swept, at: now) else { return .unverified(partition) }
        return next > end ? .outOfRange(partition, position: next, next: end) : nil
    }

    private func progress(_ item: Item) throws(ReadFailure) -> Progress {
        do throws(TableError) { return try Progress(item) } catch { throw .table(error) }
    }
}

/// Why a partition can't be read on from an offset.
///
/// Never an empty page instead.
package enum ReadFailure: Error, Hashable, Sendable {
    /// The events there expired. `earliest` is the first that is still there, nil when it must be
    /// searched for.
    case expired(Partition, earliest: Offset?)
    /// The position lies beyond the partition's end.
    case outOfRange(Partition, position: Offset, next: Offset)
    /// Where the partition ends can't be verified: what came after may have expired.
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

    /// Whether what is stored is damaged, so that another attempt finds the same.
    var isDamage: Bool {
        switch self {
        case .corrupt: true
        case .table(let error): error.reason == .corrupt
        case .expired, .outOfRange, .unverified: false
        }
    }
}

/// A read that a plan asks for.
package enum TableRead: Sendable {
    /// A query.
    case query(Query)
    /// One row, strongly consistent.
    case get(TableKey)
}

/// What a ``TableRead`` found.
package enum TableFinding: Sendable {
    /// Of a query.
    case page(QueryPage)
    /// Of a get.
    case item(Item?)
}
