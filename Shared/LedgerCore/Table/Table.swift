/// A storage engine: the operations that DynamoDB and SQLite share and the ledger needs.
///
/// A put replaces the whole row. There are no update expressions, scans or secondary indexes. An
/// engine is safe to use from any number of tasks at once. Every engine passes `TableConformance`
/// in LedgerTesting.
public protocol Table: Sendable {
    /// True when the engine deletes log rows by itself once their `ttl` has passed, in any order,
    /// as DynamoDB does.
    ///
    /// The trust rule is for such engines only; the others leave the log to the sweep.
    var deletesLogByItself: Bool { get }

    /// True when the engine refuses callers whose wall clock is minutes off, as AWS does by the
    /// time in a signature.
    var checksClock: Bool { get }

    /// True when a process's writes are applied in the order in which they were asked for, so that one
    /// may rest on another that is still under way.
    var appliesInOrder: Bool { get }

    /// Where a task that writes again and again changes no thread between two writes; nil: nowhere.
    ///
    /// What it does there must be short, since writes wait for it.
    var writeExecutor: (any TaskExecutor)? { get }

    /// The error with which every write is refused at present; nil while writes are accepted.
    ///
    /// ``TableError/Reason/closed`` lasts until the process is restarted, any other reason may
    /// pass.
    var writeFailure: TableError? { get }

    /// Returns the row with this key; nil when there is none.
    ///
    /// Strongly consistent: it reflects every write that was answered before the call.
    func get(_ key: TableKey) async throws(TableError) -> Item?

    /// Returns one page of a group's rows in sort-key order.
    ///
    /// A page ends at `query.limit` rows or at 1 MB of rows, whichever comes first, and holds at
    /// least one row if any is left.
    func query(_ query: Query) async throws(TableError) -> QueryPage

    /// Does several reads of little, as close together as the engine can; the findings are in the
    /// reads' order.
    ///
    /// Each is as consistent as by itself, and no more than that: they may see different moments.
    func findTogether(_ reads: [TableRead]) async -> [Result<TableFinding, TableError>]

    /// Applies one write if its condition holds.
    ///
    /// - Parameters:
    ///   - write: A put or a delete; a check is for transactions only.
    ///   - decided: The moment, by this process's clocks, at which the facts behind the write were
    ///     known. A write whose decision is older than ``Limits/decisionAge`` is refused, definite.
    ///     The engine checks this as late as it can, right before the write is carried out or sent.
    /// - Returns: `applied` once the write is durable, or the row that failed the condition.
    /// - Throws: ``TableError``, whose effect says whether the write may have been applied.
    func write(_ write: Write, decided: Instant) async throws(TableError) -> WriteOutcome

    /// Applies all writes if all their conditions hold, else none.
    ///
    /// - Parameters:
    ///   - writes: 1–100 writes of different rows, at most 4 MB together.
    ///   - token: The transaction's id. A repetition with the same token is safe even when the
    ///     first try was applied.
    ///   - decided: As for ``write(_:decided:)``.
    /// - Returns: `applied` once all writes are durable, or the rows that failed their conditions.
    /// - Throws: ``TableError``, whose effect says whether the transaction may have been applied.
    func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome

    /// Deletes rows, in no order and not atomically; a missing row is no error.
    ///
    /// After an error some of the rows may have been deleted.
    func batchDelete(_ keys: [TableKey]) async throws(TableError)

    /// Deletes at most `limit` rows whose `ttl` lies before `moment`, and returns their number.
    ///
    /// Only rows of a group with ``RowGroup/expiresWithoutSweep``. An engine that deletes expired
    /// rows by itself returns 0.
    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int
}

extension Table {
    /// False, for an engine that has no clock of its own.
    public var checksClock: Bool { false }

    /// False, for an engine at the other end of a network.
    public var appliesInOrder: Bool { false }

    /// Nil, for an engine without a thread that writes.
    public var writeExecutor: (any TaskExecutor)? { nil }

    /// Nil, for an engine that never gives up writing.
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

    /// The guarantee about rows that were just written.
    ///
    /// An eventual read costs half as much on DynamoDB.
    public enum Consistency: Hashable, Sendable {
        /// Reflects every write that was answered before the query.
        case strong
        /// May miss the last writes, in any combination.
        case eventual
    }

