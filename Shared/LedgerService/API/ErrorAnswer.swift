import LedgerCore
import RawJSON

/// The one mapping of ``LedgerError`` to HTTP.
struct ErrorAnswer {
    let status: Int
    let code: String
    let message: String
    private(set) var details: [(name: StaticString, value: Detail)] = []
    private(set) var headers: [(name: String, value: String)] = []

    /// A member of `details`.
    enum Detail {
        case text(String)
        case number(Int64)
        case partitions([LedgerError.PartitionOutcome])
    }

    init(_ error: LedgerError) {
        switch error {
        case .invalid, .invalidStreamID, .invalidSubscriptionID, .invalidEventKey, .invalidCursor,
            .tooLarge, .unsupportedMediaType:
            self = Self.malformed(error)
        case .routeNotFound, .methodNotAllowed, .streamNotFound, .subscriptionNotFound,
            .partitionNotFound, .keyNotFound:
            self = Self.absent(error)
        case .streamAlreadyExists, .subscriptionAlreadyExists, .offsetConflict, .cursorSuperseded,
            .compactionDisabled, .offsetExpired, .offsetOutOfRange, .idempotencyKeyReused:
            self = Self.conflict(error)
        case .contention, .outcomeUnknown, .partialPublish, .tailUnverified, .corruptChunk,
            .unavailable, .throttled, .storageFull, .internalError:
            self = Self.failure(error)
        }
        if status >= 500 || status == 429 { headers.append(("retry-after", "1")) }
    }

    private init(
        _ status: Int,
        _ code: String,
        _ message: String,
        _ details: [(name: StaticString, value: Detail)] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
    }

    private static func malformed(_ error: LedgerError) -> ErrorAnswer {
        switch error {
        case .invalid(let field, let message, let limit):
            ErrorAnswer(
                400,
                "validation_error",
                "\(field) \(message)",
                [("field", .text(field))] + (limit.map { [("limit", .number(Int64($0)))] } ?? [])
            )
        case .invalidStreamID(let name):
            ErrorAnswer(
                400,
                "invalid_stream_id",
                nameRule("stream_id", name),
                [("field", .text("stream_id")), ("limit", .number(Int64(Limits.nameBytes)))]
            )
        case .invalidSubscriptionID(let name):
            ErrorAnswer(
                400,
                "invalid_subscription_id",
                nameRule("subscription_id", name),
                [("field", .text("subscription_id")), ("limit", .number(Int64(Limits.nameBytes)))]
            )
        case .invalidEventKey(let field, let message):
            ErrorAnswer(
                400,
                "invalid_event_key",
                "\(field) \(message)",
                [
                    ("field", .text(field)),
                    ("limit", .number(Int64(Limits.keyBytes.upperBound))),
                ]
            )
        case .invalidCursor:
            ErrorAnswer(
                400,
                "invalid_cursor",
                "cursor is malformed or belongs to another subscription; use one that a poll of "
                    + "this subscription returned",
                [("field", .text("cursor"))]
            )
        case .tooLarge(let field, let limit):
            ErrorAnswer(
                413,
                "payload_too_large",
                "\(field) is larger than \(limit) bytes",
                [("field", .text(field)), ("limit", .number(Int64(limit)))]
            )
        case .unsupportedMediaType(let message):
            ErrorAnswer(415, "unsupported_media_type", message)
        default: ErrorAnswer(500, "internal_error", "unmapped")
        }
    }

    private static func nameRule(_ field: String, _ name: String) -> String {
        "\(field) must start with a letter, followed by letters, digits, '.', '_' or '-', "
            + "\(Limits.nameBytes) at most; got \"\(name.prefix(80))\""
    }

    private static func absent(_ error: LedgerError) -> ErrorAnswer {
        switch error {
        case .routeNotFound:
            ErrorAnswer(404, "not_found", "no such route; GET /openapi.json lists all of them")
        case .methodNotAllowed(let allow):
            ErrorAnswer(
                405,
                "method_not_allowed",
                "this route takes \(allow.joined(separator: ", "))"
            ).with(header: "allow", allow.joined(separator: ", "))
        case .streamNotFound(let id):
            ErrorAnswer(
                404,
                "stream_not_found",
                "there is no stream \(id)",
                [("stream_id", .text(id.name))]
            )
        case .subscriptionNotFound(let id):
            ErrorAnswer(
                404,
                "subscription_not_found",
                "there is no subscription \(id) on this stream",
                [("subscription_id", .text(id.name))]
            )
        case .partitionNotFound(let index):
            ErrorAnswer(
                404,
                "partition_not_found",
                "the stream has no partition \(index)",
                [("partition", .number(index))]
            )
        case .keyNotFound:
            ErrorAnswer(404, "key_not_found", "the key has no event, or was deleted")
        default: ErrorAnswer(500, "internal_error", "unmapped")
        }
    }

