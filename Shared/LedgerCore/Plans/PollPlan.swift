/// Reads a page of events from one or more partitions, as a value.
///
/// Partitions that bootstrap come first, one after another, so that a cursor holds at most one key;
/// then all partitions take turns, event by event. The turn begins where the last page's ended,
/// which follows from the positions alone. Positions are computed from what is in the page, after
/// it is cut.
///
/// A page ends at its limit, at ``Limits/pageBytes``, or where the ``ReadBudget`` is used up: then it
/// may be short or empty, with its positions moved on, and is not caught up.
package struct PollPlan: ~Copyable {
    /// What the shell does next.
    package enum Action: Sendable {
        /// Do these reads in parallel, then ``PollPlan/receive(_:now:)`` in the same order.
        case read([TableRead])
        /// Wait so long, then ``PollPlan/resume()``.
        case pause(milliseconds: Int64)
        /// The page.
        case finish(EventPage)
        /// Nothing can be said but this.
        case fail(ReadFailure)
    }

    let stream: Incarnation
    private let expiration: Expiration
    let trust: TailTrust
    let limit: Int
    private let filter: EventFilter?
    let lanes: [PollLane]
    var positions: [Position]
    private var readers: [LogReader] = []
    private var queues: [LaneQueue] = []
    var page = EventPage()
    /// The page ends here, whatever is left.
    private var isFull = false
    /// The lanes whose reads are under way, in their order.
    var asked: [Int] = []
    private var turn: Int
    var work: ReadWork
    private var now: Instant
    /// Entries of the compacted state to ask for at least: many of them may be tombstones.
    var lookahead = 0

    /// A plan for at most `limit` events and ``Limits/pageBytes``.
    ///
    /// `filter`: Which events are delivered; the others are passed over.
    ///
    /// `expiration`: Which chunks have expired.
    ///
    /// `trust`: When the end of a log may be believed.
    package init(
        stream: Incarnation,
        lanes: [PollLane],
        limit: Int,
        filter: EventFilter? = nil,
        expiration: Expiration,
        trust: TailTrust,
        budget: ReadBudget,
        now: Instant
    ) {
        precondition(!lanes.isEmpty && limit > 0)
        self.stream = stream
        self.trust = trust
        self.expiration = expiration
        self.limit = limit
        self.filter = filter
        self.lanes = lanes
        self.now = now
        work = ReadWork(budget, begin: now)
        positions = lanes.map(\.position)
        turn = Self.turn(of: positions)
    }

    /// The first action.
    package mutating func start() -> Action {
        advance()
    }

    /// Takes what a ``Action/read(_:)`` found.
    package mutating func receive(
        _ findings: [Result<TableFinding, TableError>],
        now: Instant
    )
        -> Action
    {
        self.now = now
        do throws(ReadFailure) {
            for (lane, finding) in zip(asked, findings) {
                if readers.isEmpty {
                    try takeSnapshot(finding, lane)
                } else {
                    try readers[lane].receive(finding, now: now.now)
                }
            }
        } catch {
            return .fail(error)
        }
        return advance()
    }

    /// A ``Action/pause(milliseconds:)`` is over.
    package mutating func resume() -> Action {
        for lane in readers.indices { readers[lane].resume() }
        return advance()
    }

    /// What the next page may begin with; empty while partitions bootstrap.
    package var findings: [LaneFinding] {
        var findings: [LaneFinding] = []
        for (index, reader) in readers.enumerated() {
            guard case .log(let next) = positions[index] else { continue }
            let start = queues[index].first?.batchStart
            findings.append(
                LaneFinding(
                    partition: lanes[index].partition,
                    next: next,
                    chunkStart: start == next ? nil : start,
                    density: reader.density,
                    isProven: reader.isProven
                )
            )
        }
        return findings
    }

    // MARK: Forward

    private mutating func advance() -> Action {
        if isFull { return finish() }
        if let lane = positions.firstIndex(where: \.isSnapshot) { return readSnapshot(lane) }
        if readers.isEmpty { openLog() }
        do throws(ReadFailure) { try fill() } catch { return .fail(error) }
        asked = isFull || isOverTime ? [] : readers.indices.filter { isStarving($0) }
        guard !asked.isEmpty else { return finish() }
        guard !asked.contains(where: { readers[$0].needsPause }) else {
            return .pause(milliseconds: Limits.gapPause)
        }
        let wanted = filter == nil ? limit - page.events.count : work.entriesLeft
        let share = (wanted + lanes.count - 1) / lanes.count
        return .read(asked.compactMap { readers[$0].read(wanting: max(share, 1)) })
    }

    private mutating func readSnapshot(_ lane: Int) -> Action {
        guard page.events.count < limit, work.entriesLeft > 0, !isOverTime else {
            return finish()
        }
        asked = [lane]
        return .read([snapshotRead(lane)])
    }

    /// Nothing more is read; but a page that got nowhere would never get on.
    private var isOverTime: Bool {
        work.isOverTime(at: now) && zip(lanes, positions).contains { $0.position != $1 }
    }

    private func isStarving(_ lane: Int) -> Bool {
        queues[lane].isEmpty && readers[lane].waitingBytes == nil && !readers[lane].isFinished
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
    private mutating func fill() throws(ReadFailure) {
        var idle = 0
        while idle < lanes.count {
            let lane = turn
            if queues[lane].isEmpty { try decodeNext(lane) }
            if isFull || isStarving(lane) { return }
            if let next = queues[lane].first {
                guard take(next, lane) else { return }
                queues[lane].removeFirst()
                idle = 0
            } else {
                idle += 1
            }
            turn = (turn + 1) % lanes.count
        }
    }

    /// Decodes the lane's next batch, unless that is more than this call may do.
    private mutating func decodeNext(_ lane: Int) throws(ReadFailure) {
        guard let bytes = readers[lane].waitingBytes else { return }
        guard work.allows(bytes: bytes) else {
            isFull = true
            return
        }
        work.decode(bytes: bytes)
        guard let batch = try readers[lane].takeBatch() else { return }
        queues[lane].append(batch, index: page.batches.count)
        page.batches.append(batch.decoded)
    }

    /// Delivers the lane's next event, or passes it over.
    ///
    /// - Returns: false when the page is full.
    private mutating func take(_ next: LaneQueue.Next, _ lane: Int) -> Bool {
        guard work.entriesLeft > 0 else {
            isFull = true
            return false
        }
        let batch = page.batches[next.batch]
        let record = batch.records[next.record]
        let offset = batch.offset(at: next.record)
        if filter?.fits(record, of: batch) ?? true {
            guard reserve(record.measure) else { return false }
            page.events.append(
                EventPage.Event(
                    partition: lanes[lane].partition,
                    offset: offset,
                    source: .log(batch: next.batch, record: next.record)
                )
            )
        }
        work.look()
        positions[lane] = .log(offset.advanced(by: 1))
        return true
    }

    /// Whether an event of `bytes` fits; the first always does.
    mutating func reserve(_ bytes: Int) -> Bool {
        let fits = page.events.isEmpty || page.bytes + bytes <= Limits.pageBytes
        guard page.events.count < limit, fits else {
            isFull = true
            return false
        }
        page.bytes += bytes
        return true
    }

    /// The page ends here: the budget is used up.
    mutating func stop() { isFull = true }

    private mutating func finish() -> Action {
        page.positions = trust.rules.keep(.cursorAfterCut) ? positions : positionsBeforeCut
        page.caughtUp = !readers.isEmpty && readers.indices.allSatisfy { isExhausted($0) }
        let read = zip(readers, positions).reduce(Int64(0)) { sum, lane in
            guard case .log(let offset) = lane.1 else { return sum }
            return sum + lane.0.readUpTo.distance(from: offset)
        }
        page.remaining = page.caughtUp ? 0 : max(read, 1)
        page.scanned = work.entries
        page.decodedBytes = work.bytes
        if page.events.isEmpty { page.batches = [] }
        return .finish(page)
    }

    /// Whether everything up to the lane's end is in the page, or was passed over.
    private func isExhausted(_ lane: Int) -> Bool {
        readers[lane].isAtEnd && readers[lane].waitingBytes == nil && queues[lane].isEmpty
    }

    /// Where the readers are, further than the page: for a simulation to notice.
    private var positionsBeforeCut: [Position] {
        readers.isEmpty ? positions : readers.map { .log($0.readUpTo) }
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

/// Bootstrapping: the compacted state first.
extension PollPlan {
    func snapshotRead(_ lane: Int) -> TableRead {
        guard case .snapshot(_, let after) = positions[lane] else { preconditionFailure() }
        return .query(
            Query(
                .latest(stream, lanes[lane].partition),
                after: after?.utf8,
                limit: min(max(limit - page.events.count, lookahead), work.entriesLeft)
            )
        )
    }

    /// Takes entries of the compacted state: what is newer than the watermark or a tombstone is
    /// passed over, for the log delivers it.
    mutating func takeSnapshot(
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
            let isBelow = latest.offset < watermark || !trust.rules.keep(.snapshotBelow)
            if isBelow, case .record(let bytes) = latest.value {
                guard try add(latest, bytes) else { return }
            }
            work.look()
            last = latest.key
            positions[lane] = .snapshot(watermark: watermark, after: last)
        }
        lookahead = min(entries.items.count * 4, Limits.pageEntries.upperBound)
        if entries.next == nil { positions[lane] = .log(watermark) }
    }

    /// - Returns: false when the page is full.
    private mutating func add(_ latest: Latest, _ bytes: [UInt8]) throws(ReadFailure) -> Bool {
        guard work.allows(bytes: bytes.count) else {
            stop()
            return false
        }
        let record: Record
        do throws(BatchError) {
            record = try Record.decode(bytes)
        } catch {
            throw .corrupt(latest.partition, latest.offset, detail: error.description)
        }
        work.decode(bytes: record.bytes.count)
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
}

extension Position {
    /// Bootstrapping.
    package var isSnapshot: Bool {
        if case .snapshot = self { true } else { false }
    }
}
