import LedgerCore

/// The one mapping of ``LedgerError`` to HTTP: exhaustive, without a default.
extension ErrorAnswer {
    init(_ error: LedgerError) {
        self =
            switch error {
            case .invalid(let field, let message, let limit): .invalid(field, message, limit)
            case .invalidStreamID(let name): .name("invalid_stream_id", "stream_id", name)
            case .invalidSubscriptionID(let name):
                .name("invalid_subscription_id", "subscription_id", name)
            case .invalidEventKey(let field, let message): .eventKey(field, message)
            case .invalidCursor: .cursor
            case .tooLarge(let field, let limit, let size): .tooLarge(field, limit, size)
            case .inLine(let number, let error): ErrorAnswer(error).inLine(number)
            case .unsupportedMediaType(let message):
                ErrorAnswer(415, "unsupported_media_type", message)
            case .unauthorized(let problem): .unauthorized(problem)
            case .forbidden(let missing): .forbidden(missing)
            case .tooManyRequests:
                ErrorAnswer(429, "too_many_requests", "too many requests; try again in a second")
            case .routeNotFound: .route
            case .methodNotAllowed(let allow): .method(allow.joined(separator: ", "))
            case .streamNotFound(let id): .stream(id)
            case .subscriptionNotFound(let id): .subscription(id)
            case .partitionNotFound(let index): .partition(index)
            case .keyNotFound:
                ErrorAnswer(404, "key_not_found", "the key has no event, or was deleted")
            case .apiKeyNotFound(let id): .apiKey(id)
            case .keysDisabled:
                ErrorAnswer(409, "keys_disabled", "this ledger runs without API keys")
            case .streamAlreadyExists(let id): .streamExists(id)
            case .subscriptionAlreadyExists(let id): .subscriptionExists(id)
            case .offsetConflict(let partition, let actual): .conflict(partition, actual)
            case .cursorSuperseded: .superseded
            case .compactionDisabled(let id): .uncompacted(id)
            case .offsetExpired(let partition, let earliest): .expired(partition, earliest)
            case .offsetOutOfRange(let partition, let next): .outOfRange(partition, next)
            case .positionBeyondTail(let partition, let position, let tail):
                .beyondTail(partition, position, tail)
            case .idempotencyKeyReused: .reused
            case .contention: .contention
            case .outcomeUnknown: .unknown
            case .partialPublish(let outcomes): .partial(outcomes)
            case .partitionBusy(let partition, let refusal): .queue(partition, refusal)
            case .tailUnverified(let partition): .unverified(partition).final
            case .clockSuspect(let doubt): .clock(doubt)
            case .corruptChunk(let stream, let partition, let offset, let detail):
                .corrupt(stream, partition, offset, detail)
            case .unavailable(_, let mayHaveHappened): .unavailable(mayHaveHappened)
            case .closed(_, let mayHaveHappened): .closed(mayHaveHappened).final
            case .throttled: .busy
            case .storageFull(let mayHaveHappened): .full(mayHaveHappened)
            case .internalError(_, let mayHaveHappened): .failed(mayHaveHappened)
            }
    }
}

// MARK: The request is wrong

extension ErrorAnswer {
    private static func invalid(_ field: String, _ message: String, _ limit: Int?) -> ErrorAnswer {
        ErrorAnswer(
            400,
            "validation_error",
            "\(field) \(message)",
            [("field", .text(field))] + (limit.map { [("limit", .number(Int64($0)))] } ?? [])
        )
    }

    private static func name(_ code: String, _ field: String, _ name: String) -> ErrorAnswer {
        ErrorAnswer(
            400,
            code,
            "\(field) must be 1 to \(Limits.nameBytes) letters, digits, '_', '.' or '-' of ASCII, "
                + "the first no '.' or '-'; got \"\(name.excerpt())\"",
            [("field", .text(field)), ("limit", .number(Int64(Limits.nameBytes)))]
        )
    }

    private static func eventKey(_ field: String, _ message: String) -> ErrorAnswer {
        ErrorAnswer(
            400,
            "invalid_event_key",
            "\(field) \(message)",
            [("field", .text(field)), ("limit", .number(Int64(Limits.keyBytes.upperBound)))]
        )
    }

    private static var cursor: ErrorAnswer {
        ErrorAnswer(
            400,
            "invalid_cursor",
            "cursor is malformed or belongs to another stream or subscription; use one that this "
                + "call returned",
            [("field", .text("cursor"))]
        )
    }

    private static func tooLarge(_ field: String, _ limit: Int, _ size: Int?) -> ErrorAnswer {
        ErrorAnswer(
            413,
            "payload_too_large",
            size.map { "\(field) has \($0) bytes, more than \(limit)" }
                ?? "\(field) is larger than \(limit) bytes",
            [("field", .text(field)), ("limit", .number(Int64(limit)))]
                + (size.map { [("size", .number(Int64($0)))] } ?? [])
        )
    }
}