    private static func conflict(_ error: LedgerError) -> ErrorAnswer {
        switch error {
        case .streamAlreadyExists(let id):
            ErrorAnswer(
                409,
                "stream_already_exists",
                "there is a stream \(id) already",
                [("stream_id", .text(id.name))]
            )
        case .subscriptionAlreadyExists(let id):
            ErrorAnswer(
                409,
                "subscription_already_exists",
                "there is a subscription \(id) already",
                [("subscription_id", .text(id.name))]
            )
        case .offsetConflict(let partition, let actual):
            ErrorAnswer(
                409,
                "offset_conflict",
                "the next offset of partition \(partition.index) is \(actual.rawValue); nothing "
                    + "was stored",
                [
                    ("partition", .number(Int64(partition.index))),
                    ("next_offset", .number(actual.rawValue)),
                ]
            )
        case .cursorSuperseded:
            ErrorAnswer(
                409,
                "cursor_superseded",
                "the subscription was moved by a seek since this cursor; poll again without one"
            )
        case .compactionDisabled(let id):
            ErrorAnswer(
                409,
                "compaction_disabled",
                "stream \(id) was created without compaction"
            )
        case .offsetExpired(let partition, let earliest):
            ErrorAnswer(
                410,
                "offset_expired",
                "the events at this position of partition \(partition.index) have expired; seek "
                    + "the subscription, or read from \(earliest.rawValue)",
                [
                    ("partition", .number(Int64(partition.index))),
                    ("earliest_offset", .number(earliest.rawValue)),
                ]
            )
        case .offsetOutOfRange(let partition, let next):
            ErrorAnswer(
                416,
                "offset_out_of_range",
                "partition \(partition.index) ends at \(next.rawValue)",
                [
                    ("partition", .number(Int64(partition.index))),
                    ("next_offset", .number(next.rawValue)),
                ]
            )
        case .idempotencyKeyReused:
            ErrorAnswer(
                422,
                "idempotency_key_reused",
                "this Idempotency-Key was used with another body in the last "
                    + "\(Limits.idempotencyHours) hours; nothing was stored"
            )
        default: ErrorAnswer(500, "internal_error", "unmapped")
        }
    }

    private static func failure(_ error: LedgerError) -> ErrorAnswer {
        switch error {
        case .contention:
            ErrorAnswer(
                503,
                "unavailable",
                "others changed the same thing at the same time; nothing was changed, try again"
            )
        case .outcomeUnknown:
            ErrorAnswer(
                503,
                "outcome_unknown",
                "the events may or may not be stored; a retry with the same Idempotency-Key is "
                    + "safe, one without may store them twice"
            )
        case .partialPublish(let outcomes):
            ErrorAnswer(
                503,
                "partial_publish",
                "some partitions' events are stored and others' are not; a retry with the same "
                    + "Idempotency-Key stores only the missing ones",
                [("partitions", .partitions(outcomes))]
            )
        case .tailUnverified(let partition):
            ErrorAnswer(
                503,
                "tail_unverified",
                "the end of partition \(partition.index) can't be verified, because no sweep ran "
                    + "for two days; nothing was stored. When you know that nothing newer was "
                    + "published, POST /streams/{stream}/accept-tail takes it as it is",
                [("partition", .number(Int64(partition.index)))]
            )
        case .corruptChunk(let stream, let partition, let offset, let detail):
            ErrorAnswer(
                500,
                "corrupt_chunk",
                "stream \(stream), partition \(partition.index), offset \(offset.rawValue): the "
                    + "stored chunk is damaged: \(detail)",
                [
                    ("stream_id", .text(stream.name)),
                    ("partition", .number(Int64(partition.index))),
                    ("offset", .number(offset.rawValue)),
                ]
            )
        case .unavailable(_, let mayHaveHappened):
            ErrorAnswer(
                503,
                "unavailable",
                mayHaveHappened
                    ? "the table did not answer; the change may have been made"
                    : "the table is not available; nothing was changed"
            )
        case .throttled:
            ErrorAnswer(503, "unavailable", "the table is busy; nothing was changed, try again")
        case .storageFull:
            ErrorAnswer(503, "storage_full", "the disk is full; nothing was changed")
        default: ErrorAnswer(500, "internal_error", "the ledger failed; its log says more")
        }
    }

    private func with(header name: String, _ value: String) -> ErrorAnswer {
        var answer = self
        answer.headers.append((name, value))
        return answer
    }

    /// The answer.
    func response(route: String?) -> APIResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.string(code)
        writer.key("message")
        writer.string(message)
        writer.key("details")
        writer.beginObject()
        for detail in details {
            writer.key(detail.name)
            detail.value.write(to: &writer)
        }
        writer.endObject()
        writer.endObject()
        return APIResponse(
            status: status,
            headers: [("content-type", "application/json")] + headers,
            body: writer.bytes,
            route: route
        )
    }
}

extension ErrorAnswer.Detail {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.string(text)
        case .number(let number): writer.integer(number)
        case .partitions(let outcomes):
            writer.beginArray()
            for outcome in outcomes { outcome.write(to: &writer) }
            writer.endArray()
        }
    }
}

extension LedgerError.PartitionOutcome {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("partition")
        writer.integer(partition.index)
        writer.key("state")
        switch state {
        case .notStored: writer.string("not_stored")
        case .unknown: writer.string("unknown")
        case .stored(let range):
            writer.string("stored")
            writer.key("first_offset")
            writer.integer(range.first.rawValue)
            writer.key("last_offset")
            writer.integer(range.end.rawValue - 1)
        }
        writer.endObject()
    }
}
