import LedgerCore

/// A thread that reads, with its own connection.
///
/// `@unchecked Sendable`: everything but the queue is touched by its thread only, and after that
/// has ended by the thread that closes.
final class Reader: @unchecked Sendable {
    private let rows: RowReader
    private let queue: Monitor<ReadQueue>

    init(_ connection: Connection, queue: Monitor<ReadQueue>) throws(SQLiteFailure) {
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
        case .row(let key, let answer):
            answer.resume(returning: result { () throws(RowFailure) in try rows.row(key) })
        case .page(let query, let answer):
            answer.resume(returning: result { () throws(RowFailure) in try rows.page(query) })
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
