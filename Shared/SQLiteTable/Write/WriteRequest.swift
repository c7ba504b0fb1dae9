import LedgerCore

/// One call that waits for its commit.
struct WriteRequest: Sendable {
    /// The change that is asked for, with the caller's reply.
    enum Work: Sendable {
        case write(PreparedWrite, decided: Instant, Reply<WriteOutcome>)
        case transaction(
            [PreparedWrite],
            token: TransactionToken,
            decided: Instant,
            Reply<TransactionOutcome>
        )
        case deletion([EncodedKey], Reply<Void>)
        case purge(before: Int64, limit: Int, Reply<Int>)
        /// The writer's own, without a caller: a write that is taken back, to see whether the disk
        /// has room again.
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
        case .write(_, _, let reply): reply.resume(returning: .failure(error))
        case .transaction(_, _, _, let reply): reply.resume(returning: .failure(error))
        case .deletion(_, let reply): reply.resume(returning: .failure(error))
        case .purge(_, _, let reply): reply.resume(returning: .failure(error))
        case .probe: break
        }
    }
}

/// The suspended task of a call, which goes on when this is resumed; once only.
typealias Reply<Outcome> = CheckedContinuation<Result<Outcome, TableError>, Never>

/// A write whose row is encoded.
struct PreparedWrite: Sendable {
    enum Operation: Sendable {
        case put(EncodedRow)
        case delete(EncodedKey)
        case check(EncodedKey)
    }

    let operation: Operation
    let condition: Condition?

    init(_ write: Write) {
        condition = write.condition
        operation =
            switch write.operation {
            case .put(let item): .put(EncodedRow(item))
            case .delete(let key): .delete(EncodedKey(key))
            case .check(let key): .check(EncodedKey(key))
            }
    }

    var key: EncodedKey {
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
