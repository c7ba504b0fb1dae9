/// What DynamoDB and SQLite have in common, and enough to build the ledger on.
///
/// Full rows only: a put replaces the row. There are no update expressions, scans or secondary
/// indexes. An engine is safe to use from any number of tasks at once. Every engine passes
/// `TableConformance` in LedgerTesting.
public protocol Table: Sendable {
    /// Whether the engine removes log rows by itself once their `ttl` has passed, in any order, as
    /// DynamoDB does. One that leaves the log to the sweep is exempt from the trust rule.
    var deletesLogByItself: Bool { get }

    /// Whether the engine answers only callers whose wall clock is right within minutes, as AWS does by
    /// the time in a signature.
    var checksClock: Bool { get }

    /// Why no write is taken at present; nil while that isn't so.
    ///
    /// ``TableError/Reason/closed`` until the process is started anew, anything else until it is over.
    var writeFailure: TableError? { get }

    /// The row with this key, or nil. Strongly consistent: it reflects every write that was
    /// answered before the call.
    func get(_ key: TableKey) async throws(TableError) -> Item?

    /// One page of a group's rows in sort-key order.
    ///
    /// A page ends at `query.limit` rows or at 1 MB of rows, whichever comes first, and holds at
    /// least one row if any is left.
    func query(_ query: Query) async throws(TableError) -> QueryPage

    /// Applies one write if its condition holds.
    ///
    /// `decided`: When what the write rests on was known, by the clocks of this process. A write
    /// whose decision is older than ``Limits/decisionAge`` is refused, definite: the engine looks
    /// as late as it can, right before the write is carried out or sent.
    func write(_ write: Write, decided: Instant) async throws(TableError) -> WriteOutcome

    /// Applies all writes if all their conditions hold, else none.
    ///
    /// `writes`: 1–100 writes of different rows, at most 4 MB together.
    ///
    /// `token`: The same for a repetition of the same transaction. A repetition is safe even when
    /// the first try was applied.
    ///
    /// `decided`: As of ``write(_:decided:)``.
    func transact(
        _ writes: [Write],
        token: Incarnation,
        decided: Instant
    ) async throws(TableError)
        -> TransactionOutcome

    /// Removes rows, in no order and not atomically; a row that is not there is no error.
    ///
    /// On an error some of them may have been removed.
    func batchDelete(_ keys: [TableKey]) async throws(TableError)

    /// Removes at most `limit` rows whose `ttl` lies before `moment` and whose group
    /// ``RowGroup/expiresWithoutSweep``, and returns how many. An engine that does so by itself
    /// returns 0.
    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int
}

extension Table {
    /// False: an engine that has no clock of its own.
    public var checksClock: Bool { false }

    /// Nil: an engine that never gives up.
    public var writeFailure: TableError? { nil }
}

/// One page of one group's rows.
public struct Query: Hashable, Sendable {
    /// The order of the rows.
    public enum Order: Hashable, Sendable {
        /// Smallest sort key first.
        case ascending
        /// Largest sort key first.
        case descending
    }

    /// Whether a row that was just written must be seen.
    ///
    /// DynamoDB reads for half the price when it need not.
    public enum Consistency: Hashable, Sendable {
        /// Reflects every write answered before.
        case strong
        /// May miss the last writes, in any combination.
        case eventual
    }

    /// Whose rows.
    public var group: RowGroup
    /// The smallest sort key wanted, inclusive.
    public var lowerBound: [UInt8]?
    /// The largest sort key wanted, inclusive.
    public var upperBound: [UInt8]?
    /// Only rows after this sort key in the query's order: a page's ``QueryPage/next``.
    ///
    /// It need not exist.
    public var after: [UInt8]?
    /// Ascending or descending.
    public var order: Order
    /// Rows in the page, at least 1.
    public var limit: Int
    /// Strong or eventual.
    public var consistency: Consistency

    /// A strongly consistent, ascending query of the whole group unless said otherwise.
    public init(
        _ group: RowGroup,
        from lowerBound: [UInt8]? = nil,
        through upperBound: [UInt8]? = nil,
        after: [UInt8]? = nil,
        order: Order = .ascending,
        limit: Int,
        consistency: Consistency = .strong
    ) {
        self.group = group
        self.lowerBound = lowerBound
        self.upperBound = upperBound
        self.after = after
        self.order = order
        self.limit = limit
        self.consistency = consistency
    }
}

/// Rows of a query, in its order.
public struct QueryPage: Hashable, Sendable {
    /// At most `limit` rows and 1 MB.
    public var items: [Item]
    /// Pass as ``Query/after`` for the next page; nil when nothing was left.
    ///
    /// A non-nil value does not promise that another row exists.
    public var next: [UInt8]?