    /// The group whose rows are read.
    public var group: RowGroup
    /// The smallest sort key wanted, inclusive.
    public var lowerBound: [UInt8]?
    /// The largest sort key wanted, inclusive.
    public var upperBound: [UInt8]?
    /// Only rows after this sort key in the query's order: a page's ``QueryPage/next``.
    ///
    /// It need not exist.
    public var after: [UInt8]?
    /// The order of sort keys, in which ``after`` and the page proceed.
    public var order: Order
    /// The most rows in the page, at least 1.
    public var limit: Int
    /// The guarantee asked for; strong unless said otherwise.
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

    /// Creates a page; an engine's answer to a query.
    public init(items: [Item], next: [UInt8]?) {
        self.items = items
        self.next = next
    }
}

/// One conditional put or delete.
public struct Write: Hashable, Sendable {
    /// The change that a write makes to its row.
    public enum Operation: Hashable, Sendable {
        /// Stores the row in place of the one with its key, if any.
        case put(Item)
        /// Deletes the row; a missing row is no error.
        case delete(TableKey)
        /// Changes nothing and only checks the condition; for transactions.
        case check(TableKey)
    }

    /// The change to the row.
    public let operation: Operation
    /// The condition on the row before the write; nil for none.
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

/// The outcome of a write.
public enum WriteOutcome: Hashable, Sendable {
    /// The write is durable.
    case applied
    /// The condition failed and nothing was written. `current` is the row that failed it, nil when
    /// there is none.
    case conditionFailed(current: Item?)
}

/// The outcome of a transaction.
public enum TransactionOutcome: Hashable, Sendable {
    /// All writes are durable.
    case applied
    /// Nothing was written.
    ///
    /// For each write whose condition failed, its index and the row that failed it, nil when there
    /// is no such row. `unjudged` are the writes whose conditions may hold or not, for example
    /// because another transaction was under way on their rows.
    case conditionFailed([Int: Item?], unjudged: Set<Int> = [])
}

/// A table call that could not be answered.
///
/// Its ``effect`` says whether the call may have changed anything, and every caller must respect
/// that.
public struct TableError: Error, Hashable, Sendable {
    /// The certainty about a failed call's effect.
    public enum Effect: Hashable, Sendable {
        /// Nothing was written. Reads are always definite.
        case definite
        /// It may have been written: a time-out, a broken connection, a server error.
        case indefinite
    }

    /// The cause, which decides about retries and about the answer to the client.
    public enum Reason: Hashable, Sendable {
        /// The engine asks for fewer calls; the same call can succeed soon after.
        case throttled
        /// The engine is not there or did not answer in time.
        case unavailable
        /// The disk is full.
        case full
        /// Stored data is damaged or not ours.
        case corrupt
        /// The call itself is wrong: too large, too many items. A defect of ours.
        case invalid
        /// The engine was closed, or has given up writing: no later try can succeed.
        case closed
    }

    /// Definite when nothing was written; indefinite when it may have been.
    public let effect: Effect
    /// The cause of the failure.
    public let reason: Reason
    /// The details for a log line, without any payload.
    public let message: String
    /// The damaged row; nil when unknown, and for all other reasons.
    public let row: TableKey?

    /// Describes a failed call.
    public init(_ effect: Effect, reason: Reason, message: String, row: TableKey? = nil) {
        self.effect = effect
        self.reason = reason
        self.message = message
        self.row = row
    }
}

/// All rows of a table as they were at one moment, for checking and copying a ledger.
public protocol TableSnapshot {
    /// The partition keys under which there are rows, ascending; those of no known kind too.
    func partitionKeys() throws(TableError) -> [String]

    /// Calls `body` with each row of a group, in sort-key order.
    func forEachRow(of group: RowGroup, _ body: (StoredRow) -> Void) throws(TableError)
}

extension TableSnapshot {
    /// Returns a group's rows in sort-key order, for groups of few rows.
    ///
    /// `damaged` is called with each row that cannot be decoded.
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
    /// A row that could be decoded.
    case row(Item)
    /// A row whose sort key does not fit its group, or whose attributes cannot be decoded.
    case damaged(sortKey: [UInt8])
}
