/// Reads a page of events from one or more partitions, as a value.
///
/// Partitions that bootstrap come first, one after another, so that a cursor holds at most one key;
/// then all partitions take turns, event by event. The turn begins where the last page's ended,
/// which follows from the positions alone. Positions are computed from what is in the page, after
/// it is cut.
public struct PollPlan: ~Copyable {
    /// What the shell does next.
    public enum Action: Sendable {
        /// Do these reads in parallel, then ``PollPlan/receive(_:now:)`` in the same order.
        case read([TableRead])
        /// The page.
        case finish(EventPage)
        /// Nothing can be said but this.
        case fail(ReadFailure)
    }

    /// A partition and where to read it from.
    public struct Lane: Sendable {
        /// The partition.
        public let partition: Partition
        /// The position of the first event wanted.
        public let position: Position
        /// Events a chunk of this partition held when it was last read; 16 when unknown.
        public let density: Int
        /// Where the chunk begins that holds the position, if it was seen before to begin earlier.
        public let chunkStart: Offset?

        /// A lane.
        public init(
            partition: Partition,
            position: Position,
            density: Int,
            chunkStart: Offset? = nil
        ) {
            self.partition = partition
            self.position = position
            self.density = density
            self.chunkStart = chunkStart
        }
    }

    /// What a page's reading learned of a partition, for the next page's ``Lane``.
    public struct LaneFinding: Hashable, Sendable {
        /// The partition.
        public let partition: Partition
        /// Where the next page begins.
        public let next: Offset
        /// Where the chunk that holds ``next`` begins; nil when unknown.
        public let chunkStart: Offset?
        /// Events a chunk held.
        public let density: Int
    }

    private let stream: Incarnation
    private let expiration: Expiration
    private let trust: TailTrust
    private let limit: Int
    private let lanes: [Lane]
    private var positions: [Position]
    private var readers: [LogReader] = []
    private var queues: [LaneQueue] = []
    private var page = EventPage()
    private var isFull = false
    /// The lanes whose reads are under way, in their order.
    private var asked: [Int] = []
    private var turn: Int

    /// A plan for at most `limit` events and ``Limits/pageBytes``.
    ///
    /// `expiration`: Which chunks have expired.
    ///
    /// `trust`: When the end of a log may be believed.
    public init(
        stream: Incarnation,
        lanes: [Lane],
        limit: Int,
        expiration: Expiration,
        trust: TailTrust
    ) {
        precondition(!lanes.isEmpty && limit > 0)
        self.stream = stream
        self.trust = trust
        self.expiration = expiration
        self.limit = limit
        self.lanes = lanes
        positions = lanes.map(\.position)
        turn = Self.turn(of: positions)
    }

    /// The first action.
    public mutating func start() -> Action {
        advance()
    }

    /// Takes what a ``Action/read(_:)`` found.
    public mutating func receive(
        _ findings: [Result<TableFinding, TableError>],
        now: Timestamp
    )
        -> Action
    {
        for (lane, finding) in zip(asked, findings) {
            if let failure = take(finding, lane, now) { return .fail(failure) }
        }
        return advance()
    }

    /// What the next page may begin with; empty while partitions bootstrap.
    public var findings: [LaneFinding] {
        var findings: [LaneFinding] = []
        for (index, reader) in readers.enumerated() {
            guard case .log(let next) = positions[index] else { continue }
            let start = queues[index].first.map { page.batches[$0.batch].baseOffset }
            findings.append(
                LaneFinding(
                    partition: lanes[index].partition,
                    next: next,
                    chunkStart: start == next ? nil : start,
                    density: reader.density
                )
            )
        }
        return findings
    }

    private mutating func take(
        _ finding: Result<TableFinding, TableError>,
        _ lane: Int,
        _ now: Timestamp
    )
        -> ReadFailure?
    {
        do throws(ReadFailure) {
            if readers.isEmpty {
                try takeSnapshot(finding, lane)
            } else {
                try readers[lane].receive(finding, now: now)
                for batch in readers[lane].takeBatches() {
                    queues[lane].append(batch, index: page.batches.count)
                    page.batches.append(batch.decoded)
                }
            }
            return nil
        } catch {
            return error
        }
    }

    // MARK: Forward

    private mutating func advance() -> Action {
        if isFull { return finish() }
        if let lane = positions.firstIndex(where: \.isSnapshot) {
            guard page.events.count < limit else { return finish() }
            asked = [lane]
            return .read([snapshotRead(lane)])
        }
        if readers.isEmpty { openLog() }
        fill()
        asked = isFull ? [] : readers.indices.filter { isStarving($0) }
        let share = (limit - page.events.count + lanes.count - 1) / lanes.count
        let reads = asked.compactMap { readers[$0].read(wanting: max(share, 1)) }
        return reads.isEmpty ? finish() : .read(reads)
    }

    private func isStarving(_ lane: Int) -> Bool {
        queues[lane].isEmpty && !readers[lane].isFinished
    }

