import LedgerCore

/// What waits for the writer, and whether anything still may.
struct WriteQueue: Sendable {
    private enum State {
        /// Takes requests.
        case open
        /// Takes no more; the writer ends when those that wait are done.
        case closed
        /// The file cannot be trusted to take another write.
        case failed(TableError)
    }

    /// What the writer does next.
    enum Next {
        case commit([WriteRequest])
        case end
    }

    private let commitBytes: Int
    private var state = State.open
    private var waiting: [WriteRequest] = []
    /// Why the last write found no room; nil when one did since.
    var shortage: TableError?

    init(commitBytes: Int) {
        self.commitBytes = commitBytes
    }

    /// Takes a request, or says why not.
    mutating func add(_ request: WriteRequest) -> TableError? {
        switch state {
        case .open:
            waiting.append(request)
            return nil
        case .closed: return .closed
        case .failed(let error): return error
        }
    }

    /// The next group, in the order of arrival; nil: nothing to do yet.
    mutating func next() -> Next? {
        guard !waiting.isEmpty else {
            if case .open = state { return nil }
            return .end
        }
        var bytes = 0
        let count = waiting.prefix { request in
            bytes += request.bytes
            return bytes <= commitBytes
        }.count
        return .commit(take(max(count, 1)))
    }

    private mutating func take(_ count: Int) -> [WriteRequest] {
        guard count < waiting.count else {
            defer { waiting = [] }
            return waiting
        }
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    /// Refuses what comes from now on.
    mutating func close() {
        if case .open = state { state = .closed }
    }

    /// Refuses what comes from now on, and what waits; returns that.
    mutating func fail(_ error: TableError) -> [WriteRequest] {
        state = .failed(error)
        defer { waiting = [] }
        return waiting
    }

    /// Why writes were given up; nil when they were not.
    var failure: TableError? {
        if case .failed(let error) = state { error } else { nil }
    }
}

extension TableError {
    static let closed = TableError(.definite, reason: .closed, message: "the table is closed")
}
