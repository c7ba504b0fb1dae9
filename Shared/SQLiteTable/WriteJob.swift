import LedgerCore

/// Something the writer does inside a shared commit.
enum WriteJob: Sendable {
    case write(Write, CheckedContinuation<Result<WriteOutcome, TableError>, Never>)
    case transaction([Write], CheckedContinuation<Result<TransactionOutcome, TableError>, Never>)
    case delete([TableKey], CheckedContinuation<Result<Int, TableError>, Never>)
    case purge(
        before: Int64,
        limit: Int,
        CheckedContinuation<Result<Int, TableError>, Never>
    )

    /// About how much it writes.
    var bytes: Int {
        switch self {
        case .write(let write, _): write.bytes
        case .transaction(let writes, _): writes.reduce(0) { $0 + $1.bytes }
        case .delete(let keys, _): keys.count * 64
        case .purge(_, let limit, _): limit * 64
        }
    }

    /// Answers that it failed.
    func fail(_ error: TableError) {
        switch self {
        case .write(_, let continuation): continuation.resume(returning: .failure(error))
        case .transaction(_, let continuation): continuation.resume(returning: .failure(error))
        case .delete(_, let continuation), .purge(_, _, let continuation):
            continuation.resume(returning: .failure(error))
        }
    }
}

/// What a job came to, to be said once the commit is durable.
enum WriteAnswer: Sendable {
    case write(WriteOutcome)
    case transaction(TransactionOutcome)
    case rows(Int)
    case failure(TableError)

    func send(to job: WriteJob) {
        switch (job, self) {
        case (.write(_, let continuation), .write(let outcome)):
            continuation.resume(returning: .success(outcome))
        case (.transaction(_, let continuation), .transaction(let outcome)):
            continuation.resume(returning: .success(outcome))
        case (.delete(_, let continuation), .rows(let count)),
            (.purge(_, _, let continuation), .rows(let count)):
            continuation.resume(returning: .success(count))
        case (_, .failure(let error)): job.fail(error)
        default: preconditionFailure("an answer of another kind")
        }
    }
}

extension Write {
    var bytes: Int {
        switch operation {
        case .put(let item): item.storedBytes
        case .delete, .check: 64
        }
    }
}

/// Jobs applied in an open transaction.
extension Connection {
    func apply(_ job: WriteJob) throws(SQLiteFailure) -> WriteAnswer {
        switch job {
        case .write(let write, _): return try apply(write)
        case .transaction(let writes, _): return try apply(writes)
        case .delete(let keys, _):
            for key in keys { try delete(key) }
            return .rows(keys.count)
        case .purge(let second, let limit, _):
            return .rows(try purge(before: second, limit: limit))
        }
    }

    private func apply(_ write: Write) throws(SQLiteFailure) -> WriteAnswer {
        if case .put(let item) = write.operation, write.condition == .notExists {
            if try insert(item) { return .write(.applied) }
            return answer(try row(item.key)) { .write(.conditionFailed(current: $0)) }
        }
        switch try obstacle(to: write) {
        case .failure(let error): return .failure(error)
        case .success(.some(let current)): return .write(.conditionFailed(current: current))
        case .success(.none):
            try perform(write)
            return .write(.applied)
        }
    }

    /// Checks all conditions, then does all writes.
    private func apply(_ writes: [Write]) throws(SQLiteFailure) -> WriteAnswer {
        var obstacles: [Int: Item?] = [:]
        for (index, write) in writes.enumerated() {
            switch try obstacle(to: write) {
            case .failure(let error): return .failure(error)
            case .success(.some(let current)): obstacles[index] = .some(current)
            case .success(.none): break
            }
        }
        guard obstacles.isEmpty else { return .transaction(.conditionFailed(obstacles)) }
        for write in writes { try perform(write) }
        return .transaction(.applied)
    }

    /// The row in the way of a write, which may be no row at all; `.none` when nothing is.
    private func obstacle(to write: Write) throws(SQLiteFailure)
        -> Result<Item??, TableError>
    {
        guard let condition = write.condition else { return .success(.none) }
        return try row(write.key).map { current in
            condition.holds(for: current) ? .none : .some(current)
        }
    }

    private func perform(_ write: Write) throws(SQLiteFailure) {
        switch write.operation {
        case .put(let item): try replace(item)
        case .delete(let key): try delete(key)
        case .check: break
        }
    }

    private func answer(
        _ found: Result<Item?, TableError>,
        _ body: (Item?) -> WriteAnswer
    ) -> WriteAnswer {
        switch found {
        case .success(let item): body(item)
        case .failure(let error): .failure(error)
        }
    }
}