    private mutating func openLog() {
        for (lane, position) in zip(lanes, positions) {
            guard case .log(let offset) = position else { preconditionFailure("in the log now") }
            let reader = LogReader(
                stream: stream,
                partition: lane.partition,
                from: offset,
                expiration: expiration,
                trust: trust,
                density: lane.density,
                chunkStart: lane.chunkStart
            )
            readers.append(reader)
            queues.append(LaneQueue())
        }
    }

    /// Takes events in turn until the page is full or a lane must be read before its turn.
    private mutating func fill() {
        var idle = 0
        while idle < lanes.count {
            let lane = turn
            if isStarving(lane) { return }
            if let next = queues[lane].first {
                guard add(next, lane) else { return }
                queues[lane].removeFirst()
                idle = 0
            } else {
                idle += 1
            }
            turn = (turn + 1) % lanes.count
        }
    }

    /// - Returns: false when the page is full.
    private mutating func add(_ next: LaneQueue.Next, _ lane: Int) -> Bool {
        let batch = page.batches[next.batch]
        guard reserve(batch.records[next.record].measure) else { return false }
        let offset = batch.offset(at: next.record)
        page.events.append(
            EventPage.Event(
                partition: lanes[lane].partition,
                offset: offset,
                source: .log(batch: next.batch, record: next.record)
            )
        )
        positions[lane] = .log(offset.advanced(by: 1))
        return true
    }

    /// Whether an event of `bytes` fits; the first always does.
    private mutating func reserve(_ bytes: Int) -> Bool {
        let fits = page.events.isEmpty || page.bytes + bytes <= Limits.pageBytes
        guard page.events.count < limit, fits else {
            isFull = true
            return false
        }
        page.bytes += bytes
        return true
    }

    private mutating func finish() -> Action {
        page.positions = Rule.cursorAfterCut.isKept ? positions : positionsBeforeCut
        page.caughtUp =
            !readers.isEmpty && readers.allSatisfy(\.isAtEnd) && queues.allSatisfy(\.isEmpty)
        let read = zip(readers, positions).reduce(Int64(0)) { sum, lane in
            guard case .log(let offset) = lane.1 else { return sum }
            return sum + lane.0.readUpTo.distance(from: offset)
        }
        page.remaining = page.caughtUp ? 0 : max(read, 1)
        return .finish(page)
    }

    /// Where the readers are, further than the page: for a simulation to notice.
    private var positionsBeforeCut: [Position] {
        readers.isEmpty ? positions : readers.map { .log($0.readUpTo) }
    }

    // MARK: Bootstrap

    private func snapshotRead(_ lane: Int) -> TableRead {
        guard case .snapshot(_, let after) = positions[lane] else { preconditionFailure() }
        return .query(
            Query(
                .latest(stream, lanes[lane].partition),
                after: after?.utf8,
                limit: limit - page.events.count
            )
        )
    }

    /// Takes entries of the compacted state: what is newer than the watermark or a tombstone is
    /// passed over, for the log delivers it.
    private mutating func takeSnapshot(
        _ finding: Result<TableFinding, TableError>,
        _ lane: Int
    ) throws(ReadFailure) {
        let found: TableFinding
        do throws(TableError) { found = try finding.get() } catch { throw .table(error) }
        guard case .page(let entries) = found else { preconditionFailure("a page was asked for") }
        guard case .snapshot(let watermark, var last) = positions[lane] else {
            preconditionFailure("the lane bootstraps")
        }
        for item in entries.items {
            let latest = try decodeLatest(item)
            let isBelow = latest.offset < watermark || !Rule.snapshotBelow.isKept
            if isBelow, case .record(let bytes) = latest.value {
                guard try add(latest, bytes) else { return }
            }
            last = latest.key
            positions[lane] = .snapshot(watermark: watermark, after: last)
        }
        if entries.next == nil { positions[lane] = .log(watermark) }
    }

    /// - Returns: false when the page is full.
    private mutating func add(_ latest: Latest, _ bytes: [UInt8]) throws(ReadFailure) -> Bool {
        let record: Record
        do throws(BatchError) {
            record = try Record.decode(bytes)
        } catch {
            throw .corrupt(latest.partition, latest.offset, detail: error.description)
        }
        guard reserve(latest.key.utf8.count + record.measure) else { return false }
        page.events.append(
            EventPage.Event(
                partition: latest.partition,
                offset: latest.offset,
                source: .snapshot(index: page.snapshots.count)
            )
        )
        page.snapshots.append(EventPage.Snapshot(key: latest.key, record: record))
        return true
    }

    private func decodeLatest(_ item: Item) throws(ReadFailure) -> Latest {
        do throws(TableError) { return try Latest(item) } catch { throw .table(error) }
    }

    /// The lane that comes first: a number that moves on by one with every event delivered, so
    /// that no lane is passed over from page to page.
    private static func turn(of positions: [Position]) -> Int {
        let delivered = positions.reduce(Int64(0)) { sum, position in
            switch position {
            case .log(let offset): sum &+ offset.rawValue
            case .snapshot(let watermark, _): sum &+ watermark.rawValue
            }
        }
        return Int(delivered.magnitude % UInt64(positions.count))
    }
}

extension Position {
    /// Bootstrapping.
    public var isSnapshot: Bool {
        if case .snapshot = self { true } else { false }
    }
}
