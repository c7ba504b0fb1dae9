import LedgerCore

/// One call that waits for its commit.
struct WriteRequest: Sendable {
    /// What is asked.
    enum Work: Sendable {
        case write(PreparedWrite, decided: Instant, Answer<WriteOutcome>)
        case transaction(
            [PreparedWrite],
            token: Incarnation,
            decided: Instant,
            Answer<TransactionOutcome>
        )
        case deletion([RowKey], Answer<Void>)
        case purge(before: Int64, limit: Int, Answer<Int>)
        /// Nobody's: whether there is room again.
        case probe
    }

    let work: Work
    /// Bytes of rows, for the bound on a commit.
    let bytes: Int

    init(_ work: Work) {
        self.work = work
        bytes =
            switch work {
            case .write(let write, _, _): write.bytes
            case .transaction(let writes, _, _, _): writes.reduce(0) { $0 + $1.bytes }
            case .deletion, .purge, .probe: 0
            }
    }

    /// Answers the call with an error.
    func fail(_ error: TableError) {
        switch work {
        case .write(_, _, let answer): answer.resume(returning: .failure(error))
        case .transaction(_, _, _, let answer): answer.resume(returning: .failure(error))
        case .deletion(_, let answer): answer.resume(returning: .failure(error))
        case .purge(_, _, let answer): answer.resume(returning: .failure(error))
        case .probe: break
        }
    }
}

/// Where a call's task waits.
typealias Answer<Outcome> = CheckedContinuation<Result<Outcome, TableError>, Never>

/// A write whose row is encoded.
struct PreparedWrite: Sendable {
    enum Operation: Sendable {
        case put(EncodedRow)
        case delete(RowKey)
        case check(RowKey)
    }

    let operation: Operation
    let condition: Condition?

    init(_ write: Write) {
        condition = write.condition
        operation =
            switch write.operation {
            case .put(let item): .put(EncodedRow(item))
            case .delete(let key): .delete(RowKey(key))
            case .check(let key): .check(RowKey(key))
            }
    }

    var key: RowKey {
        switch operation {
        case .put(let row): row.key
        case .delete(let key), .check(let key): key
        }
    }

    fileprivate var bytes: Int {
        guard case .put(let row) = operation else { return 0 }
        return row.key.partition.count + row.key.sort.count + row.value.count
    }
}
