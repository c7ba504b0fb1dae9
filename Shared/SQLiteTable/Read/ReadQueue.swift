import LedgerCore

/// One call that waits for a reader.
enum ReadRequest: Sendable {
    case row(RowKey, Answer<Item?>)
    case page(Query, Answer<QueryPage>)
}

/// What waits for the readers.
///
/// Reads begin after they arrived here, so each sees every write
/// that was answered before.
struct ReadQueue: Sendable {
    /// What a reader does next.
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
