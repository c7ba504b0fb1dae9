import LedgerCore
import RawJSON

extension LedgerAPI {
    /// The list, or with `?key=` one entry.
    static func listCompacted(_ call: Call) async throws(LedgerError) -> APIResponse {
        let query = call.query
        if query.text("key") != nil, query.text("limit") != nil || query.text("next") != nil {
            throw .invalid(field: "key", message: "does not go with limit or next")
        }
        if let key = try query.key() { return try await entry(of: key, for: call) }
        let token = try query.next(of: .compacted)
        let (entries, next) = try await call.ledger.compacted(
            call.stream,
            limit: try query.limit(),
            after: token.map { ($0.partition.index, $0.sortKey) }
        )
        return .json(capacity: entries.count * 256 + 64) { writer in
            var events = EventWriter(call.stream)
            writer.beginObject()
            writer.key("events")
            writer.beginArray()
            for entry in entries { events.write(entry, to: &writer) }
            writer.endArray()
            writer.next(
                next.map {
                    PageToken(
                        kind: .compacted,
                        partition: Partition($0.partition),
                        sortKey: $0.key
                    )
                }
            )
            writer.endObject()
        }
    }

    static func getCompacted(_ call: Call) async throws(LedgerError) -> APIResponse {
        try await entry(of: call.key, for: call)
    }

    private static func entry(
        of key: EventKey,
        for call: Call
    ) async throws(LedgerError) -> APIResponse {
        let entry = try await call.ledger.compacted(call.stream, key: key)
        return .json { writer in
            var events = EventWriter(call.stream)
            events.write(entry, to: &writer)
        }
    }

    static func compactStream(_ call: Call) async throws(LedgerError) -> APIResponse {
        try call.refuseContent()
        let folded = try await call.ledger.compact(call.stream)
        return .json { $0.folded(folded) }
    }

    static func acceptTail(_ call: Call) async throws(LedgerError) -> APIResponse {
        try call.refuseContent()
        let accepted = try await call.ledger.acceptTails(of: call.stream)
        return .json { $0.folded(accepted.partitions, isCompacted: accepted.isCompacted) }
    }
}

extension JSONWriter {
    /// Up to where each partition is folded, where that is of use to anybody.
    fileprivate mutating func folded(
        _ partitions: [(Partition, Offset)],
        isCompacted: Bool = true
    ) {
        beginObject()
        key("partitions")
        beginArray()
        for (partition, offset) in partitions {
            beginObject()
            key("partition")
            integer(partition.index)
            if isCompacted {
                key("compacted_up_to")
                integer(offset.rawValue)
            }
            endObject()
        }
        endArray()
        endObject()
    }
}
