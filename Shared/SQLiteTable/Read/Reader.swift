import LedgerCore

/// A thread that reads, with its own connection.
///
/// `@unchecked Sendable`: everything but the queue is touched by its thread only, and after that
/// has ended by the thread that closes.
final class Reader: @unchecked Sendable {
    private let rows: RowReader
    private let queue: ConditionLock<ReadQueue>

    init(_ connection: Connection, queue: ConditionLock<ReadQueue>) throws(SQLiteFailure) {
        self.queue = queue
        rows = try RowReader(connection)
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
