import LedgerCore

/// The codes of the API's errors, as clients know them.
enum ErrorCode: String, CaseIterable {
    case validationError = "validation_error"
    case invalidStreamID = "invalid_stream_id"
    case invalidSubscriptionID = "invalid_subscription_id"
    case invalidEventKey = "invalid_event_key"
    case invalidCursor = "invalid_cursor"
    case unauthorized
    case forbidden
    case notFound = "not_found"
    case streamNotFound = "stream_not_found"
    case subscriptionNotFound = "subscription_not_found"
    case partitionNotFound = "partition_not_found"
    case keyNotFound = "key_not_found"
    case apiKeyNotFound = "api_key_not_found"
    case methodNotAllowed = "method_not_allowed"
    case keysDisabled = "keys_disabled"
    case streamAlreadyExists = "stream_already_exists"
    case subscriptionAlreadyExists = "subscription_already_exists"
    case offsetConflict = "offset_conflict"
    case cursorSuperseded = "cursor_superseded"
    case leaseLost = "lease_lost"
    case partitionLeased = "partition_leased"
    case tooManyMembers = "too_many_members"
    case wrongDeliveryMode = "wrong_delivery_mode"
    case webhookURLRefused = "webhook_url_refused"
    case webhookNotFound = "webhook_not_found"
    case tooManyWebhooks = "too_many_webhooks"
    case invalidLease = "invalid_lease"
    case notOpen = "not_open"
    case parkedNotFound = "parked_not_found"
    case replaying
    case compactionDisabled = "compaction_disabled"
    case positionBeyondTail = "position_beyond_tail"
    case offsetExpired = "offset_expired"
    case payloadTooLarge = "payload_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case offsetOutOfRange = "offset_out_of_range"
    case idempotencyKeyReused = "idempotency_key_reused"
    case tooManyRequests = "too_many_requests"
    case internalError = "internal_error"
    case corruptChunk = "corrupt_chunk"
    case unavailable
    case outcomeUnknown = "outcome_unknown"
    case partialPublish = "partial_publish"
    case tailUnverified = "tail_unverified"
    case clockSuspect = "clock_suspect"
    case storageFull = "storage_full"

    /// The HTTP status that goes with it, whatever the call.
    var status: Int {
        switch self {
        case .validationError, .invalidStreamID, .invalidSubscriptionID, .invalidEventKey,
            .invalidCursor, .invalidLease, .webhookURLRefused:
            400
        case .unauthorized: 401
        case .forbidden: 403
        case .notFound, .streamNotFound, .subscriptionNotFound, .partitionNotFound, .keyNotFound,
            .apiKeyNotFound, .parkedNotFound, .webhookNotFound:
            404
        case .methodNotAllowed: 405
        case .keysDisabled, .streamAlreadyExists, .subscriptionAlreadyExists, .offsetConflict,
            .cursorSuperseded, .leaseLost, .partitionLeased, .tooManyMembers,
            .tooManyWebhooks, .wrongDeliveryMode, .notOpen, .replaying, .compactionDisabled,
            .positionBeyondTail:
            409
        case .offsetExpired: 410
        case .payloadTooLarge: 413
        case .unsupportedMediaType: 415
        case .offsetOutOfRange: 416
        case .idempotencyKeyReused: 422
        case .tooManyRequests: 429
        case .internalError, .corruptChunk: 500
        case .unavailable, .outcomeUnknown, .partialPublish, .tailUnverified, .clockSuspect,
            .storageFull:
            503
        }
    }
}

