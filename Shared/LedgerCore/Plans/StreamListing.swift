/// Lists streams by name, as far as they fit some patterns, page by page.
///
///     next pattern ─┬─ it lies before the page ────┐
///        ↑          ├─ read ─┬─ it is read whole ──┤
///        │          │        └─ more of it is left │──→ finish, with the place
///        │          ├─ the page is full ───────────│──→ finish, with the last name
///        │          └─ no pattern is left ─────────│──→ finish
///        └─────────────────────────────────────────┘
///
/// Nothing of a stream that fits no pattern shows, not even in the token. A stream that is being
/// deleted counts against the limit but is left out.
package struct StreamListing: ~Copyable {
    /// The next step of the shell.
    package enum Action: Sendable {
        /// Do this query, then ``StreamListing/receive(_:)``.
        case read(Query)
        /// The streams, and the place of the next page; nil at the end.
        case finish([StreamRow], next: [UInt8]?)
        /// The list could not be read.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was read yet. Next: reading, finished.
        case created
        /// Rows are being read. Next: reading, finished.
        case reading
        /// The answer was given. Next: nothing.
        case finished
    }

    private let limit: Int
    private let after: [UInt8]?
    private var patterns: ArraySlice<StreamPattern>
    private var streams: [StreamRow] = []
    private var state = State.created

    /// A page of at most `limit` streams behind a place.
    ///
    /// The patterns are in the order of their names and none lies within another; nil lists all
    /// streams.
    package init(limit: Int, after: [UInt8]?, covered: [StreamPattern]?) {
        self.limit = limit
        self.after = after
        patterns = (covered ?? [.all])[...]
    }

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("a page is read once") }
        return advance()
    }

    /// Takes the outcome of a ``Action/read(_:)``.
    package mutating func receive(_ found: Result<QueryPage, TableError>) -> Action {
        guard case .reading = state else {
            preconditionFailure("a page came that was not asked for")
        }
        do throws(Refusal) {
            let page = try found.orRefuse()
            streams += try decoded { () throws(TableError) in
                try page.items.map { item throws(TableError) in try StreamRow(item) }
            }
            if let next = page.next { return finish(next: next) }
            return advance()
        } catch {
            state = .finished
            return .fail(error)
        }
    }

    private mutating func advance() -> Action {
        while let pattern = patterns.popFirst() {
            guard !pattern.lies(before: after) else { continue }
            guard streams.count < limit else {
                return finish(next: streams.last.map { Array($0.id.name.utf8) })
            }
            state = .reading
            return .read(
                Query(
                    .streams,
                    from: pattern.lowerBound,
                    through: pattern.upperBound,
                    after: after,
                    limit: limit - streams.count
                )
            )
        }
        return finish(next: nil)
    }

    private mutating func finish(next: [UInt8]?) -> Action {
        state = .finished
        return .finish(streams.filter { $0.state == .active }, next: next)
    }
}

extension StreamPattern {
    /// The first sort key that can fit.
    fileprivate var lowerBound: [UInt8]? { name.isEmpty ? nil : Array(name.utf8) }

    /// An inclusive upper bound of what fits: 0x7F sorts after every character of a name.
    fileprivate var upperBound: [UInt8]? {
        guard !name.isEmpty else { return nil }
        return isPrefix ? Array(name.utf8) + [0x7f] : Array(name.utf8)
    }

    /// True when everything that fits lies at or before this sort key.
    fileprivate func lies(before sortKey: [UInt8]?) -> Bool {
        guard let sortKey, let upperBound else { return false }
        return !sortKey.lexicographicallyPrecedes(upperBound)
    }
}