    /// A page.
    public init(items: [Item], next: [UInt8]?) {
        self.items = items
        self.next = next
    }
}

/// One conditional put or delete.
public struct Write: Hashable, Sendable {
    /// What is done to the row.
    public enum Operation: Hashable, Sendable {
        /// Replaces the row.
        case put(Item)
        /// Removes the row.
        case delete(TableKey)
        /// Changes nothing; only the condition counts. In transactions only.
        case check(TableKey)
    }

    /// What is done.
    public let operation: Operation
    /// What must hold of the row before; nil: anything.
    public let condition: Condition?

    /// A put of `item`.
    public static func put(_ item: Item, if condition: Condition? = nil) -> Write {
        Write(operation: .put(item), condition: condition)
    }

    /// A removal of `key`.
    public static func delete(_ key: TableKey, if condition: Condition? = nil) -> Write {
        Write(operation: .delete(key), condition: condition)
    }

    /// A transaction's condition on a row that it does not change.
    public static func check(_ key: TableKey, if condition: Condition) -> Write {
        Write(operation: .check(key), condition: condition)
    }

    /// The row that is written.
    public var key: TableKey {
        switch operation {
        case .put(let item): item.key
        case .delete(let key), .check(let key): key
        }
    }
}

/// What became of a write.
public enum WriteOutcome: Hashable, Sendable {
    /// It is durable.
    case applied
    /// Its condition failed and nothing was written; `current` is the row in the way, nil when
    /// there is none.
    case conditionFailed(current: Item?)
}

/// What became of a transaction.
public enum TransactionOutcome: Hashable, Sendable {
    /// All of it is durable.
    case applied
    /// Nothing was written. By index of the write: the row in the way of each whose condition
    /// failed; nil inside when there is no such row.
    ///
    /// `unjudged`: The writes of whose rows nothing is known: another transaction was under way
    /// there, say. Their conditions may hold or not.
    case conditionFailed([Int: Item?], unjudged: Set<Int> = [])
}

/// A table call that could not be answered.
///
/// Whoever catches one must ask whether it is definite.
public struct TableError: Error, Hashable, Sendable {
    /// Whether the call may have taken effect.
    public enum Effect: Hashable, Sendable {
        /// Nothing was written. Reads are always definite.
        case definite
        /// It may have been written: a time-out, a broken connection, a server error.
        case indefinite
    }

    /// What kind of trouble, for the mapping to an answer and for retries.
    public enum Reason: Hashable, Sendable {
        /// The engine asks for fewer calls; the same call can succeed soon.
        case throttled
        /// The engine is not there or did not answer in time.
        case unavailable
        /// No room left on the disk.
        case full
        /// Stored data is damaged or not ours.
        case corrupt
        /// The call itself is wrong: too large, too many items. A defect of ours.
        case invalid
        /// The engine was closed, or has given up writing: no later try can succeed.
        case closed
    }

    /// Whether it may have happened.
    public let effect: Effect
    /// What kind.
    public let reason: Reason
    /// For a log line; holds no payload.
    public let message: String
    /// The row that is damaged, when it is known which.
    public let row: TableKey?

    /// A failed call.
    public init(_ effect: Effect, reason: Reason, message: String, row: TableKey? = nil) {
        self.effect = effect
        self.reason = reason
        self.message = message
        self.row = row
    }
}

/// All rows of a table as they were at one moment: what checking and copying a ledger start from.
public protocol TableSnapshot {
    /// The partition keys under which there are rows, ascending; those of no known kind too.
    func partitionKeys() throws(TableError) -> [String]

    /// Calls `body` with each row of a group, in sort-key order.
    func forEachRow(of group: RowGroup, _ body: (StoredRow) -> Void) throws(TableError)
}

extension TableSnapshot {
    /// The rows of a group that can be decoded, in sort-key order; for groups of few rows.
    ///
    /// `damaged` is called with what cannot.
    public func rows(
        of group: RowGroup,
        damaged: (StoredRow) -> Void
    ) throws(TableError) -> [Item] {
        var items: [Item] = []
        try forEachRow(of: group) { row in
            if case .row(let item) = row { items.append(item) } else { damaged(row) }
        }
        return items
    }
}

/// A row as it is stored, readable or not.
public enum StoredRow: Sendable {
    /// A row.
    case row(Item)
    /// Its sort key is none of its group, or its attributes cannot be decoded.
    case damaged(sortKey: [UInt8])
}