/// The one mapping of ``LedgerError`` to HTTP: exhaustive, without a default.
extension ErrorAnswer {
    init(_ error: LedgerError) {
        switch error {
        // The request is wrong
        case .invalid(let field, let message, let limit):
            self.init(
                .validationError,
                message: "\(field) \(message)",
                details: .field(field),
                limit.map(Detail.limit)
            )
        case .malformed(let field, let error):
            self.init(
                .validationError,
                message: "\(field) is not as it should be: \(error)",
                details: .field(field)
            )
        case .invalidStreamID(let name):
            self.init(.invalidStreamID, ofName: name, in: "stream_id")
        case .invalidSubscriptionID(let name):
            self.init(.invalidSubscriptionID, ofName: name, in: "subscription_id")
        case .invalidEventKey(let field, let message):
            let most = Limits.keyBytes.upperBound
            self.init(
                .invalidEventKey,
                message: "\(field) \(message)",
                details: .field(field),
                .limit(most)
            )
        case .invalidCursor:
            self.init(
                .invalidCursor,
                message: """
                    cursor is malformed or belongs to another stream or subscription; use one that \
                    this call returned
                    """,
                details: .field("cursor")
            )
        case .tooLarge(let field, let limit, let size):
            self.init(
                .payloadTooLarge,
                message: size.map { "\(field) has \($0) bytes, more than \(limit)" }
                    ?? "\(field) is larger than \(limit) bytes",
                details: .field(field),
                .limit(limit),
                size.map { .number("size", is: Int64($0)) }
            )
        case .inLine(let number, let error): self = ErrorAnswer(error).inLine(number)
        case .unsupportedMediaType(let message): self.init(.unsupportedMediaType, message: message)

        // The caller may not
        case .unauthorized(let problem):
            self.init(.unauthorized, message: problem.explanation)
            headers.append(("www-authenticate", "Bearer"))
        case .forbidden(let scope):
            self.init(
                .forbidden,
                message: "the API key lacks the scope \(scope)",
                details: .text("missing_scope", is: scope)
            )
        case .tooManyRequests:
            self.init(.tooManyRequests, message: "too many requests; try again in a second")

        // There is no such thing
        case .routeNotFound:
            self.init(.notFound, message: "no such route; GET /openapi.json lists all of them")
        case .methodNotAllowed(let methods):
            let allow = methods.joined(separator: ", ")
            self.init(.methodNotAllowed, message: "this route takes \(allow)")
            headers.append(("allow", allow))
        case .streamNotFound(let id):
            self.init(.streamNotFound, message: "there is no stream \(id)", details: .stream(id))
        case .subscriptionNotFound(let id):
            self.init(
                .subscriptionNotFound,
                message: "there is no subscription \(id) on this stream",
                details: .subscription(id)
            )
        case .partitionNotFound(let index):
            self.init(
                .partitionNotFound,
                message: "the stream has no partition \(index)",
                details: .number("partition", is: index)
            )
        case .keyNotFound: self.init(.keyNotFound, message: "the key has no event, or was deleted")
        case .apiKeyNotFound(let text):
            let id = text.excerpt()
            self.init(
                .apiKeyNotFound,
                message: "there is no API key \"\(id)\"",
                details: .text("key_id", is: id)
            )

        // It does not fit the present state
        case .keysDisabled: self.init(.keysDisabled, message: "this ledger runs without API keys")
        case .streamAlreadyExists(let id):
            self.init(
                .streamAlreadyExists,
                message: "there is a stream \(id) already",
                details: .stream(id)
            )
        case .subscriptionAlreadyExists(let id):
            self.init(
                .subscriptionAlreadyExists,
                message: "there is a subscription \(id) already",
                details: .subscription(id)
            )
        case .offsetConflict(let partition, let actual):
            self.init(
                .offsetConflict,
                message: """
                    the next offset of partition \(partition.index) is \(actual.rawValue); nothing was \
                    stored
                    """,
                details: .partition(partition),
                .offset("next_offset", is: actual)
            )
        case .cursorSuperseded:
            self.init(
                .cursorSuperseded,
                message: """
                    the subscription was moved since this cursor or lease was given; poll again \
                    without one, or receive anew
                    """
            )
        case .leaseLost(let lost, let committed):
            self.init(
                .leaseLost,
                message: """
                    other members have taken partitions of this cursor over, and details.lost says \
                    which: nothing of them was changed. Those in details.committed are committed
                    """,
                details: .numbers("lost", of: lost),
                .numbers("committed", of: committed)
            )
        case .partitionLeased(let partition, let owner):
            self.init(
                .partitionLeased,
                message: """
                    member \(owner) of the subscription's group holds partition \(partition.index): \
                    nothing of it was changed. The cursor's other partitions may be committed
                    """,
                details: .partition(partition),
                .text("member", is: owner.name)
            )
        case .tooManyMembers:
            self.init(
                .tooManyMembers,
                message: """
                    the group has \(Limits.members) members; one must leave, or its session end
                    """,
                details: .limit(Limits.members)
            )
        case .wrongDeliveryMode(let id):
            self.init(
                .wrongDeliveryMode,
                message: """
                    subscription \(id) acknowledges its events in the other way: with mode events \
                    use receive and ack, else poll, commit and members
                    """,
                details: .subscription(id)
            )
        case .webhookRefused(let problem):
            self.init(
                .webhookURLRefused,
                message: "webhook.url \(problem.message)",
                details: .field("webhook.url")
            )
        case .tooManyWebhooks:
            self.init(
                .tooManyWebhooks,
                message: "the ledger has \(Limits.webhooks) webhooks; one must be removed before",
                details: .limit(Limits.webhooks)
            )
        case .webhookNotFound(let id):
            self.init(
                .webhookNotFound,
                message: "subscription \(id) has no webhook",
                details: .subscription(id)
            )
        case .invalidLease:
            self.init(
                .invalidLease,
                message: """
                    the lease is malformed or belongs to another subscription; use one that receive \
                    returned
                    """,
                details: .field("lease")
            )
        case .eventNotOpen(let partition, let offset):
            self.init(
                .notOpen,
                message: """
                    offset \(offset.rawValue) of partition \(partition.index) is finished, parked, or \
                    was not handed out yet: nothing was parked
                    """,
                details: .partition(partition),
                .offset("offset", is: offset)
            )
        case .parkedNotFound(let partition, let offset):
            self.init(
                .parkedNotFound,
                message: """
                    no event is parked at offset \(offset.rawValue) of partition \(partition.index)
                    """,
                details: .partition(partition),
                .offset("offset", is: offset)
            )
        case .replaying(let partition, let offset):
            self.init(
                .replaying,
                message: """
                    offset \(offset.rawValue) of partition \(partition.index) is being delivered \
                    again; acknowledge it instead
                    """,
                details: .partition(partition),
                .offset("offset", is: offset)
            )
        case .compactionDisabled(let id):
            self.init(.compactionDisabled, message: "stream \(id) was created without compaction")
        case .offsetExpired(let partition, let earliest):
            self.init(
                .offsetExpired,
                message: """
                    the events at this position of partition \(partition.index) have expired; seek the \
                    subscription, or read from \(earliest.rawValue)
                    """,
                details: .partition(partition),
                .offset("earliest_offset", is: earliest)
            )
        case .offsetOutOfRange(let partition, let next):
            self.init(
                .offsetOutOfRange,
                message: "partition \(partition.index) ends at \(next.rawValue)",
                details: .partition(partition),
                .offset("next_offset", is: next)
            )
        case .positionBeyondTail(let partition, let position, let tail):
            self.init(
                .positionBeyondTail,
                message: """
                    the position \(position.rawValue) lies beyond the end of partition \
                    \(partition.index), which is \(tail.rawValue): events are missing that were there \
                    when it was made, as after an older copy was restored; nothing was passed over or \
                    changed. Seek the subscription, or read from an offset
                    """,
                details: .partition(partition),
                .offset("position", is: position),
                .offset("next_offset", is: tail)
            )
        case .idempotencyKeyReused:
            self.init(
                .idempotencyKeyReused,
                message: """
                    this Idempotency-Key was used with another body in the last \
                    \(Limits.idempotencyAge.wholeHours) hours; nothing was stored
                    """
            )
        case .contention:
            self.init(
                .unavailable,
                message:
                    "others changed the same thing at the same time; nothing was changed, try again"
            )

        // The ledger can't
        case .outcomeUnknown:
            self.init(
                .outcomeUnknown,
                message: """
                    the events may or may not be stored; a retry with the same Idempotency-Key is \
                    safe, one without may store them twice
                    """
            )
        case .partialPublish(let outcomes):
            self.init(
                .partialPublish,
                message: """
                    some partitions' events may be stored; details.partitions says which. A retry with \
                    the same Idempotency-Key stores only the missing ones
                    """,
                details: .partitions(outcomes)
            )
        case .partitionBusy(let partition, let refusal):
            self.init(
                .unavailable,
                message: """
                    partition \(partition.index) is busy: \(refusal.explanation). The events were never \
                    sent; try again
                    """,
                details: .partition(partition)
            )
        case .tailUnverified(let partition):
            self.init(
                .tailUnverified,
                message: """
                    the end of partition \(partition.index) can't be verified, because no sweep ran for \
                    two days; nothing was stored. When you know that nothing newer was published, \
                    \(Endpoint.acceptTail.name) takes it as it is
                    """,
                details: .partition(partition)
            )
            retry(after: nil)
        case .clockSuspect(let doubt):
            let rest = (doubt.rest + .milliseconds(999)).wholeSeconds
            self.init(
                .clockSuspect,
                message: """
                    the clock of the ledger's machine is \(doubt.lead.wholeHours) hours ahead of all \
                    times that the ledger has seen, so nothing is stamped by it; nothing was stored. If \
                    it is right, \(Endpoint.acceptClock.name) says so, else it is believed when it has \
                    stood for \(rest) seconds more
                    """,
                details: .number("ahead_seconds", is: doubt.lead.wholeSeconds),
                .number("believed_in_seconds", is: rest)
            )
            retry(after: .seconds(max(rest, 1)))
        case .corruptChunk(let stream, let partition, let offset, let detail):
            self.init(
                .corruptChunk,
                message: """
                    stream \(stream), partition \(partition.index), offset \(offset.rawValue): the \
                    stored chunk is damaged: \(detail)
                    """,
                details: .stream(stream),
                .partition(partition),
                .offset("offset", is: offset)
            )
        case .unavailable(_, let mayHaveHappened):
            self.init(
                .unavailable,
                message: mayHaveHappened
                    ? "the table did not answer; the change may have been made"
                    : "the table is not available; nothing was changed"
            )
        case .closed(_, let mayHaveHappened):
            self.init(
                .unavailable,
                message: """
                    the ledger takes no changes until its process is restarted, its log says why; \
                    \(Self.consequence(mayHaveHappened))
                    """
            )
            retry(after: nil)
        case .throttled:
            self.init(.unavailable, message: "the table is busy; nothing was changed, try again")
        case .storageFull(let mayHaveHappened):
            self.init(
                .storageFull,
                message: "the disk is full; \(Self.consequence(mayHaveHappened))"
            )
        case .internalError(_, let mayHaveHappened):
            self.init(
                .internalError,
                message:
                    "the ledger failed; \(Self.consequence(mayHaveHappened)). Its log says more"
            )
        }
    }

    private init(_ code: ErrorCode, ofName name: String, in field: String) {
        self.init(
            code,
            message: """
                \(field) must be 1 to \(Limits.nameBytes) letters, digits, '_', '.' or '-' of ASCII, \
                the first no '.' or '-'; got "\(name.excerpt())"
                """,
            details: .field(field),
            .limit(Limits.nameBytes)
        )
    }

    private static func consequence(_ mayHaveHappened: Bool) -> String {
        mayHaveHappened ? "the change may have been made" : "nothing was changed"
    }
}

extension LedgerError.KeyProblem {
    fileprivate var explanation: String {
        switch self {
        case .missing: "this ledger needs an API key, sent as Authorization: Bearer elk_..."
        case .malformed: "the Authorization header holds no API key: Bearer elk_..."
        case .unknown: "the API key is unknown, or was revoked"
        case .expired: "the API key has expired"
        }
    }
}

extension LedgerError.QueueRefusal {
    fileprivate var explanation: String {
        switch self {
        case .overdue: "the events waited for their turn until the deadline"
        case .full: "too much waits for its turn already"
        }
    }
}
