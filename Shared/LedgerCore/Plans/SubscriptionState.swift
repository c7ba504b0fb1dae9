/// A subscription with its stream, and its positions, as the table had them.
package struct SubscriptionState: Sendable {
    /// The stream, which was active.
    package let stream: StreamRow
    /// The subscription in its present epoch.
    package let subscription: SubscriptionRow
    /// By partition: what was committed in the subscription's epoch, else where the epoch began.
    package let positions: [Position]
    /// By partition: the row of its position, of whatever epoch; nil: there is none.
    package let rows: [PositionRow?]
    /// By partition: the row of its delivery in the other one's place, of whatever epoch; nil: there
    /// is none.
    package let deliveries: [DeliveryRow?]
    /// The members of its group by name, also those that have gone.
    package let members: [MemberRow]

    /// A subscription and its positions, one of each partition, as they are without any rows.
    package init(stream: StreamRow, subscription: SubscriptionRow, positions: [Position]) {
        self.init(
            stream: stream,
            subscription: subscription,
            positions: positions,
            rows: positions.map { _ in nil },
            deliveries: positions.map { _ in nil },
            members: []
        )
    }

    private init(
        stream: StreamRow,
        subscription: SubscriptionRow,
        positions: [Position],
        rows: [PositionRow?],
        deliveries: [DeliveryRow?],
        members: [MemberRow]
    ) {
        self.stream = stream
        self.subscription = subscription
        self.positions = positions
        self.rows = rows
        self.deliveries = deliveries
        self.members = members
    }

    /// A subscription as its rows say; nil: one of them is of a later epoch than the subscription.
    init?(stream: StreamRow, subscription: SubscriptionRow, items: [Item]) throws(TableError) {
        self.stream = stream
        self.subscription = subscription
        var positions = subscription.positions
        var rows: [PositionRow?] = positions.map { _ in nil }
        var deliveries: [DeliveryRow?] = positions.map { _ in nil }
        var members: [MemberRow] = []
        for item in items {
            guard case .position(_, _, let partition) = item.key else {
                members.append(try MemberRow(item))
                continue
            }
            let found: (epoch: Int64, position: Position)
            let (row, delivery): (PositionRow?, DeliveryRow?)
            if DeliveryRow.isMeant(by: item) {
                let read = try DeliveryRow(item)
                (row, delivery, found) = (nil, read, (read.epoch, .log(read.scanned)))
            } else {
                let read = try PositionRow(item)
                (row, delivery, found) = (read, nil, (read.epoch, read.position))
            }
            guard found.epoch <= subscription.epoch else { return nil }
            guard partition.index < positions.count else { continue }
            (rows[partition.index], deliveries[partition.index]) = (row, delivery)
            if found.epoch == subscription.epoch { positions[partition.index] = found.position }
        }
        self.positions = positions
        self.rows = rows
        self.deliveries = deliveries
        self.members = members
    }

    /// The same with a changed row of the subscription; in another epoch it stands where that says.
    package func replacing(_ subscription: SubscriptionRow) -> SubscriptionState {
        let isMoved = subscription.epoch != self.subscription.epoch
        return SubscriptionState(
            stream: stream,
            subscription: subscription,
            positions: isMoved ? subscription.positions : positions,
            rows: rows,
            deliveries: deliveries,
            members: members
        )
    }

    /// Refuses what is asked for where events are acknowledged one by one, by cursors and members.
    package func requireCursors() throws(Refusal) {
        guard subscription.delivery == nil else { throw .wrongDeliveryMode(subscription.id) }
    }

    /// Refuses what is asked for where events are acknowledged by cursors.
    package func requireEventsMode() throws(Refusal) -> SubscriptionRow.Delivery {
        guard let delivery = subscription.delivery else {
            throw .wrongDeliveryMode(subscription.id)
        }
        return delivery
    }

    /// The number of events of a partition that are still held as they were handed out then.
    package func held(under grant: LeaseGrant, in partition: Partition) -> Int {
        guard partition.index < deliveries.count, let row = deliveries[partition.index],
            row.epoch == subscription.epoch
        else { return 0 }
        return row.open.count(under: grant)
    }

    /// Reads and verifies a cursor of this subscription.
    ///
    /// - Throws: ``Refusal/invalidCursor`` unless it was made for this subscription;
    ///   ``Refusal/cursorSuperseded`` when that was before a seek.
    package func cursor(_ text: String, rules: Rules) throws(Refusal) -> Cursor {
        guard let cursor = Cursor.decode(text)?.verified(secret: subscription.secret),
            cursor.subscription == subscription.incarnation,
            cursor.positions.isWhole(of: stream.partitionCount)
        else { throw .invalidCursor }
        guard cursor.epoch == subscription.epoch || !rules.keep(.seekEpoch) else {
            throw .cursorSuperseded
        }
        return cursor
    }

    /// The positions from which a page begins: a cursor's, or else the subscription's.
    package func positions(
        from cursor: String?,
        rules: Rules
    ) throws(Refusal) -> PartitionPositions {
        guard let cursor else { return PartitionPositions(ofAll: positions) }
        return try self.cursor(cursor, rules: rules).positions
    }

    /// The text of a cursor that stands at `positions`.
    package func cursor(at positions: PartitionPositions) -> String {
        let cursor = Cursor(
            subscription: subscription.incarnation,
            epoch: subscription.epoch,
            positions: positions
        )
        return cursor.encoded(secret: subscription.secret)
    }
}

