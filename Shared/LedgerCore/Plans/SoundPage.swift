/// Reads a page of rows of which a damaged one hides itself only, and not its neighbours.
///
///     start ─→ read ─┬─ a page ──────────────────────────────→ finish
///                ↑   ├─ damage among several rows ─→ half as many ─┐
///                └───│─────────────────────────────────────────────┘
///                    ├─ damage of the one row ─→ pass ────────→ finish, with no rows
///                    └─ anything else ────────────────────────→ fail
package struct SoundPage: ~Copyable {
    /// The next step of the shell.
    package enum Action: Hashable, Sendable {
        /// Read this page, then ``SoundPage/receive(_:)``.
        case read(Query)
        /// Tell of the row that can't be read, then ``SoundPage/passed()``.
        case pass(TableKey, TableError)
        /// The page; the next one begins behind the row that was passed by.
        case finish(QueryPage)
        /// Nothing can be read.
        case fail(TableError)
    }

    private enum State: Sendable {
        /// Nothing was begun. Next: reading.
        case idle(Query)
        /// A page is being read. Next: reading (a shorter one), passing, finished.
        case reading(Query)
        /// A row is told of. Next: finished.
        case passing(TableKey)
        case finished
    }

    private typealias Step = Transition<State, Action>

    private var state: State

    /// A page of what `query` asks for, or of fewer rows.
    package init(of query: Query) {
        state = .idle(query)
    }

    /// Begins with the whole page.
    package mutating func start() -> Action {
        guard case .idle(let query) = state else { preconditionFailure("a page is read once") }
        return take((.reading(query), .read(query)))
    }

    /// Takes the outcome of a ``Action/read(_:)``.
    package mutating func receive(_ found: Result<QueryPage, TableError>) -> Action {
        guard case .reading(var query) = state else { preconditionFailure("nothing is read") }
        switch found {
        case .success(let page): return take((.finished, .finish(page)))
        case .failure(let error) where error.reason != .corrupt:
            return take((.finished, .fail(error)))
        case .failure where query.limit > 1:
            query.limit /= 2
            return take((.reading(query), .read(query)))
        case .failure(let error):
            guard let row = error.row, row.group == query.group else {
                return take((.finished, .fail(error)))
            }
            return take((.passing(row), .pass(row, error)))
        }
    }

    /// Goes on behind the row that was told of.
    package mutating func passed() -> Action {
        guard case .passing(let row) = state else { preconditionFailure("no row is passed by") }
        return take((.finished, .finish(QueryPage(items: [], next: row.sortKey))))
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }
}
