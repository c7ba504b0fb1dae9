/// Reads a page of events from one or more partitions, as a value.
///
/// Partitions that bootstrap come first, one after another, so that a cursor holds at most one key;
/// then all partitions take turns, event by event. The turn begins where the last page's ended,
/// which follows from the positions alone. Positions are computed from what is in the page, after
/// it is cut.
///
///     start ─┬─ a partition bootstraps ─→ read its state ─┬─ more of it, or the next one ─┐
///            │            ↑                                └─ full ─→ finish               │
///            │            └──────────────────────────────────────────────────────────────┤
///            └─ take events ←────────────────────────────────── none bootstraps any more ─┘
///                 ↑   ├─ a partition ran dry ─→ read its log ─┬─ events, the end ─┐
///                 │   │                                       └─ failure ─→ fail   │
///                 │   ├─ a gap ─→ pause ─────────────────────────────────────────┤
///                 │   └─ full, over time, or nothing left ─→ finish              │
///                 └──────────────────────────────────────────────────────────────┘
///
/// A page ends at its limit, at ``Limits/pageBytes``, or where the ``ReadBudget`` is used up: then it
/// may be short or empty, with its positions moved on, and is not caught up.
package struct PollPlan: ~Copyable {
    /// The way to a chunk's events: ``ChunkRow/decoded()``, or what that gave before.
    package typealias Decoding = @Sendable (ChunkRow) throws(ReadFailure) -> DecodedBatch

    /// The shell's next step.
    package enum Action: Sendable {
        /// Do these reads in parallel, then ``PollPlan/receive(_:now:)`` in the same order.
        case read([TableRead])
        /// Wait so long, then ``PollPlan/resume()``.
        case pause(Duration)
        /// The page is complete.
        case finish(EventPage)
        /// The read failed; no page is returned.
        case fail(ReadFailure)
    }

    private enum State: Sendable {
        /// Nothing was asked for yet. Next: bootstrapping, reading, finished.
        case new
        /// Entries of this partition's compacted state are being read. Next: bootstrapping (more of
        /// them, or the next partition), reading, finished.
        case bootstrapping(part: Int)
        /// The logs of these partitions are being read. Next: reading, pausing, finished.
        case reading(asked: [Int])
        /// A log is looked at again after a pause. Next: reading, finished.
        case pausing
        /// The page is complete, or failed. Next: none.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamIncarnation
    private let expiration: Expiration
    private let trust: TailTrust
    private let limit: Int
    private let filter: EventFilter?
    private let parts: [PartitionRead]
    private let decode: Decoding
    private var state = State.new
    private var positions: [Position]
    /// By partition; empty until the last bootstrap is done.
    private var readers: [LogReader] = []
    private var queues: [DecodedEvents] = []
    private var page = EventPage()
    private var turn: Int
    private var work: ReadWork
    private var now: Instant

    /// A plan for at most `limit` events and ``Limits/pageBytes``.
    ///
    /// - Parameters:
    ///   - stream: The incarnation that is read.
    ///   - parts: The partitions, in order, and where each is read from.
    ///   - limit: Events in the page at most.
    ///   - filter: The events that are delivered; the others are passed over. Nil: all are.
    ///   - expiration: The chunks that have expired.
    ///   - trust: The rule by which the end of a log may be believed.
    ///   - budget: The work that may be done for the page.
    ///   - now: The time at which the page begins.
    ///   - decode: The way to the chunks' events.
    package init(
        stream: StreamIncarnation,
        parts: [PartitionRead],
        limit: Int,
        filter: EventFilter? = nil,
        expiration: Expiration,
        trust: TailTrust,
        budget: ReadBudget,
        now: Instant,
        decode: @escaping Decoding
    ) {
        precondition(!parts.isEmpty && limit > 0, "a page has partitions and room for an event")
        self.stream = stream
        self.trust = trust
        self.expiration = expiration
        self.limit = limit
        self.filter = filter
        self.parts = parts
        self.decode = decode
        self.now = now
        work = ReadWork(budget, begin: now)
        positions = parts.map(\.position)
        turn = Self.turn(of: positions)
    }

    /// The first action.
    package mutating func start() -> Action {
        guard case .new = state else { preconditionFailure("a page starts once") }
        do throws(ReadFailure) {
            return take(try begin(lookahead: 0))
        } catch {
            return take((.finished, .fail(error)))
        }
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
            switch state {
            case .bootstrapping(let part):
                return take(try bootstrap(part, from: findings[0]))
            case .reading(let asked):
                for (part, finding) in zip(asked, findings) {
                    try readers[part].receive(finding, now: now.now)
                }
                return take(try readOn())
            case .new, .pausing, .finished: preconditionFailure("no read was asked for")
            }
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    /// Goes on after an ``Action/pause(_:)``.
    package mutating func resume() -> Action {
        guard case .pausing = state else { preconditionFailure("no pause was asked for") }
        for part in readers.indices { readers[part].resume() }
        do throws(ReadFailure) {
            return take(try readOn())
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
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
                    eventsPerChunk: reader.eventsPerChunk,
                    isProven: reader.isProven
                )
            )
        }
        return hints
    }

    // MARK: Forward

    /// Reads the compacted state of the first partition that bootstraps, or else the logs.
    private mutating func begin(lookahead: Int) throws(ReadFailure) -> Step {
        if let part = positions.firstIndex(where: \.isSnapshot) {
            return readState(of: part, lookahead: lookahead)
        }
        openLogs()
        return try readOn()
    }

    /// Takes the events that were read, and reads on where a partition ran dry.
    private mutating func readOn() throws(ReadFailure) -> Step {
        let isFull = try fill()
        let asked = isFull || isOverTime ? [] : readers.indices.filter { isStarving($0) }
        guard !asked.isEmpty else { return finish() }
        guard !asked.contains(where: { readers[$0].needsPause }) else {
            return (.pausing, .pause(Limits.gapPause))
        }
        let wanted = filter == nil ? limit - page.events.count : work.entriesLeft
        let share = (wanted + parts.count - 1) / parts.count
        let reads = asked.compactMap { readers[$0].read(wanting: max(share, 1)) }
        return (.reading(asked: asked), .read(reads))
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

    private mutating func openLogs() {
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
                eventsPerChunk: part.eventsPerChunk,
                chunkStart: part.chunkStart,
                decode: decode
            )
            readers.append(reader)
            queues.append(DecodedEvents())
        }
    }

    /// Takes events in turn until the page is full or a partition must be read before its turn.
    ///
    /// - Returns: true when the page is full: it ends here, whatever is left.
    private mutating func fill() throws(ReadFailure) -> Bool {
        var idle = 0
        while idle < parts.count {
            let part = turn
            if queues[part].isEmpty {
                guard try decodeNext(of: part) else { return true }
            }
            if isStarving(part) { return false }
            if let next = queues[part].first {
                guard take(next, of: part) else { return true }
                queues[part].removeFirst()
                idle = 0
            } else {
                idle += 1
            }
            turn = (turn + 1) % parts.count
        }
        return false
    }

    /// Decodes the partition's next batch, if one was read.
    ///
    /// - Returns: false when that is more than this call may do: the page is full.
    private mutating func decodeNext(of part: Int) throws(ReadFailure) -> Bool {
        guard let bytes = readers[part].waitingBytes else { return true }
        guard work.allows(bytes: bytes) else { return false }
        work.decode(bytes: bytes)
        guard let batch = try readers[part].takeBatch() else { return true }
        queues[part].append(batch, index: page.batches.count)
        page.batches.append(batch.decoded)
        return true
    }

    /// Delivers the partition's next event, or passes it over.
    ///
    /// - Returns: false when the page is full.
    private mutating func take(_ next: DecodedEvents.Next, of part: Int) -> Bool {
        guard work.entriesLeft > 0 else { return false }
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
    private mutating func reserve(_ bytes: Int) -> Bool {
        let fits = page.events.isEmpty || page.bytes + bytes <= Limits.pageBytes
        guard page.events.count < limit, fits else { return false }
        page.bytes += bytes
        return true
    }

    private mutating func finish() -> Step {
        page.positions = PartitionPositions(
            parts.map(\.partition),
            values: trust.rules.keep(.cursorAfterCut) ? positions : positionsBeforeCut
        )
        page.caughtUp = !readers.isEmpty && readers.indices.allSatisfy { isExhausted($0) }
        let read = zip(readers, positions).reduce(Int64(0)) { sum, part in
            guard case .log(let offset) = part.1 else { return sum }
            return sum + part.0.readUpTo.distance(from: offset)
        }
        page.remaining = page.caughtUp ? 0 : max(read, 1)
        page.scanned = work.entries
        page.decodedBytes = work.bytes
        if page.events.isEmpty { page.batches = [] }
        return (.finished, .finish(page))
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
    /// Reads on in a partition's compacted state, unless the page is full.
    ///
    /// It asks for `lookahead` entries at least: many of them may be tombstones.
    private mutating func readState(of part: Int, lookahead: Int) -> Step {
        guard page.events.count < limit, work.entriesLeft > 0, !isOverTime else {
            return finish()
        }
        guard case .snapshot(_, let after) = positions[part] else {
            preconditionFailure("the compacted state is read of a partition that bootstraps")
        }
        let query = Query(
            .latest(stream, parts[part].partition),
            after: after?.utf8,
            limit: min(max(limit - page.events.count, lookahead), work.entriesLeft)
        )
        return (.bootstrapping(part: part), .read([.query(query)]))
    }

    /// Takes entries of the compacted state, and reads on unless the page is full.
    private mutating func bootstrap(
        _ part: Int,
        from finding: Result<TableFinding, TableError>
    ) throws(ReadFailure) -> Step {
        let found: TableFinding
        do throws(TableError) { found = try finding.get() } catch { throw .table(error) }
        guard case .page(let entries) = found else {
            preconditionFailure("a query is answered with a page")
        }
        guard try take(entries, of: part) else { return finish() }
        let lookahead = min(entries.items.count * 4, Limits.pageEntries.upperBound)
        return try begin(lookahead: lookahead)
    }

    /// Takes entries of the compacted state: those newer than the watermark and tombstones are
    /// passed over, for the log delivers them.
    ///
    /// - Returns: false when the page is full.
    private mutating func take(_ entries: QueryPage, of part: Int) throws(ReadFailure) -> Bool {
        guard case .snapshot(let watermark, _) = positions[part] else {
            preconditionFailure("the compacted state is read of a partition that bootstraps")
        }
        for item in entries.items {
            let latest = try decodeLatest(item)
            let isBelow = latest.offset < watermark || !trust.rules.keep(.snapshotBelow)
            if isBelow, case .record(let bytes) = latest.value {
                guard try add(latest, record: bytes) else { return false }
            }
            work.look()
            positions[part] = .snapshot(watermark: watermark, after: latest.key)
        }
        if entries.next == nil { positions[part] = .log(watermark) }
        return true
    }

    /// Delivers an entry of the compacted state.
    ///
    /// - Returns: false when the page is full.
    private mutating func add(
        _ latest: LatestRow,
        record bytes: [UInt8]
    ) throws(ReadFailure) -> Bool {
        guard work.allows(bytes: bytes.count) else { return false }
        let record = try latest.decoded(bytes)
        work.decode(bytes: record.bytes.count)
        guard filter?.fits(record, of: latest.key) ?? true else { return true }
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

    private func decodeLatest(_ item: Item) throws(ReadFailure) -> LatestRow {
        do throws(TableError) { return try LatestRow(item) } catch { throw .table(error) }
    }
}

extension Position {
    /// True while the partition bootstraps: its compacted state is still being delivered.
    package var isSnapshot: Bool {
        if case .snapshot = self { true } else { false }
    }
}
