/// The way of the sweep from stream to stream.
///
///     start ─→ list ─→ look ─┬─→ store ─┬─ streams, room and time left ─→ list
///                            └──────────┴─ else, or someone took over ──→ finish
///
/// In a table that several processes share, a run looks at a bounded number of streams, and stores
/// after each page how far it came. A whole sweep looks at all of them and stores nothing.
package struct SweepRound: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Query a page of streams, then ``SweepRound/receive(_:)``.
        case list(Query)
        /// Look at these streams, in their order, then ``SweepRound/looked(at:isOver:)``.
        case look([Item])
        /// Do this write, then ``SweepRound/stored(_:isOver:)``.
        case store(Write)
        /// Over for this run.
        case finish
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: listing, finished.
        case idle
        /// A page of streams is being read. Next: looking.
        case listing
        /// The streams of a page are being looked at. Next: storing, listing, finished.
        case looking(QueryPage)
        /// This row is with the table. Next: listing, finished.
        case storing(SweepRow)
        case finished
    }

    private typealias Step = Transition<State, Action>

    /// The row as it was stored last: where a failed run ended.
    package private(set) var row: SweepRow
    /// Streams that this run may still look at.
    private var left: Int
    private let stores: Bool
    private var state = State.idle

    /// A round of its own that looks at every stream, whatever others do.
    package init(wholeAt now: Timestamp) {
        row = SweepRow()
        row.begin(at: now)
        left = .max
        stores = false
    }

    /// The shared round, continued where `row` is.
    ///
    /// - Parameters:
    ///   - row: The row with the caller's lease, as it is stored.
    ///   - isPaced: The engine has a ceiling that publishers need most of; one that belongs to this
    ///     process alone has none.
    package init(from row: SweepRow, isPaced: Bool) {
        self.row = row
        left = isPaced ? row.pace : .max
        stores = true
    }

    /// The first action; `isOver`: No further page may be begun.
    package mutating func start(isOver: Bool) -> Action {
        guard case .idle = state else { preconditionFailure("a round starts once") }
        return take(list(isOver: isOver))
    }

    /// Takes the page that a ``Action/list(_:)`` found.
    package mutating func receive(_ page: QueryPage) -> Action {
        guard case .listing = state else { preconditionFailure("no streams are being listed") }
        return take((.looking(page), .look(page.items)))
    }

    /// Goes on when the first `count` of the streams that a ``Action/look(_:)`` named were looked at.
    package mutating func looked(at count: Int, isOver: Bool) -> Action {
        guard case .looking(let page) = state else {
            preconditionFailure("no streams are being looked at")
        }
        left -= count
        var next = row
        next.pass(count, of: page)
        guard stores else {
            row = next
            return take(list(isOver: isOver))
        }
        let write = next.write()
        return take((.storing(next), .store(write)))
    }

    /// Takes the outcome of a ``Action/store(_:)``.
    package mutating func stored(_ outcome: WriteOutcome, isOver: Bool) -> Action {
        guard case .storing(let next) = state else { preconditionFailure("no row is being stored") }
        switch outcome {
        case .applied:
            row = next
            return take(list(isOver: isOver))
        case .conditionFailed: return take((.finished, .finish))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private func list(isOver: Bool) -> Step {
        guard case .running(let after) = row.round, left > 0, !isOver else {
            return (.finished, .finish)
        }
        let query = Query(.streams, after: after, limit: min(left, Limits.sweepPageRows))
        return (.listing, .list(query))
    }
}

extension SweepRow {
    /// Notes that the first `count` streams of a page were looked at.
    fileprivate mutating func pass(_ count: Int, of page: QueryPage) {
        if count < page.items.count {
            if count > 0 { advance(to: page.items[count - 1].key.sortKey, count: count) }
        } else if let next = page.next {
            advance(to: next, count: count)
        } else {
            finish(after: count)
        }
    }
}

/// The sweep's visit to one stream of its list.
///
///     start ─┬─ nothing is due ───────────────────────────────────────────→ pass
///            ├─ the list is old ─→ reread ─┬─ gone, or another incarnation ─→ pass
///            └─────────────────────────────┴─ being deleted ────────────────→ finishDeletion
///                                          └─ active ───────────────────────→ look
package struct StreamVisit: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Read this row, then ``StreamVisit/receive(_:)``: the list is so old that the stream may
        /// have been deleted since.
        case reread(TableKey)
        /// Finish the deletion that somebody began, then nothing.
        case finishDeletion(StreamRow)
        /// Look at the stream's partitions, then nothing.
        case look(Observed<StreamRow>)
        /// There is nothing to do.
        case pass
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: rereading, finished.
        case idle
        /// `asked`: A moment before. Next: finished.
        case rereading(asked: Instant)
        case finished
    }

    private typealias Step = Transition<State, Action>

    /// The stream as it was listed.
    private let listed: Observed<StreamRow>
    private var state = State.idle

    /// A visit to a stream of a list, which was read when the list was.
    package init(to listed: Observed<StreamRow>) {
        self.listed = listed
    }

    /// The first action; `isDue`: It is not known that nothing expires in the stream for now.
    package mutating func start(isDue: Bool, now: Instant) -> Action {
        guard case .idle = state else { preconditionFailure("a visit starts once") }
        guard isDue else { return take((.finished, .pass)) }
        guard now.elapsed(since: listed.readAt) >= Limits.cacheAge else {
            return take(Self.visit(listed))
        }
        return take((.rereading(asked: now), .reread(.stream(listed.value.id))))
    }

    /// Takes the row that a ``Action/reread(_:)`` found.
    package mutating func receive(_ item: Item?) throws(TableError) -> Action {
        guard case .rereading(let asked) = state else { preconditionFailure("nothing is reread") }
        guard let item else { return take((.finished, .pass)) }
        let current = try StreamRow(item)
        guard current.incarnation == listed.value.incarnation else {
            return take((.finished, .pass))
        }
        return take(Self.visit(Observed(current, readAt: asked)))
    }

    private static func visit(_ stream: Observed<StreamRow>) -> Step {
        switch stream.value.state {
        case .active: (.finished, .look(stream))
        case .deleting: (.finished, .finishDeletion(stream.value))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }
}

/// The time for which a stream needs no look, as its partitions' looks found it one after another.
package struct StreamRest: Sendable {
    private let began: Timestamp
    /// The end of the rest.
    ///
    /// What is appended after it began stays for longer than that.
    package private(set) var due: Timestamp

    /// A rest that no look was found to end.
    package init(from began: Timestamp) {
        self.began = began
        due = began.advanced(by: Limits.physicalRetention)
    }

    /// A look found that nothing is to be done before `due`; nil: nothing at all.
    package mutating func note(_ due: Timestamp?) { self.due = min(self.due, due ?? self.due) }

    /// A look failed, so that the next one is due at once.
    package mutating func noteFailure() { due = began }
}
