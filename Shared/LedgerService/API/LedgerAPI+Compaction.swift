import LedgerCore
import RawJSON

extension LedgerAPI {
    /// The list, or with `?key=` one entry.
    func compacted(_ id: StreamID, _ request: APIRequest) async throws(LedgerError) -> APIResponse {
        let query = try QueryParameters(request.query, allowed: ["limit", "next", "key"])
        if let key = query.text("key") {
            guard query.text("limit") == nil, query.text("next") == nil else {
                throw .invalid(field: "key", message: "does not go with limit or next")
            }
            guard let key = EventKey(utf8: Array(key.utf8)) else {
                throw .invalidEventKey(
                    field: "key",
                    message: "must be 1 to \(Limits.keyBytes.upperBound) bytes of UTF-8"
                )
            }
            return try await compactedEntry(id, key)
        }
        let token = try PageToken.decoded(query.text("next"), of: .compacted)
        let (entries, next) = try await ledger.compacted(
            id,
            limit: try query.limit(),
            after: token.map { ($0.partition.index, $0.sortKey) }
        )
        return .json(capacity: entries.count * 256 + 64) { writer in
            var events = EventWriter(id)
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

    func compacted(
        _ id: StreamID,
        _ key: EventKey,
        _ request: APIRequest
    )
        async throws(LedgerError) -> APIResponse
    {
        _ = try QueryParameters(request.query, allowed: [])
        return try await compactedEntry(id, key)
    }

    private func compactedEntry(
        _ id: StreamID,
        _ key: EventKey
    ) async throws(LedgerError)
        -> APIResponse
    {
        let entry = try await ledger.compacted(id, key: key)
        return .json { writer in
            var events = EventWriter(id)
            events.write(entry, to: &writer)
        }
    }

    func compact(_ id: StreamID, _ request: APIRequest) async throws(LedgerError) -> APIResponse {
        try refuseContent(request)
        let folded = try await ledger.compact(id)
        return .json { $0.folded(folded) }
    }

    func acceptTail(
        _ id: StreamID,
        _ request: APIRequest
    ) async throws(LedgerError)
        -> APIResponse
    {
        try refuseContent(request)
        let accepted = try await ledger.acceptTails(of: id)
        return .json { $0.folded(accepted.partitions, isCompacted: accepted.isCompacted) }
    }

    /// The operator's word that the clock is right.
    func acceptClock(_ request: APIRequest) async throws(LedgerError) -> APIResponse {
        try refuseContent(request)
        let now = try await ledger.acceptClock()
        return .json { writer in
            writer.beginObject()
            writer.key("accepted")
            writer.string(RFC3339.text(now))
            writer.endObject()
        }
    }

    /// These calls take no parameters, and no body but an empty object.
    private func refuseContent(_ request: APIRequest) throws(LedgerError) {
        _ = try QueryParameters(request.query, allowed: [])
        guard !request.body.isEmpty else { return }
        try RequestBody.members(of: request) { _, _ in false }
    }
}

extension JSONWriter {
    fileprivate mutating func folded(_ partitions: [(Partition, Offset)], isCompacted: Bool = true)
    {
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
