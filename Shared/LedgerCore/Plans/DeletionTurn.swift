/// One turn at a ``DeletionJob``: a bounded number of pages of rows, removed group by group.
///
///     query ─┬─ rows, pages left ─┬─────────────────────────────→ remove ─┐
///       ↑    │                    └─ subscriptions: empty the            │
///       │    │                       positions of each, then ─→ remove ──┤
///       │    ├─ none ─→ the next group ──────────────────────────────────┤
///       │    │             └─ no group left ─→ store: no job ─→ finish   │
///       │    └─ rows, but no page left ─→ store: the job ─→ finish       │
///       └────────────────────────────────────────────────────────────────┘
///
/// A subscription's row goes only after its webhook's row and its own rows, which are found through
/// it. Groups that are empty stay behind in the job's row, so that the next turn begins where this
/// one ended.
package struct DeletionTurn: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Query these rows, then ``DeletionTurn/receive(_:isOver:)``.
        case query(Query)
        /// Remove these rows, then ``DeletionTurn/removed()``.
        case remove([TableKey])
        /// Do this write, then ``DeletionTurn/stored()``.
        case store(Write)
        /// The turn is over; nil: the job is done.
        case finish(left: DeletionJob?)
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: reading, storing.
        case idle
        /// The first page of the group is being read.
        /// Next: removing, removingWebhook, readingPositions, reading (the next group), storing.
        case reading(RowGroup)
        /// The row of the webhook of the page's next subscription is being removed.
        /// Next: readingPositions.
        case removingWebhook(RowGroup, SubscriptionPage)
        /// Rows of the page's next subscription are being read.
        /// Next: removingPositions, removingWebhook, readingPositions (of the next one), removing,
        /// reading.
        case readingPositions(RowGroup, SubscriptionPage)
        /// A page of them is being removed; `isLast`: none is behind it.
        /// Next: readingPositions, removingWebhook, removing.
        case removingPositions(RowGroup, SubscriptionPage, isLast: Bool)
        /// A page of rows is being removed; `isLast`: none is behind it. Next: reading, storing.
        case removing(RowGroup, isLast: Bool)
        /// The job's row is being written. Next: finished.
        case storing(left: DeletionJob?)
        case finished
    }

    /// A page of subscriptions, some of which have no rows of their own left.
    private struct SubscriptionPage: Sendable {
        /// The subscriptions whose rows are still to be emptied, the next one first.
        var waiting: ArraySlice<Item>
        /// The first of these has no row of a webhook left.
        var isWebhookRemoved = false
        /// The groups of the first one's rows that were found empty.
        var emptied = 0
        /// The subscriptions without rows, which may be removed.
        var ready: [TableKey] = []
        /// Nothing is behind this page.
        let isLast: Bool

        /// The group of rows that is to be emptied next; nil: no subscription waits.
        func nextGroup() throws(TableError) -> RowGroup? {
            guard let item = waiting.first else { return nil }
            let row = try SubscriptionRow(item)
            return RowGroup.owned(by: row.incarnation, of: row.stream)[emptied]
        }

        /// The row of the first one's webhook; nil: it has none, or none waits.
        func webhookKey() throws(TableError) -> TableKey? {
            guard let item = waiting.first else { return nil }
            let row = try SubscriptionRow(item)
            return row.webhook == nil ? nil : row.webhookKey
        }

        /// The page after the group that was to be emptied was found empty.
        func passingGroup() throws(TableError) -> SubscriptionPage {
            var page = self
            page.emptied += 1
            guard let item = waiting.first else { return page }
            let row = try SubscriptionRow(item)
            guard page.emptied == RowGroup.owned(by: row.incarnation, of: row.stream).count
            else { return page }
            page.waiting.removeFirst()
            page.ready.append(item.key)
            (page.emptied, page.isWebhookRemoved) = (0, false)
            return page
        }
    }

    private typealias Step = Transition<State, Action>

    private var job: DeletionJob
    private var pagesLeft: Int
    private var state = State.idle

    /// A turn at `job` that removes at most `pages` pages of ``Limits/sweepPageRows``.
    package init(at job: DeletionJob, pages: Int = Limits.sweepPages) {
        self.job = job
        pagesLeft = pages
    }

    /// Begins with the first group that is not empty yet.
    package mutating func start() -> Action {
        guard case .idle = state else { preconditionFailure("a turn starts once") }
        return take(readGroup())
    }

    /// Takes the page that an ``Action/query(_:)`` found.
    ///
    /// - Parameters:
    ///   - page: The page.
    ///   - isOver: No further row may be removed in this run.
    /// - Returns: What to do next.
    /// - Throws: ``TableError/Reason/corrupt`` when a subscription's row is damaged.
    package mutating func receive(
        _ page: QueryPage,
        isOver: Bool
    ) throws(TableError) -> Action {
        let mayRemove = pagesLeft > 0 && !isOver
        switch state {
        case .reading(let group):
            guard !page.items.isEmpty else { return take(leaveGroup()) }
            guard mayRemove else { return take(keepJob()) }
            pagesLeft -= 1
            return take(try remove(page, of: group))
        case .readingPositions(let group, let subscriptions):
            guard !page.items.isEmpty else {
                return take(try readNextPositions(of: subscriptions.passingGroup(), in: group))
            }
            guard mayRemove else { return take(removeReady(of: subscriptions, in: group)) }
            pagesLeft -= 1
            return take(
                (
                    .removingPositions(group, subscriptions, isLast: page.next == nil),
                    .remove(page.items.map(\.key))
                )
            )
        case .idle, .removing, .removingWebhook, .removingPositions, .storing, .finished:
            preconditionFailure("no rows are being read")
        }
    }

    /// Goes on after an ``Action/remove(_:)``.
    package mutating func removed() throws(TableError) -> Action {
        switch state {
        case .removing(let group, let isLast):
            return take(isLast ? leaveGroup() : read(group))
        case .removingWebhook(let group, var subscriptions):
            subscriptions.isWebhookRemoved = true
            return take(try readNextPositions(of: subscriptions, in: group))
        case .removingPositions(let group, let subscriptions, isLast: true):
            return take(try readNextPositions(of: subscriptions.passingGroup(), in: group))
        case .removingPositions(let group, let subscriptions, isLast: false):
            return take(try readNextPositions(of: subscriptions, in: group))
        case .idle, .reading, .readingPositions, .storing, .finished:
            preconditionFailure("no rows are being removed")
        }
    }

    /// Goes on after an ``Action/store(_:)``.
    package mutating func stored() -> Action {
        guard case .storing(let left) = state else { preconditionFailure("no job is being stored") }
        return take((.finished, .finish(left: left)))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    // MARK: Groups

    /// Reads the first group that is not empty yet; the job is done when there is none.
    private func readGroup() -> Step {
        guard let group = job.groups.dropFirst(job.groupsDone).first else {
            return (.storing(left: nil), .store(.delete(job.item.key)))
        }
        return read(group)
    }

    private func read(_ group: RowGroup) -> Step {
        (.reading(group), .query(Query(group, limit: Limits.sweepPageRows)))
    }

    private mutating func leaveGroup() -> Step {
        job.groupsDone += 1
        return readGroup()
    }

    private func keepJob() -> Step {
        (.storing(left: job), .store(.put(job.item, if: .exists)))
    }

    // MARK: Rows

    private func remove(_ page: QueryPage, of group: RowGroup) throws(TableError) -> Step {
        let isLast = page.next == nil
        guard case .subscriptions = group else {
            let keys = page.items.map(\.key)
            return (.removing(group, isLast: isLast), .remove(keys))
        }
        let subscriptions = SubscriptionPage(waiting: page.items[...], isLast: isLast)
        return try readNextPositions(of: subscriptions, in: group)
    }

    /// Reads the rows of the first subscription that waits, whose webhook's row goes before; when
    /// none waits, the page may go.
    private func readNextPositions(
        of subscriptions: SubscriptionPage,
        in group: RowGroup
    ) throws(TableError) -> Step {
        guard let next = try subscriptions.nextGroup() else {
            return removeReady(of: subscriptions, in: group)
        }
        if !subscriptions.isWebhookRemoved, let key = try subscriptions.webhookKey() {
            return (.removingWebhook(group, subscriptions), .remove([key]))
        }
        return (
            .readingPositions(group, subscriptions),
            .query(Query(next, limit: Limits.sweepPageRows))
        )
    }

    /// Removes the subscriptions that have no rows left, if there are any.
    private func removeReady(of subscriptions: SubscriptionPage, in group: RowGroup) -> Step {
        guard !subscriptions.ready.isEmpty else { return read(group) }
        let isLast = subscriptions.isLast && subscriptions.waiting.isEmpty
        return (.removing(group, isLast: isLast), .remove(subscriptions.ready))
    }
}

extension DeletionJob {
    /// True once every writer must have met the seals, so that rows may be removed.
    package func isDue(at now: Timestamp) -> Bool { notBefore <= now }
}
