import LedgerCore

/// Threads that read, each with a connection of its own.
final class Readers: Sendable {
    enum Job: Sendable {
        case get(TableKey, CheckedContinuation<Result<Item?, TableError>, Never>)
        case query(Query, CheckedContinuation<Result<QueryPage, TableError>, Never>)
    }

    private struct State {
        var jobs: [Job] = []
        var next = 0
        var isClosed = false
    }

    private let state = Monitor(State())

    func submit(_ job: Job) {
        let isClosed = state.withLock { $0.isClosed }
        guard !isClosed else { return Self.fail(job, SQLiteTable.closed) }
        state.change { $0.jobs.append(job) }
    }

    /// Lets the threads end once everything submitted is done.
    func close() {
        state.changeForAll { $0.isClosed = true }
    }

    /// The body of one thread.
    func run(_ connection: Connection) {
        while let job = nextJob() {
            do throws(SQLiteFailure) {
                switch job {
                case .get(let key, let continuation):
                    continuation.resume(returning: try connection.row(key))
                case .query(let query, let continuation):
                    continuation.resume(returning: try connection.page(query))
                }
            } catch {
                Self.fail(job, error.tableError(.definite))
            }
        }
        connection.close()
    }

    private func nextJob() -> Job? {
        state.wait { state -> Job?? in
            guard state.next < state.jobs.count else { return state.isClosed ? .some(nil) : nil }
            defer {
                state.next += 1
                if state.next == state.jobs.count {
                    state.jobs.removeAll(keepingCapacity: true)
                    state.next = 0
                }
            }
            return .some(state.jobs[state.next])
        }
    }

    private static func fail(_ job: Job, _ error: TableError) {
        switch job {
        case .get(_, let continuation): continuation.resume(returning: .failure(error))
        case .query(_, let continuation): continuation.resume(returning: .failure(error))
        }
    }
}