// MARK: The caller may not

extension ErrorAnswer {
    private static func unauthorized(_ problem: LedgerError.KeyProblem) -> ErrorAnswer {
        ErrorAnswer(401, "unauthorized", explanation(problem))
            .with(header: "www-authenticate", "Bearer")
    }

    private static func explanation(_ problem: LedgerError.KeyProblem) -> String {
        switch problem {
        case .missing: "this ledger needs an API key, sent as Authorization: Bearer elk_..."
        case .malformed: "the Authorization header holds no API key: Bearer elk_..."
        case .unknown: "the API key is unknown, or was revoked"
        case .expired: "the API key has expired"
        }
    }

    private static func forbidden(_ missing: String) -> ErrorAnswer {
        ErrorAnswer(
            403,
            "forbidden",
            "the API key lacks the scope \(missing)",
            [("missing_scope", .text(missing))]
        )
    }
}

// MARK: There is no such thing

extension ErrorAnswer {
    private static var route: ErrorAnswer {
        ErrorAnswer(404, "not_found", "no such route; GET /openapi.json lists all of them")
    }

    private static func method(_ allow: String) -> ErrorAnswer {
        ErrorAnswer(405, "method_not_allowed", "this route takes \(allow)")
            .with(header: "allow", allow)
    }

    private static func apiKey(_ id: String) -> ErrorAnswer {
        ErrorAnswer(
            404,
            "api_key_not_found",
            "there is no API key \"\(id.excerpt())\"",
            [("key_id", .text(id.excerpt()))]
        )
    }

    private static func stream(_ id: StreamID) -> ErrorAnswer {
        ErrorAnswer(
            404,
            "stream_not_found",
            "there is no stream \(id)",
            [("stream_id", .text(id.name))]
        )
    }

    private static func subscription(_ id: SubscriptionID) -> ErrorAnswer {
        ErrorAnswer(
            404,
            "subscription_not_found",
            "there is no subscription \(id) on this stream",
            [("subscription_id", .text(id.name))]
        )
    }

    private static func partition(_ index: Int64) -> ErrorAnswer {
        ErrorAnswer(
            404,
            "partition_not_found",
            "the stream has no partition \(index)",
            [("partition", .number(index))]
        )
    }
}

// MARK: It does not fit the present state

extension ErrorAnswer {
    private static func streamExists(_ id: StreamID) -> ErrorAnswer {
        ErrorAnswer(
            409,
            "stream_already_exists",
            "there is a stream \(id) already",
            [("stream_id", .text(id.name))]
        )
    }

    private static func subscriptionExists(_ id: SubscriptionID) -> ErrorAnswer {
        ErrorAnswer(
            409,
            "subscription_already_exists",
            "there is a subscription \(id) already",
            [("subscription_id", .text(id.name))]
        )
    }

    private static func conflict(_ partition: Partition, _ actual: Offset) -> ErrorAnswer {
        ErrorAnswer(
            409,
            "offset_conflict",
            "the next offset of partition \(partition.index) is \(actual.rawValue); nothing was "
                + "stored",
            [
                ("partition", .number(Int64(partition.index))),
                ("next_offset", .number(actual.rawValue)),
            ]
        )
    }

    private static func beyondTail(
        _ partition: Partition,
        _ position: Offset,
        _ tail: Offset
    ) -> ErrorAnswer {
        ErrorAnswer(
            409,
            "position_beyond_tail",
            "the position \(position.rawValue) lies beyond the end of partition "
                + "\(partition.index), which is \(tail.rawValue): events are missing that were there "
                + "when it was made, as after an older copy was restored; nothing was passed over or "
                + "changed. Seek the subscription, or read from an offset",
            [
                ("partition", .number(Int64(partition.index))),
                ("position", .number(position.rawValue)),
                ("next_offset", .number(tail.rawValue)),
            ]
        )
    }

    private static var superseded: ErrorAnswer {
        ErrorAnswer(
            409,
            "cursor_superseded",
            "the subscription was moved by a seek since this cursor; poll again without one"
        )
    }

    private static func uncompacted(_ id: StreamID) -> ErrorAnswer {
        ErrorAnswer(409, "compaction_disabled", "stream \(id) was created without compaction")
    }

    private static func expired(_ partition: Partition, _ earliest: Offset) -> ErrorAnswer {
        ErrorAnswer(
            410,
            "offset_expired",
            "the events at this position of partition \(partition.index) have expired; seek the "
                + "subscription, or read from \(earliest.rawValue)",
            [
                ("partition", .number(Int64(partition.index))),
                ("earliest_offset", .number(earliest.rawValue)),
            ]
        )
    }

