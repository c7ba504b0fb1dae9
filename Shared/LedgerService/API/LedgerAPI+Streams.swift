import LedgerCore
import RawJSON

extension LedgerAPI {
    func createStream(
        _ request: APIRequest,
        _ caller: Caller
    ) async throws(LedgerError) -> APIResponse {
        _ = try QueryParameters(request.query, allowed: [])
        var name: String?
        var settings = StreamSettings()
        try RequestBody.members(of: request) { field, reader throws(FieldError) in
            switch field {
            case "stream_id": name = try reader.text(field)
            case "partition_count":
                settings.partitionCount = try reader.integer(field, within: Limits.partitions)
            case "retention_hours": settings.retentionHours = try reader.retention(field)
            case "compaction": settings.compaction = try reader.flag(field)
            default: return false
            }
            return true
        }
        guard let name else { throw .invalid(field: "stream_id", message: "is missing") }
        guard let id = StreamID(name) else { throw .invalidStreamID(name) }
        try caller.require(.action(.admin, id))
        let description = try await ledger.createStream(id, settings)
        return .json(status: 201) { $0.stream(description) }
    }

    func listStreams(
        _ request: APIRequest,
        _ caller: Caller
    ) async throws(LedgerError) -> APIResponse {
        let query = try QueryParameters(request.query, allowed: ["limit", "next"])
        let after = try PageToken.after(query.text("next"), of: .streams)
        let page = try await ledger.listStreams(
            limit: try query.limit(),
            after: after,
            covered: caller.coverage
        )
        return .json { writer in
            writer.beginObject()
            writer.key("streams")
            writer.beginArray()
            for stream in page.streams {
                writer.beginObject()
                writer.members(of: stream)
                writer.endObject()
            }
            writer.endArray()
            writer.next(page.next.map { PageToken(kind: .streams, sortKey: $0) })
            writer.endObject()
        }
    }

    func stream(
        _ id: StreamID,
        _ method: String,
        _ request: APIRequest
    )
        async throws(LedgerError) -> APIResponse
    {
        _ = try QueryParameters(request.query, allowed: [])
        switch method {
        case "DELETE":
            try await ledger.deleteStream(id)
            return .success
        case "PATCH": return try await updateStream(id, request)
        default:
            let description = try await ledger.describeStream(id)
            return .json { $0.stream(description) }
        }
    }

    private func updateStream(
        _ id: StreamID,
        _ request: APIRequest
    ) async throws(LedgerError)
        -> APIResponse
    {
        var retention: Int??
        try RequestBody.members(of: request) { field, reader throws(FieldError) in
            switch field {
            case "retention_hours": retention = .some(try reader.retention(field))
            case "partition_count", "compaction":
                throw .invalid(field, "is fixed when the stream is created")
            default: return false
            }
            return true
        }
        guard let retention else {
            throw .invalid(field: "retention_hours", message: "is missing: nothing to change")
        }
        let description = try await ledger.updateStream(id, retentionHours: retention)
        return .json { $0.stream(description) }
    }
}

extension JSONReader {
    /// An integer of a range.
    mutating func integer(
        _ field: String,
        within range: ClosedRange<Int>
    ) throws(FieldError)
        -> Int
    {
        let value = try integer(field)
        guard let number = Int(exactly: value), range.contains(number) else {
            let isBelow = value < Int64(range.lowerBound)
            throw .invalid(
                field,
                "must be \(range.lowerBound) to \(range.upperBound)",
                limit: isBelow ? range.lowerBound : range.upperBound
            )
        }
        return number
    }

    /// Hours, or null for ever.
    mutating func retention(_ field: String) throws(FieldError) -> Int? {
        guard try nextKind() == .null else {
            return try integer(field, within: Limits.retentionHours)
        }
        try read { reader throws(JSONError) in try reader.null() }
        return nil
    }
}

extension JSONWriter {
    fileprivate mutating func stream(_ description: StreamDescription) {
        beginObject()
        members(of: description.stream)
        key("partitions")
        beginArray()
        for state in description.partitions {
            beginObject()
            key("partition")
            integer(state.partition.index)
            key("earliest_offset")
            integer(state.earliest.rawValue)
            key("next_offset")
            integer(state.next.rawValue)
            if let compacted = state.compactedUpTo {
                key("compacted_up_to")
                integer(compacted.rawValue)
            }
            endObject()
        }
        endArray()
        endObject()
    }

    fileprivate mutating func members(of stream: StreamRow) {
        key("stream_id")
        string(stream.id.name)
        key("partition_count")
        integer(stream.partitionCount)
        key("retention_hours")
        if let hours = stream.retentionHours { integer(hours) } else { null() }
        key("compaction")
        boolean(stream.compaction)
        key("created_at")
        string(RFC3339.text(stream.created))
    }

    /// The token of the next page, absent at the end.
    mutating func next(_ token: PageToken?) {
        guard let token else { return }
        key("next")
        string(token.encoded)
    }
}