/// Reads a subscription's state: in one step where its rows are known, else one after another.
///
///     with a hint: readAll ─┬─ as the hint says ─────────────────────────→ finish
///                           ├─ other rows by now, or a seek in between ─┐
///                           └─ no such stream, no such subscription ────│→ fail
///     ┌─────────────────────────────────────────────────────────────────┘
///     └→ readStream ─→ readSubscription ─→ readPositions ─┬──────────────→ finish
///        ↑                                                ├─ a seek in between, tries left ─┐
///        └────────────────────────────────────────────────│─────────────────────────────────┘
///                                                         └─ no tries left ─→ fail
///
/// The positions of a group with very many members take more than one query.
package struct SubscriptionStatePlan: ~Copyable {
    /// The rows of a subscription as an earlier read found them.
    package struct Hint: Hashable, Sendable {
        /// The incarnation of the stream that had the name.
        package let stream: StreamIncarnation
        /// The incarnation of the subscription that had the name.
        package let subscription: SubscriptionIncarnation

        /// The rows of a subscription.
        package init(stream: StreamIncarnation, subscription: SubscriptionIncarnation) {
            self.stream = stream
            self.subscription = subscription
        }
    }

    /// The next step of the shell.
    package enum Action: Sendable {
        /// Do these reads in parallel, then ``SubscriptionStatePlan/receive(all:)`` in their order.
        case readAll([TableRead])
        /// Read this row, then ``SubscriptionStatePlan/receive(row:)``.
        case read(TableKey)
        /// Do this query, then ``SubscriptionStatePlan/receive(page:)``. The rows are worth
        /// remembering as the next call's hint.
        case readPositions(Query, SubscriptionRow, StreamRow)
        /// The state was found.
        case finish(SubscriptionState)
        /// There is no such subscription, or it could not be read.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was read yet. Next: readingAll, readingStream.
        case created
        /// All three are being read at once. Next: readingStream, finished.
        case readingAll(Hint)
        /// So many tries are left after this one. Next: readingSubscription, finished.
        case readingStream(Int)
        /// The stream was found. Next: readingPositions, finished.
        case readingSubscription(StreamRow, Int)
        /// The subscription was found, and these rows so far. Next: readingPositions (more of them),
        /// readingStream, finished.
        case readingPositions(StreamRow, SubscriptionRow, [Item], Int)
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamID
    private let id: SubscriptionID
    private let hint: Hint?
    private var state = State.created

    /// A plan that begins with what earlier reads found, if there was any.
    package init(_ id: SubscriptionID, of stream: StreamID, hint: Hint?) {
        self.id = id
        self.stream = stream
        self.hint = hint
    }

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("a state is read once") }
        guard let hint else { return take(oneByOne(triesLeft: Limits.casTries - 1)) }
        let reads: [TableRead] = [
            .get(.stream(stream)), .get(.subscription(hint.stream, id)),
            .query(Self.positions(of: hint)),
        ]
        return take((.readingAll(hint), .readAll(reads)))
    }

    /// Takes the outcome of a ``Action/readAll(_:)``.
    package mutating func receive(all findings: [Result<TableFinding, TableError>]) -> Action {
        guard case .readingAll(let hint) = state else {
            preconditionFailure("three findings came that were not asked for")
        }
        do throws(Refusal) {
            let step = try compare(findings, with: hint)
            return take(step ?? oneByOne(triesLeft: Limits.casTries - 1))
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    /// Takes the outcome of a ``Action/read(_:)``.
    package mutating func receive(row: Result<Item?, TableError>) -> Action {
        do throws(Refusal) {
            let item = try row.orRefuse()
            switch state {
            case .readingStream(let left):
                let stream = try StreamRow.active(item, named: self.stream)
                let key = TableKey.subscription(stream.incarnation, id)
                return take((.readingSubscription(stream, left), .read(key)))
            case .readingSubscription(let stream, let left):
                let subscription = try SubscriptionRow.existing(item, named: id)
                return take(readPositions(of: subscription, in: stream, triesLeft: left))
            case .created, .readingAll, .readingPositions, .finished:
                preconditionFailure("a row came that was not asked for")
            }
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    /// Takes the outcome of a ``Action/readPositions(_:_:_:)``.
    package mutating func receive(page: Result<QueryPage, TableError>) -> Action {
        guard case .readingPositions(let stream, let subscription, let items, let left) = state
        else { preconditionFailure("positions came that were not asked for") }
        do throws(Refusal) {
            var page = try page.orRefuse()
            page.items = items + page.items
            return take(try judge(page, of: subscription, in: stream, triesLeft: left))
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    // MARK: Steps

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private func oneByOne(triesLeft: Int) -> Step {
        (.readingStream(triesLeft), .read(.stream(stream)))
    }

    /// Reads a group's rows, or those behind the ones that were read.
    private func readPositions(
        of subscription: SubscriptionRow,
        in stream: StreamRow,
        behind items: [Item] = [],
        triesLeft: Int
    ) -> Step {
        let hint = Hint(stream: stream.incarnation, subscription: subscription.incarnation)
        let query = Self.positions(of: hint, after: items.last?.key.sortKey)
        return (
            .readingPositions(stream, subscription, items, triesLeft),
            .readPositions(query, subscription, stream)
        )
    }

    /// Takes the rows of a group as far as they were read; of a later epoch than the subscription's,
    /// all is read anew: a seek came between the two reads.
    private func judge(
        _ page: QueryPage,
        of subscription: SubscriptionRow,
        in stream: StreamRow,
        triesLeft: Int
    ) throws(Refusal) -> Step {
        guard page.next == nil else {
            return readPositions(
                of: subscription,
                in: stream,
                behind: page.items,
                triesLeft: triesLeft
            )
        }
        let found = try decoded { () throws(TableError) in
            try SubscriptionState(stream: stream, subscription: subscription, items: page.items)
        }
        if let found { return (.finished, .finish(found)) }
        guard triesLeft > 0 else { throw .contention }
        return oneByOne(triesLeft: triesLeft - 1)
    }

    /// What follows, if all is of the rows that were known; nil: the hint was out of date.
    private func compare(
        _ findings: [Result<TableFinding, TableError>],
        with hint: Hint
    ) throws(Refusal) -> Step? {
        let stream = try StreamRow.active(try Self.item(findings[0]), named: self.stream)
        guard stream.incarnation == hint.stream, let found = try Self.item(findings[1]) else {
            return nil
        }
        let subscription = try decoded { () throws(TableError) in try SubscriptionRow(found) }
        guard subscription.incarnation == hint.subscription else { return nil }
        let page = try Self.page(findings[2])
        return try judge(page, of: subscription, in: stream, triesLeft: Limits.casTries)
    }

    private static func positions(of hint: Hint, after sortKey: [UInt8]? = nil) -> Query {
        Query(
            .positions(hint.stream, subscription: hint.subscription),
            after: sortKey,
            limit: Limits.groupRows
        )
    }

    private static func item(
        _ finding: Result<TableFinding, TableError>
    ) throws(Refusal) -> Item? {
        guard case .item(let item) = try finding.orRefuse() else {
            preconditionFailure("a get finds a row or none")
        }
        return item
    }

    private static func page(
        _ finding: Result<TableFinding, TableError>
    ) throws(Refusal) -> QueryPage {
        guard case .page(let page) = try finding.orRefuse() else {
            preconditionFailure("a query finds a page")
        }
        return page
    }
}