    private static func outOfRange(_ partition: Partition, _ next: Offset) -> ErrorAnswer {
        ErrorAnswer(
            416,
            "offset_out_of_range",
            "partition \(partition.index) ends at \(next.rawValue)",
            [
                ("partition", .number(Int64(partition.index))),
                ("next_offset", .number(next.rawValue)),
            ]
        )
    }

    private static var reused: ErrorAnswer {
        ErrorAnswer(
            422,
            "idempotency_key_reused",
            "this Idempotency-Key was used with another body in the last "
                + "\(Limits.idempotencyHours) hours; nothing was stored"
        )
    }
}

// MARK: The ledger can't

extension ErrorAnswer {
    private static var contention: ErrorAnswer {
        ErrorAnswer(
            503,
            "unavailable",
            "others changed the same thing at the same time; nothing was changed, try again"
        )
    }

    private static var unknown: ErrorAnswer {
        ErrorAnswer(
            503,
            "outcome_unknown",
            "the events may or may not be stored; a retry with the same Idempotency-Key is safe, "
                + "one without may store them twice"
        )
    }

    private static func partial(_ outcomes: [LedgerError.PartitionOutcome]) -> ErrorAnswer {
        ErrorAnswer(
            503,
            "partial_publish",
            "some partitions' events may be stored; details.partitions says which. A retry with "
                + "the same Idempotency-Key stores only the missing ones",
            [("partitions", .partitions(outcomes))]
        )
    }

    private static func unverified(_ partition: Partition) -> ErrorAnswer {
        ErrorAnswer(
            503,
            "tail_unverified",
            "the end of partition \(partition.index) can't be verified, because no sweep ran for "
                + "two days; nothing was stored. When you know that nothing newer was published, "
                + "\(Endpoint.acceptTail.name) takes it as it is",
            [("partition", .number(Int64(partition.index)))]
        )
    }

    private static func clock(_ doubt: ClockTrust.Doubt) -> ErrorAnswer {
        let rest = (doubt.rest + 999) / 1000
        return ErrorAnswer(
            503,
            "clock_suspect",
            "the clock of the ledger's machine is \(doubt.lead / 3_600_000) hours ahead of all times "
                + "that the ledger has seen, so nothing is stamped by it; nothing was stored. If it is "
                + "right, \(Endpoint.acceptClock.name) says so, else it is believed when it has stood for "
                + "\(rest) seconds more",
            [("ahead_seconds", .number(doubt.lead / 1000)), ("believed_in_seconds", .number(rest))]
        ).retrying(after: rest)
    }

    private static func corrupt(
        _ stream: StreamID,
        _ partition: Partition,
        _ offset: Offset,
        _ detail: String
    ) -> ErrorAnswer {
        ErrorAnswer(
            500,
            "corrupt_chunk",
            "stream \(stream), partition \(partition.index), offset \(offset.rawValue): the stored "
                + "chunk is damaged: \(detail)",
            [
                ("stream_id", .text(stream.name)),
                ("partition", .number(Int64(partition.index))),
                ("offset", .number(offset.rawValue)),
            ]
        )
    }

    private static func unavailable(_ mayHaveHappened: Bool) -> ErrorAnswer {
        ErrorAnswer(
            503,
            "unavailable",
            mayHaveHappened
                ? "the table did not answer; the change may have been made"
                : "the table is not available; nothing was changed"
        )
    }

    private static func closed(_ mayHaveHappened: Bool) -> ErrorAnswer {
        ErrorAnswer(
            503,
            "unavailable",
            "the ledger takes no changes until its process is restarted, its log says why; "
                + (mayHaveHappened ? "the change may have been made" : "nothing was changed")
        )
    }

    private static func queue(
        _ partition: Partition,
        _ refusal: LedgerError.QueueRefusal
    ) -> ErrorAnswer {
        let reason =
            switch refusal {
            case .overdue: "the events waited for their turn until the deadline"
            case .full: "too much waits for its turn already"
            }
        return ErrorAnswer(
            503,
            "unavailable",
            "partition \(partition.index) is busy: \(reason). The events were never "
                + "sent; try again",
            [("partition", .number(Int64(partition.index)))]
        )
    }

    private static var busy: ErrorAnswer {
        ErrorAnswer(503, "unavailable", "the table is busy; nothing was changed, try again")
    }

    private static func full(_ mayHaveHappened: Bool) -> ErrorAnswer {
        ErrorAnswer(
            503,
            "storage_full",
            mayHaveHappened
                ? "the disk is full; the change may have been made"
                : "the disk is full; nothing was changed"
        )
    }

    private static func failed(_ mayHaveHappened: Bool) -> ErrorAnswer {
        ErrorAnswer(
            500,
            "internal_error",
            mayHaveHappened
                ? "the ledger failed; the change may have been made. Its log says more"
                : "the ledger failed; nothing was changed. Its log says more"
        )
    }
}
