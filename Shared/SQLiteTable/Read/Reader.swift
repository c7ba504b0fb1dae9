import LedgerCore

/// A thread that reads, with its own connection.
///
/// `@unchecked Sendable`: everything but the queue is touched by its thread only, and after that
/// has ended by the thread that closes.
final class Reader: @unchecked Sendable {
    private let rows: RowReader
    private let begin: Statement
    private let commit: Statement
    private let rollback: Statement
    private let connection: Connection
    private let queue: ConditionLock<ReadQueue>

    init(_ connection: Connection, queue: ConditionLock<ReadQueue>) throws(SQLiteFailure) {
        self.queue = queue
        rows = try RowReader(connection)
        begin = try connection.prepare("BEGIN")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        self.connection = connection
    }

    /// Works until the queue is closed and empty.
    func run() {
        while case .read(let request) = queue.wait(for: { $0.next() }) {
            answer(request)
        }
    }

    private func answer(_ request: ReadRequest) {
        switch request {
        case .row(let key, let reply):
            reply.resume(returning: result { () throws(RowFailure) in try rows.row(key) })
        case .page(let query, let reply):
            reply.resume(returning: result { () throws(RowFailure) in try rows.page(query) })
        case .all(let requests, let reply):
            // One transaction takes and gives back the locks once. Where it fails, each read has its own.
            _ = begin.run()
            let findings = requests.map { request in
                result { () throws(RowFailure) in try find(request) }
            }
            _ = commit.run()
            // An open transaction would see no later write.
            if connection.isInTransaction { _ = rollback.run() }
            reply.resume(returning: .success(findings))
        }
    }

    private func find(_ read: PreparedRead) throws(RowFailure) -> TableFinding {
        switch read {
        case .row(let key): .item(try rows.row(key))
        case .page(let query): .page(try rows.page(query))
        }
    }

    private func result<Outcome>(
        _ body: () throws(RowFailure) -> Outcome
    ) -> Result<Outcome, TableError> {
        do throws(RowFailure) {
            return .success(try body())
        } catch {
            return .failure(error.tableError)
        }
    }
}

/// One call that waits for a reader.
enum ReadRequest: Sendable {
    case row(EncodedKey, Reply<Item?>)
    case page(Query, Reply<QueryPage>)
    /// Several at once: each hand-over to a thread takes longer than to find a row.
    case all([PreparedRead], Reply<[Result<TableFinding, TableError>]>)
}

/// One of several reads, whose key is encoded.
enum PreparedRead: Sendable {
    case row(EncodedKey)
    case page(Query)

    /// - Throws: The defect of a query that no engine takes.
    init(_ read: TableRead) throws(TableError) {
        switch read {
        case .get(let key): self = .row(EncodedKey(key))
        case .query(let query):
            try query.check()
            self = .page(query)
        }
    }
}

/// The calls that wait for a reader.
///
/// Reads begin after they arrived here, so each sees every write that was answered before.
struct ReadQueue: Sendable {
    /// The next step of a reader.
    enum Next {
        case read(ReadRequest)
        case end
    }

    private var waiting: [ReadRequest] = []
    private var first = 0
    private var isClosed = false

    /// Takes a request; false: closed.
    mutating func add(_ request: ReadRequest) -> Bool {
        guard !isClosed else { return false }
        waiting.append(request)
        return true
    }

    /// The oldest request; nil: nothing to do yet.
    mutating func next() -> Next? {
        guard first < waiting.count else { return isClosed ? .end : nil }
        defer { advance() }
        return .read(waiting[first])
    }

    /// Forgets what was taken in strides, so that taking is cheap however long the queue.
    private mutating func advance() {
        first += 1
        guard first == waiting.count || first == 256 else { return }
        waiting.removeFirst(first)
        first = 0
    }

    /// Refuses what comes from now on.
    mutating func close() {
        isClosed = true
    }
}
