import APISuite
import LedgerCore
import LedgerTesting
import Testing

extension Provocation {
    private static let event = "{\"key\":\"k\",\"type\":\"t\",\"data\":1}"

    /// What the request alone decides.
    static let requests: [Provocation] = [
        request("validation_error", "GET", "/streams?limit=0"),
        request("invalid_stream_id", "GET", "/streams/.x"),
        request(
            "invalid_subscription_id",
            "POST",
            "/streams/s/subscriptions",
            "{\"subscription_id\":\".x\"}"
        ),
        request(
            "invalid_event_key",
            "POST",
            "/streams/s/events",
            "{\"key\":\"\",\"type\":\"t\",\"data\":1}"
        ),
        request("invalid_cursor", "GET", "/streams/s/subscriptions/u/poll?cursor=x"),
        request("not_found", "GET", "/nowhere"),
        request("stream_not_found", "GET", "/streams/none"),
        request("subscription_not_found", "GET", "/streams/s/subscriptions/none"),
        request("partition_not_found", "GET", "/streams/s/events?partition=7"),
        request("key_not_found", "GET", "/streams/s/compacted/none"),
        request("method_not_allowed", "PUT", "/streams"),
        request("stream_already_exists", "POST", "/streams", "{\"stream_id\":\"s\"}"),
        request(
            "subscription_already_exists",
            "POST",
            "/streams/s/subscriptions",
            "{\"subscription_id\":\"u\"}"
        ),
        request(
            "offset_conflict",
            "POST",
            "/streams/s/events",
            "{\"expected_offset\":3,\"events\":[\(event)]}"
        ),
        request("offset_out_of_range", "GET", "/streams/s/events?from=1"),
        request(
            "payload_too_large",
            "POST",
            "/streams/s/events",
            "{\"key\":\"k\",\"type\":\"t\",\"data\":\"\(String(repeating: "x", count: 300_000))\"}"
        ),
        request(
            "unsupported_media_type",
            "POST",
            "/streams/s/events",
            event,
            headers: [("content-type", "text/plain")]
        ),
    ]

    /// What the ledger's state decides.
    static let states: [Provocation] = [
        Provocation(code: "cursor_superseded") { client in
            let cursor = try await client.poll().answer.cursor
            let seek = "/streams/s/subscriptions/u/seek"
            _ = try await client.call("POST", seek, "{\"to\":\"earliest\"}")
            return try await client.poll("cursor=\(cursor)")
        },
        Provocation(code: "position_beyond_tail") { client in
            let text = try await client.call("GET", "/streams/s/events").answer.cursor
            let cursor = try #require(ReadCursor.decode(text))
            let beyond = ReadCursor(
                stream: cursor.stream,
                first: cursor.first,
                offsets: [try #require(Offset(50))]
            )
            return try await client.call("GET", "/streams/s/events?cursor=\(beyond.encoded)")
        },
        Provocation(code: "compaction_disabled") { client in
            let body = "{\"stream_id\":\"plain\",\"compaction\":false}"
            _ = try await client.call("POST", "/streams", body)
            return try await client.call("GET", "/streams/plain/compacted")
        },
        Provocation(code: "offset_expired") { client in
            try await client.publish()
            client.stage.clock.advance(hours: 2)
            return try await client.poll()
        },
        Provocation(code: "idempotency_key_reused") { client in
            let key = [(name: "idempotency-key", value: "once")]
            let other = "{\"key\":\"other\",\"type\":\"t\",\"data\":1}"
            _ = try await client.call("POST", "/streams/s/events", event, headers: key)
            return try await client.call("POST", "/streams/s/events", other, headers: key)
        },
    ]
}
