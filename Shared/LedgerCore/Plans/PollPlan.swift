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
    /// The shell's next step.
    package enum Action: Sendable {
        /// Do these reads in parallel, then ``PollPlan/receive(_:now:)`` in the same order.
        case read([TableRead])
        /// Wait so long, then ``PollPlan/resume()``.
        case pause(milliseconds: Int64)
        /// The page is complete.
        case finish(EventPage)
        /// The read failed; no page is returned.
        case fail(ReadFailure)
    }

    let stream: Incarnation
    private let expiration: Expiration
    let trust: TailTrust
    let limit: Int
    private let filter: EventFilter?
    let parts: [PartitionRead]
    var positions: [Position]
    private var readers: [LogReader] = []
    private var queues: [DecodedEvents] = []
    var page = EventPage()
    /// True once the page ends, whatever is left.
    private var isFull = false
    /// The partitions whose reads are under way, in their order.
    var asked: [Int] = []
    private var turn: Int
    var work: ReadWork
    private var now: Instant
    /// Entries of the compacted state to ask for at least: many of them may be tombstones.
    var lookahead = 0

    /// A plan for at most `limit` events and ``Limits/pageBytes``.
    ///
    /// - Parameters:
    ///   - stream: The incarnation that is read.
    ///   - parts: The partitions and where each is read from.
    ///   - limit: Events in the page at most.
    ///   - filter: The events that are delivered; the others are passed over. Nil: all are.
    ///   - expiration: The chunks that have expired.
    ///   - trust: The rule by which the end of a log may be believed.
    ///   - budget: The work that may be done for the page.
    ///   - now: The time at which the page begins.
    package init(
        stream: Incarnation,
        parts: [PartitionRead],
        limit: Int,
        filter: EventFilter? = nil,
        expiration: Expiration,
        trust: TailTrust,
        budget: ReadBudget,
        now: Instant
    ) {
        precondition(!parts.isEmpty && limit > 0, "a page has partitions and room for an event")
        self.stream = stream
        self.trust = trust
        self.expiration = expiration
        self.limit = limit
        self.filter = filter
        self.parts = parts
        self.now = now
        work = ReadWork(budget, begin: now)
        positions = parts.map(\.position)
        turn = Self.turn(of: positions)
    }

    /// The first action.
    package mutating func start() -> Action {
        advance()
    }

    /// Takes the findings of an ``Action/read(_:)``, in its order.
    package mutating func receive(
        _ findings: [Result<TableFinding, TableError>],
        now: Instant
    )
        -> Action
    {
        self.now = now
        do throws(ReadFailure) {
            for (part, finding) in zip(asked, findings) {
                if readers.isEmpty {
                    try takeSnapshot(finding, of: part)
                } else {
                    try readers[part].receive(finding, now: now.now)
                }
            }
        } catch {
            return .fail(error)
        }
        return advance()
    }

    /// Goes on after an ``Action/pause(milliseconds:)``.
    package mutating func resume() -> Action {
        for part in readers.indices { readers[part].resume() }
        return advance()
    }

    /// Hints for the next page; empty while partitions bootstrap.
    package var hints: [ReadHint] {
        var hints: [ReadHint] = []
        for (index, reader) in readers.enumerated() {
            guard case .log(let next) = positions[index] else { continue }
            let start = queues[index].first?.batchStart
            hints.append(
                ReadHint(
                    partition: parts[index].partition,
                    next: next,
                    chunkStart: start == next ? nil : start,
                    density: reader.density,
                    isProven: reader.isProven
                )
            )
        }
        return hints
    }

    // MARK: Forward

    private mutating func advance() -> Action {
        if isFull { return finish() }
        if let part = positions.firstIndex(where: \.isSnapshot) { return readSnapshot(of: part) }
        if readers.isEmpty { openLog() }
        do throws(ReadFailure) { try fill() } catch { return .fail(error) }
        asked = isFull || isOverTime ? [] : readers.indices.filter { isStarving($0) }
        guard !asked.isEmpty else { return finish() }
        guard !asked.contains(where: { readers[$0].needsPause }) else {
            return .pause(milliseconds: Limits.gapPause)
        }
        let wanted = filter == nil ? limit - page.events.count : work.entriesLeft
        let share = (wanted + parts.count - 1) / parts.count
        return .read(asked.compactMap { readers[$0].read(wanting: max(share, 1)) })
    }

    private mutating func readSnapshot(of part: Int) -> Action {
        guard page.events.count < limit, work.entriesLeft > 0, !isOverTime else {
            return finish()
        }
        asked = [part]
        return .read([snapshotRead(of: part)])
    }

    /// True once nothing more is read.
    ///
    /// A page that got nowhere reads on: otherwise none might ever get anywhere.
    private var isOverTime: Bool {
        work.isOverTime(at: now) && zip(parts, positions).contains { $0.position != $1 }
    }

    private func isStarving(_ part: Int) -> Bool {
        queues[part].isEmpty && readers[part].waitingBytes == nil && !readers[part].isFinished
    }

    private mutating func openLog() {
        for (part, position) in zip(parts, positions) {
            guard case .log(let offset) = position else {
                preconditionFailure("the log is read once no partition bootstraps")
            }
            let reader = LogReader(
                stream: stream,
                partition: part.partition,
                from: offset,
                expiration: expiration,
                trust: trust,
                density: part.density,
                chunkStart: part.chunkStart
            )
            readers.append(reader)
            queues.append(DecodedEvents())
        }
    }

    /// Takes events in turn until the page is full or a partition must be read before its turn.
    private mutating func fill() throws(ReadFailure) {
        var idle = 0
        while idle < parts.count {
            let part = turn
            if queues[part].isEmpty { try decodeNext(of: part) }
            if isFull || isStarving(part) { return }
            if let next = queues[part].first {
                guard take(next, of: part) else { return }
                queues[part].removeFirst()
                idle = 0
            } else {
                idle += 1
            }
            turn = (turn + 1) % parts.count
        }
    }

    /// Decodes the partition's next batch, unless that is more than this call may do.
    private mutating func decodeNext(of part: Int) throws(ReadFailure) {
        guard let bytes = readers[part].waitingBytes else { return }
        guard work.allows(bytes: bytes) else {
            isFull = true
            return
        }
        work.decode(bytes: bytes)
        guard let batch = try readers[part].takeBatch() else { return }
        queues[part].append(batch, index: page.batches.count)
        page.batches.append(batch.decoded)
    }

    /// Delivers the partition's next event, or passes it over.
    ///
    /// - Returns: false when the page is full.
    private mutating func take(_ next: DecodedEvents.Next, of part: Int) -> Bool {
        guard work.entriesLeft > 0 else {
            isFull = true
            return false
        }
        let batch = page.batches[next.batch]
        let record = batch.records[next.record]
        let offset = batch.offset(at: next.record)
        if filter?.fits(record, of: batch) ?? true {
            guard reserve(record.countedBytes) else { return false }
            page.events.append(
                EventPage.Event(
                    partition: parts[part].partition,
                    offset: offset,
                    source: .log(batch: next.batch, record: next.record)
                )
            )
        }
        work.look()
        positions[part] = .log(offset.advanced(by: 1))
        return true
    }

    /// Takes room for an event of `bytes`; the first always fits.
    ///
    /// - Returns: false when the page is full.
    mutating func reserve(_ bytes: Int) -> Bool {
        let fits = page.events.isEmpty || page.bytes + bytes <= Limits.pageBytes
        guard page.events.count < limit, fits else {
            isFull = true
            return false
        }
        page.bytes += bytes
        return true
    }

    /// Ends the page: the budget is used up.
    mutating func stop() { isFull = true }

    private mutating func finish() -> Action {
        page.positions = trust.rules.keep(.cursorAfterCut) ? positions : positionsBeforeCut
        page.caughtUp = !readers.isEmpty && readers.indices.allSatisfy { isExhausted($0) }
        let read = zip(readers, positions).reduce(Int64(0)) { sum, part in
            guard case .log(let offset) = part.1 else { return sum }
            return sum + part.0.readUpTo.distance(from: offset)
        }
        page.remaining = page.caughtUp ? 0 : max(read, 1)
        page.scanned = work.entries
        page.decodedBytes = work.bytes
        if page.events.isEmpty { page.batches = [] }
        return .finish(page)
    }

    /// True if everything up to the partition's end is in the page, or was passed over.
    private func isExhausted(_ part: Int) -> Bool {
        readers[part].isAtEnd && readers[part].waitingBytes == nil && queues[part].isEmpty
    }

    /// SIMULATION only: the readers' positions, further than the page, break `cursorAfterCut`.
    private var positionsBeforeCut: [Position] {
        readers.isEmpty ? positions : readers.map { .log($0.readUpTo) }
    }

    /// The partition that comes first: a number that moves on by one with every event delivered, so
    /// that no partition is passed over from page to page.
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
    func snapshotRead(of part: Int) -> TableRead {
        guard case .snapshot(_, let after) = positions[part] else {
            preconditionFailure("the compacted state is read of a partition that bootstraps")
        }
        return .query(
            Query(
                .latest(stream, parts[part].partition),
                after: after?.utf8,
                limit: min(max(limit - page.events.count, lookahead), work.entriesLeft)
            )
        )
    }

    /// Takes entries of the compacted state: what is newer than the watermark or a tombstone is
    /// passed over, for the log delivers it.
    mutating func takeSnapshot(
        _ finding: Result<TableFinding, TableError>,
        of part: Int
    ) throws(ReadFailure) {
        let found: TableFinding
        do throws(TableError) { found = try finding.get() } catch { throw .table(error) }
        guard case .page(let entries) = found else {
            preconditionFailure("a query is answered with a page")
        }
        guard case .snapshot(let watermark, var last) = positions[part] else {
            preconditionFailure("the compacted state is read of a partition that bootstraps")
        }
        for item in entries.items {
            let latest = try decodeLatest(item)
            let isBelow = latest.offset < watermark || !trust.rules.keep(.snapshotBelow)
            if isBelow, case .record(let bytes) = latest.value {
                guard try add(latest, record: bytes) else { return }
            }
            work.look()
            last = latest.key
            positions[part] = .snapshot(watermark: watermark, after: last)
        }
        lookahead = min(entries.items.count * 4, Limits.pageEntries.upperBound)
        if entries.next == nil { positions[part] = .log(watermark) }
    }

    /// - Returns: false when the page is full.
    private mutating func add(
        _ latest: Latest,
        record bytes: [UInt8]
    ) throws(ReadFailure) -> Bool {
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
        guard reserve(latest.key.utf8.count + record.countedBytesWithoutKey) else { return false }
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
    /// True while the partition bootstraps: its compacted state is still being delivered.
    package var isSnapshot: Bool {
        if case .snapshot = self { true } else { false }
    }
}
