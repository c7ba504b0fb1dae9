import LedgerCore
import RawJSON

extension LedgerAPI {
    static func createStream(_ call: Call) async throws(LedgerError) -> APIResponse {
        var name: String?
        var settings = StreamSettings()
        try call.readMembers { field, reader throws(LedgerError) in
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
        try call.caller.require(.action(.admin), on: id)
        let description = try await call.ledger.createStream(id, settings)
        return .json(status: 201) { $0.stream(description) }
    }

    static func listStreams(_ call: Call) async throws(LedgerError) -> APIResponse {
        let after = try call.query.next(of: .streams)?.sortKey
        let page = try await call.ledger.listStreams(
            limit: try call.query.limit(),
            after: after,
            covered: call.caller.coverage
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

    static func describeStream(_ call: Call) async throws(LedgerError) -> APIResponse {
        let description = try await call.ledger.describeStream(call.stream)
        return .json { $0.stream(description) }
    }

    static func deleteStream(_ call: Call) async throws(LedgerError) -> APIResponse {
        try await call.ledger.deleteStream(call.stream)
        return .success
    }

    static func updateStream(_ call: Call) async throws(LedgerError) -> APIResponse {
        var retention: Int??
        try call.readMembers { field, reader throws(LedgerError) in
            switch field {
            case "retention_hours": retention = .some(try reader.retention(field))
            case "partition_count", "compaction":
                throw .invalid(field: field, message: "is fixed when the stream is created")
            default: return false
            }
            return true
        }
        guard let retention else {
            throw .invalid(field: "retention_hours", message: "is missing: nothing to change")
        }
        let description = try await call.ledger.updateStream(call.stream, retentionHours: retention)
        return .json { $0.stream(description) }
    }
}

extension JSONReader {
    /// An integer of a range.
    mutating func integer(
        _ field: String,
        within range: ClosedRange<Int>
    ) throws(LedgerError) -> Int {
        let value = try integer(field)
        guard let number = Int(exactly: value), range.contains(number) else {
            let isBelow = value < Int64(range.lowerBound)
            throw .invalid(
                field: field,
                message: "must be \(range.lowerBound) to \(range.upperBound)",
                limit: isBelow ? range.lowerBound : range.upperBound
            )
        }
        return number
    }

    /// Hours, or null for ever.
    mutating func retention(_ field: String) throws(LedgerError) -> Int? {
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
