import LedgerCore
import RawJSON

extension LedgerAPI {
    func read(_ id: StreamID, _ request: APIRequest) async throws(LedgerError) -> APIResponse {
        let query = try QueryParameters(
            request.query,
            allowed: ["partition", "from", "last", "cursor", "key", "type", "wait", "limit"]
        )
        let filter = EventFilter(key: try key(query), type: try type(query))
        let found = try await ledger.read(
            id,
            as: ReadRequest(
                partition: try query.number("partition"),
                filter: filter,
                from: try origin(query),
                limit: try query.limit(),
                wait: try query.wait()
            )
        )
        return .json(capacity: found.page.estimatedBytes) { writer in
            var events = EventWriter(found.stream.id)
            writer.beginObject()
            writer.key("events")
            events.write(found.page, to: &writer)
            if let next = found.nextOffset {
                writer.key("next_offset")
                writer.integer(next.rawValue)
            }
            writer.key("cursor")
            writer.string(found.cursor.encoded)
            if filter != nil {
                writer.key("scanned")
                writer.integer(found.page.scanned)
            }
            writer.key("caught_up")
            writer.boolean(found.page.caughtUp)
            writer.endObject()
        }
    }

    // MARK: Filter

    private func key(_ query: QueryParameters) throws(LedgerError) -> EventKey? {
        guard let text = query.text("key") else { return nil }
        guard let key = EventKey(utf8: Array(text.utf8)) else {
            throw .invalidEventKey(
                field: "key",
                message: "must be 1 to \(Limits.keyBytes.upperBound) bytes of UTF-8"
            )
        }
        return key
    }

    private func type(_ query: QueryParameters) throws(LedgerError) -> TypePattern? {
        guard let text = query.text("type") else { return nil }
        guard let pattern = TypePattern(utf8: Array(text.utf8)) else {
            throw .invalid(
                field: "type",
                message: "must be a type, or the beginning of one and a *, "
                    + "\(Limits.typeBytes.upperBound) bytes at most",
                limit: Limits.typeBytes.upperBound
            )
        }
        return pattern
    }

    // MARK: Origin

    private func origin(_ query: QueryParameters) throws(LedgerError) -> ReadOrigin {
        let given = ["from", "last", "cursor"].filter { query.text($0) != nil }
        guard given.count < 2 else {
            throw .invalid(field: given[1], message: "does not go with \(given[0])")
        }
        if let last = try last(query) { return .last(last) }
        if let cursor = query.text("cursor") { return .cursor(cursor) }
        switch query.text("from") {
        case nil, "earliest": return .earliest
        case "latest": return .latest
        case let text?: return try beginning(text)
        }
    }

    private func last(_ query: QueryParameters) throws(LedgerError) -> Int? {
        guard let number = try query.number("last") else { return nil }
        guard let last = Int(exactly: number), Limits.pageEntries.contains(last) else {
            throw .invalid(
                field: "last",
                message: "must be 1 to \(Limits.pageEntries.upperBound)",
                limit: Limits.pageEntries.upperBound
            )
        }
        return last
    }

    private func beginning(_ text: String) throws(LedgerError) -> ReadOrigin {
        if let moment = RFC3339.parse(text) { return .timestamp(moment) }
        guard let offset = QueryParameters.digits(text).flatMap({ Offset($0) }) else {
            throw .invalid(
                field: "from",
                message: "must be an offset below 2^63, earliest, latest or an RFC 3339 time"
            )
        }
        return .offset(offset)
    }
}

extension EventPage {
    /// About how many bytes the page is as JSON.
    var estimatedBytes: Int { bytes + events.count * 160 + 512 }
}
