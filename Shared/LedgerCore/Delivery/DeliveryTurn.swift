/// Does the things of one call to one partition of a delivery: reads what they need, and changes the
/// partition's row by compare-and-set.
///
///     begin ─→ gather ─┬─ data is missing ─→ readLog, readParked ─┐
///       ↑         ↑    │                                          │
///       │         └────│──────────────────────────────────────────┘
///       │              ├─ refused ──────────────────────────────────────→ fail
///       │              └─ all is there ─→ scan ⇄ readLog ─┬─ no change ──→ finish
///       │                                                 └─ write ─┬────→ finish
///       ├──────── another was first ─ pause ─ readRow ──────────────┤
///       │                                                           │
///       └─ an open outcome ─ readRow ─┬─ ours ──────────────────────│────→ finish
///              ↑                      ├─ not yet: the same write ───┘
///              └──────────────────────┴─ gone on without us: begin, or ──→ fail
///
/// Events are answered only under a lease that is known to be stored.
package struct DeliveryTurn: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Read the partition's log from there on, then ``DeliveryTurn/receive(log:)`` or
        /// ``DeliveryTurn/receive(earliest:)``. Filtered: only what the subscription is for.
        case readLog(from: Offset, limit: Int, isFiltered: Bool)
        /// Get these rows in parallel, then ``DeliveryTurn/receive(parked:)`` in their order.
        case readParked([TableKey])
        /// Get the partition's row, after a pause, then ``DeliveryTurn/receive(row:now:isOver:)``.
        case readRow(TableKey, after: Duration)
        /// Do these writes as one, then ``DeliveryTurn/receive(written:)``.
        case write([Write])
        /// The call is done with this partition.
        case finish(Delivered)
        /// It is not; the refusal says whether it may be.
        case fail(Refusal)
    }

    private enum State {
        /// Nothing was done yet. Next: gathering, scanning, writing, rereading, finished.
        case created
        /// Data of events in the row is being read, of those at these offsets first.
        /// Next: gathering, scanning, writing, finished.
        case gathering(DeliveryDraft, missing: [Offset])
        /// The log behind the open events is being read. Next: scanning, writing, finished.
        case scanning(DeliveryDraft)
        /// The changed row is with the table. Next: rereading, finished, or as created.
        case writing(DeliveryDraft, [Write])
        /// The row is being read: another's change came first, or, with what was written, nobody
        /// knows whose. Next: writing, finished, or as created.
        case rereading((draft: DeliveryDraft, writes: [Write])?)
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let subscription: SubscriptionRow
    private let delivery: SubscriptionRow.Delivery
    private let partition: Partition
    private let task: DeliveryTask
    private let rules: Rules
    private var now: Timestamp
    private var chance: UInt64
    private var isOver: (Timer) -> Bool
    private var state = State.created
    private var triesLeft = Limits.deliveryTries - 1
    private var pool = EventPool()
    /// Rows of parked events that were read in this try.
    private var parked: ParkedEvents
    /// True once one of its writes was or may have been applied.
    package private(set) var mayHaveHappened = false
    /// Events that this call may have finished or parked by such a write.
    private var uncertain = DeliveryChange.Uncertain()
    private var left: [Offset: Verdict] = [:]
    /// The events that one transaction may park; less, once that was too large.
    private var room = Limits.parkingsAtOnce

    /// A call's turn at one partition.
    ///
    /// - Parameters:
    ///   - subscription: A subscription whose events are acknowledged one by one.
    ///   - partition: One of its stream's.
    ///   - task: The things to do.
    ///   - rules: The rules that it keeps.
    ///   - now: The time of the first try, by the wall clock.
    ///   - chance: A random number, for pauses that are not all alike.
    ///   - isOver: True once a timer is over, as far as this process can know.
    package init(
        of subscription: SubscriptionRow,
        in partition: Partition,
        doing task: DeliveryTask,
        rules: Rules,
        now: Timestamp,
        chance: UInt64,
        isOver: @escaping (Timer) -> Bool
    ) {
        guard let delivery = subscription.delivery else {
            preconditionFailure("the events are acknowledged by cursors")
        }
        self.subscription = subscription
        self.delivery = delivery
        self.partition = partition
        self.task = task
        self.rules = rules
        self.now = now
        self.chance = chance
        self.isOver = isOver
        parked = ParkedEvents(of: subscription, delivery: delivery, rules: rules)
    }

    /// Begins with the partition's row as it was read, of whatever epoch; nil: there is none.
    package mutating func start(with row: DeliveryRow?) -> Action {
        guard case .created = state else { preconditionFailure("a turn starts once") }
        return begin(with: row)
    }

    /// Begins with what the table has.
    package mutating func startAnew() -> Action {
        guard case .created = state else { preconditionFailure("a turn starts once") }
        return take((.rereading(nil), .readRow(rowKey, after: .zero)))
    }

    /// Takes the page of an ``Action/readLog(from:limit:isFiltered:)``.
    package mutating func receive(log page: EventPage) -> Action {
        switch state {
        case .gathering(let draft, let missing):
            guard page.events.first?.offset == missing[0] else {
                let tail = page.positions.values[0].logOffset
                let position = missing[0]
                let refusal = Refusal.positionBeyondTail(partition, position: position, tail: tail)
                return fail(refusal)
            }
            pool.add(page, wanting: Set(missing).contains)
            return gather(draft)
        case .scanning(var draft):
            pool.add(page, wanting: { _ in true })
            draft.receive(page, from: pool)
            return scan(draft)
        case .created, .writing, .rereading, .finished:
            preconditionFailure("a page came that was not asked for")
        }
    }

    /// Takes that the log has lost what an ``Action/readLog(from:limit:isFiltered:)`` was to read, up
    /// to its first event.
    package mutating func receive(earliest: Offset) -> Action {
        switch state {
        case .gathering(let draft, let missing):
            // What was to be read is lost whatever the search for the earliest found since.
            pool.lose(upTo: max(earliest, missing[0].advanced(by: 1)))
            return gather(draft)
        case .scanning(var draft):
            let isPassed = draft.lose(upTo: earliest)
            guard isPassed || !draft.page.isEmpty || draft.change.isChanged else {
                return fail(.offsetExpired(partition, earliest: earliest))
            }
            return scan(draft)
        case .created, .writing, .rereading, .finished:
            preconditionFailure("an offset came that was not asked for")
        }
    }

    /// Takes the outcome of an ``Action/readParked(_:)``.
    package mutating func receive(parked rows: [Result<Item?, TableError>]) -> Action {
        guard case .gathering(let draft, let missing) = state else {
            preconditionFailure("rows came that were not asked for")
        }
        do throws(Refusal) {
            for (offset, row) in zip(missing, rows) {
                let item = try row.orRefuse()
                let found: ParkedRow? = try decoded { () throws(TableError) in
                    try item.map { item throws(TableError) in try ParkedRow(item) }
                }
                parked.add(found, at: offset)
            }
            return gather(draft)
        } catch {
            return fail(error)
        }
    }

    // MARK: One try

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    /// Decides anew what becomes of the row.
    private mutating func begin(with stored: DeliveryRow?) -> Action {
        // Each try is a change of its own, and no other turn's: their numbers are all random.
        chance &+= 1
        parked = ParkedEvents(of: subscription, delivery: delivery, rules: rules)
        do throws(Refusal) {
            return gather(try draft(of: try current(stored)))
        } catch {
            return fail(error)
        }
    }

    private func current(_ stored: DeliveryRow?) throws(Refusal) -> DeliveryRow {
        guard let stored, stored.epoch >= subscription.epoch else {
            return DeliveryRow(of: subscription, in: partition, after: stored)
        }
        guard stored.epoch == subscription.epoch else { throw .cursorSuperseded }
        return stored
    }

    private mutating func draft(of row: DeliveryRow) throws(Refusal) -> DeliveryDraft {
        var change = DeliveryChange(
            of: row,
            by: delivery.policy,
            rules: rules,
            now: now,
            chance: chance,
            room: room
        )
        left = task.verdicts.map { change.apply($0, uncertain: uncertain) } ?? [:]
        if let removal = task.removal {
            guard let event = row.open.event(at: removal.offset), event.state != .parked else {
                throw .eventNotOpen(partition, removal.offset)
            }
            change.remove(event, because: removal.reason)
        }
        if task.request != nil { change.endLeases(isOver: isOver) }
        return DeliveryDraft(change, request: task.request ?? .nothing, salt: delivery.salt)
    }

    /// Reads what is missing, and goes on once all is there.
    private mutating func gather(_ draft: DeliveryDraft) -> Action {
        var draft = draft
        let open = candidates(of: &draft)
        let missing = wantedOffsets(of: draft, and: open).filter { !pool.isKnown($0) }.sorted()
        if let first = missing.first, let last = missing.last {
            let span = min(last.distance(from: first), Int64(Limits.pageEntries.upperBound - 1)) + 1
            let read = Action.readLog(from: first, limit: Int(span), isFiltered: false)
            return take((.gathering(draft, missing: missing), read))
        }
        let unread = missingParked(of: draft, and: open)
        guard unread.isEmpty else {
            let read = Action.readParked(unread.map { parkedKey($0) })
            return take((.gathering(draft, missing: unread), read))
        }
        let misplaced = draft.change.parkings.filter {
            $0.lostUpTo != nil && !$0.isShared && parked[$0.event.offset] != nil
        }
        guard misplaced.isEmpty else {
            for parking in misplaced {
                let hasData = parked[parking.event.offset]?.content != nil
                draft.change.moveLost(parking, hasRoomHere: !hasData)
            }
            return gather(draft)
        }
        guard !draft.isComplete else { return store(draft) }
        if let replay = task.replay { parked.replay(replay.offsets, in: &draft, room: room) }
        do throws(Refusal) {
            if let offset = task.discard { try parked.discard(offset, in: &draft) }
        } catch {
            return fail(error)
        }
        return handOut(open, in: draft)
    }

    /// The events to be handed out of those that are open: what an earlier call of the same name got,
    /// or what may be handed out now.
    ///
    /// Those that the log has lost are parked without their data. A timer may end between two looks,
    /// so what is handed out is decided by the same look as what is read.
    private func candidates(of draft: inout DeliveryDraft) -> [OpenEvent] {
        guard !draft.isComplete, task.request != nil else { return [] }
        while true {
            let again = repeated(in: draft)
            let found =
                again.isEmpty ? readable(draft.candidates(isOver: isOver), in: &draft) : again
            let lost = found.firstIndex { !$0.isReplay && pool.hasLost($0.offset) }
            guard let lost else { return found }
            guard draft.change.hasRoomToPark else { return Array(found[..<lost]) }
            draft.change.expire(found[lost])
        }
    }

    /// The first of these events, as far as what one call may read of the log has them.
    private func readable(
        _ found: [OpenEvent],
        in draft: inout DeliveryDraft
    ) -> [OpenEvent] {
        guard pool.bytes >= Limits.readBytes,
            let end = found.firstIndex(where: { !$0.isReplay && !pool.isKnown($0.offset) })
        else { return found }
        draft.leaveOpen()
        return Array(found[..<end])
    }

    private func repeated(in draft: DeliveryDraft) -> [OpenEvent] {
        draft.change.row.open.events.filter { $0.lease == draft.request.lease }
    }

    /// The offsets of the events whose data is wanted from the log.
    private func wantedOffsets(
        of draft: DeliveryDraft,
        and candidates: [OpenEvent]
    ) -> [Offset] {
        let parked = draft.change.parkings.filter { $0.hasContent && !$0.event.isReplay }
        return parked.map(\.event.offset) + candidates.filter { !$0.isReplay }.map(\.offset)
    }

    /// The offsets of the events whose rows of their own are wanted and not read yet.
    private func missingParked(of draft: DeliveryDraft, and candidates: [OpenEvent]) -> [Offset] {
        let change = draft.change
        let replayed = candidates.filter(\.isReplay).map(\.offset)
        let asked = (task.replay?.offsets ?? []) + [task.discard].compactMap(\.self)
        let all = change.parkings.map(\.event.offset) + change.finishedReplays + replayed + asked
        return Set(all.filter { !parked.isKnown($0) }).sorted()
    }

    private func parkedKey(_ offset: Offset) -> TableKey {
        .parked(
            stream: subscription.stream,
            subscription: subscription.incarnation,
            partition,
            offset
        )
    }

    // MARK: The page

    private mutating func handOut(_ open: [OpenEvent], in draft: DeliveryDraft) -> Action {
        var draft = draft
        guard task.request != nil else {
            draft.skipPage()
            return gather(draft)
        }
        guard repeated(in: draft).isEmpty else {
            draft.repeatPage(open)
            return gather(draft)
        }
        draft.handOut(open) { size(of: $0) }
        draft.beginScan()
        return scan(draft)
    }

    private func size(of event: OpenEvent) -> Int {
        if event.isReplay { return parked[event.offset]?.content?.countedBytes ?? 0 }
        return pool.place(of: event.offset).map { pool.size(of: $0) } ?? 0
    }

    private mutating func scan(_ draft: DeliveryDraft) -> Action {
        var draft = draft
        if let read = draft.nextRead() {
            return take(
                (.scanning(draft), .readLog(from: read.from, limit: read.limit, isFiltered: true))
            )
        }
        draft.finish()
        return gather(draft)
    }

    // MARK: Writing

    private mutating func store(_ draft: DeliveryDraft) -> Action {
        var draft = draft
        draft.change.recount(parkedBefore: parked.parkedBefore(draft.change.parkings))
        let isChanged = draft.change.isChanged || !parked.replayed.isEmpty || task.discard != nil
        guard isChanged else { return finish(draft, at: draft.change.former) }
        let others = parked.writes(of: draft.change, doing: task, from: pool)
        let row = draft.change.row.write(over: draft.change.former, rules: rules)
        let writes = rules.keep(.parkAtomic) ? [row] + others : [row]
        let bytes = writes.reduce(0) { $0 + $1.storedBytes }
        if bytes > Limits.transactionBytes, room > 1 {
            room = max(others.count / 2, 1)
            return begin(with: draft.change.former.stored)
        }
        return take((.writing(draft, writes), .write(writes)))
    }

    /// The row that is being written, as it is once that is done; nil: none is.
    package var rowUnderWay: DeliveryRow? {
        if case .writing(let draft, _) = state { draft.change.row } else { nil }
    }

    /// Takes the outcome of an ``Action/write(_:)``.
    package mutating func receive(written: Result<TransactionOutcome, TableError>) -> Action {
        guard case .writing(let draft, let writes) = state else {
            preconditionFailure("an outcome came that was not asked for")
        }
        switch written {
        case .success(.applied):
            mayHaveHappened = true
            return finish(draft, at: draft.change.row)
        case .success(.conditionFailed):
            guard triesLeft > 0 else { return fail(.contention) }
            // What an operator wants may have come first: by an earlier write of open outcome.
            let pending = task.isOperators && mayHaveHappened ? (draft: draft, writes: writes) : nil
            return take((.rereading(pending), .readRow(rowKey, after: nextPause())))
        case .failure(let error) where error.effect == .indefinite:
            guard rules.keep(.sureLease) else { return finish(draft, at: draft.change.row) }
            mayHaveHappened = true
            uncertain.finished.formUnion(draft.change.finished)
            uncertain.parked.formUnion(draft.change.parkings.map(\.event.offset))
            guard triesLeft > 0 else { return fail(.table(error)) }
            return take((.rereading((draft, writes)), .readRow(rowKey, after: nextPause())))
        case .failure(let error): return fail(.table(error))
        }
    }

    private var rowKey: TableKey {
        .position(
            stream: subscription.stream,
            subscription: subscription.incarnation,
            partition
        )
    }

    private mutating func nextPause() -> Duration {
        let tries = Limits.deliveryTries - triesLeft
        triesLeft -= 1
        return Limits.deliveryPause * (1 << tries)
    }

    /// A refusal after which it is not certain that nothing was done says so.
    private mutating func fail(_ refusal: Refusal) -> Action {
        take((.finished, .fail(mayHaveHappened ? .afterChange(refusal) : refusal)))
    }

    /// Takes the outcome of an ``Action/readRow(_:after:)``, and the time since.
    ///
    /// The row may have timers that began after the last try: by its time they would be known from
    /// before their beginning, and end too early.
    package mutating func receive(
        row: Result<Item?, TableError>,
        now: Timestamp,
        isOver: @escaping (Timer) -> Bool
    ) -> Action {
        guard case .rereading(let pending) = state else {
            preconditionFailure("a row came that was not asked for")
        }
        (self.now, self.isOver) = (now, isOver)
        do throws(Refusal) {
            let stored = try row.delivery
            guard let pending else { return begin(with: stored) }
            return try judge(stored, after: pending)
        } catch {
            return fail(error)
        }
    }

    /// Decides what a write of open outcome has become, by the row that is stored now.
    ///
    /// Verdicts can be given again. What was handed out shows by its lease. For an operator's wish
    /// nothing shows, once others have gone on.
    private mutating func judge(
        _ stored: DeliveryRow?,
        after pending: (draft: DeliveryDraft, writes: [Write])
    ) throws(Refusal) -> Action {
        let change = pending.draft.change
        if stored?.item == change.row.item { return finish(pending.draft, at: change.row) }
        if stored?.change ?? 0 == change.former.change {
            return take((.writing(pending.draft, pending.writes), .write(pending.writes)))
        }
        guard !pending.draft.page.isEmpty || task.isOperators else { return begin(with: stored) }
        let lease = stored?.open.lease(pending.draft.request.lease)
        guard let stored, lease?.timer.version == change.row.version else { throw .contention }
        // Another call of the same attempt may have got fewer of them.
        let isWhole = pending.draft.page.allSatisfy { event in
            stored.open.event(at: event.offset)?.lease == pending.draft.request.lease
        }
        guard isWhole else { return begin(with: stored) }
        return finish(pending.draft, at: stored)
    }

    // MARK: The end

    private mutating func finish(_ draft: DeliveryDraft, at row: DeliveryRow) -> Action {
        do throws(Refusal) {
            let delivered = try Delivered(
                draft,
                at: row,
                task: task,
                from: pool,
                and: parked,
                left: left
            )
            return take((.finished, .finish(delivered)))
        } catch {
            return fail(error)
        }
    }
}
