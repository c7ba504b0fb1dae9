import LedgerBytes
import LedgerCore
import RawJSON

extension LedgerAPI {
    static func readEvents(_ call: Call) async throws(LedgerError) -> APIResponse {
        let query = call.query
        let request = ReadRequest(
            partition: try query.number("partition"),
            key: try query.key(),
            type: try type(in: query),
            from: try origin(in: query),
            limit: try query.limit()
        )
        let question = PageQuestion.read(
            call.stream,
            partition: request.partition,
            filter: request.filter,
            limit: request.limit
        )
        return try await call.answer(from: nil, to: question) {
            (cursor, wait) throws(LedgerError) in
            var request = request
            request.wait = wait
            if let cursor { request.origin = .cursor(cursor) }
            let found = try await call.ledger.read(call.stream, as: request)
            return written(found, isFiltered: request.filter != nil)
        }
    }

    private static func written(_ found: LogPage, isFiltered: Bool) -> WrittenPage {
        var writer = JSONWriter(capacity: found.page.estimatedBytes)
        var events = EventWriter(found.stream.id)
        let cursor = found.cursor.encoded
        writer.beginObject()
        writer.key("events")
        events.write(found.page, to: &writer)
        if let next = found.nextOffset {
            writer.key("next_offset")
            writer.integer(next.rawValue)
        }
        writer.key("cursor")
        writer.string(cursor)
        if isFiltered {
            writer.key("scanned")
            writer.integer(found.page.scanned)
        }
        writer.key("caught_up")
        writer.boolean(found.page.caughtUp)
        writer.endObject()
        return WrittenPage(
            json: writer.finish(),
            cursor: cursor,
            isEmpty: found.page.events.isEmpty
        )
    }

    private static func type(in query: QueryParameters) throws(LedgerError) -> TextPattern? {
        guard let text = query.text("type") else { return nil }
        let limit = Limits.typeBytes.upperBound
        guard let pattern = TextPattern(utf8: Array(text.utf8), upTo: limit) else {
            throw .invalid(
                field: "type",
                message: "must be a type, or the beginning of one and a *, "
                    + "\(limit) bytes at most",
                limit: limit
            )
        }
        return pattern
    }

    private static func origin(in query: QueryParameters) throws(LedgerError) -> ReadOrigin {
        let given = ["from", "last", "cursor"].filter { query.text($0) != nil }
        guard given.count < 2 else {
            throw .invalid(field: given[1], message: "does not go with \(given[0])")
        }
        if let last = try query.count("last") { return .last(last) }
        if let cursor = query.text("cursor") { return .cursor(cursor) }
        switch query.text("from") {
        case nil, "earliest": return .earliest
        case "latest": return .latest
        case let text?: return try beginning(at: text)
        }
    }

    private static func beginning(at text: String) throws(LedgerError) -> ReadOrigin {
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

extension LedgerAPI {
    static func readHead(_ call: Call) async throws(LedgerError) -> APIResponse {
        let offset = try call.query.number("at").flatMap { Offset($0) }
        let head = try await call.ledger.head(
            of: call.stream,
            partition: call.partition,
            at: offset
        )
        return .json { writer in
            writer.beginObject()
            writer.key("partition")
            writer.integer(head.partition.index)
            writer.key("next_offset")
            writer.integer(head.next.rawValue)
            writer.key("head")
            writer.string(head.hash.hex)
            writer.endObject()
        }
    }
}
