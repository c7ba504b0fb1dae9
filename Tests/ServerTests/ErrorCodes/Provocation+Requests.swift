import APISuite
import LedgerCore
import LedgerTesting
import Testing

extension Provocation {
    private static let event = JSONBody.event()

    /// The codes that depend on the request alone.
    static let requests: [Provocation] = [
        request("validation_error", method: "GET", target: "/streams?limit=0"),
        request("invalid_stream_id", method: "GET", target: "/streams/.x"),
        request(
            "invalid_subscription_id",
            method: "POST",
            target: "/streams/s/subscriptions",
            body: "{\"subscription_id\":\".x\"}"
        ),
        request(
            "invalid_event_key",
            method: "POST",
            target: "/streams/s/events",
            body: JSONBody.event(key: "")
        ),
        request(
            "invalid_cursor",
            method: "GET",
            target: "/streams/s/subscriptions/u/poll?cursor=x"
        ),
        request(
            "wrong_delivery_mode",
            method: "POST",
            target: "/streams/s/subscriptions/u/receive",
            body: "{}"
        ),
        request(
            "parked_not_found",
            method: "GET",
            target: "/streams/s/subscriptions/u/parked/0/5"
        ),
        // The subscription is at the log's end.
        request(
            "not_open",
            method: "POST",
            target: "/streams/s/subscriptions/u/parked",
            body: "{\"partition\":0,\"offset\":0,\"reason\":\"x\"}"
        ),
        request(
            "webhook_url_refused",
            method: "POST",
            target: "/streams/s/subscriptions",
            body: "{\"subscription_id\":\"w\",\"webhook\":{\"url\":\"http://example.com/\"}}"
        ),
        request(
            "webhook_not_found",
            method: "POST",
            target: "/streams/s/subscriptions/u/webhook/verify"
        ),
        request("not_found", method: "GET", target: "/nowhere"),
        request("stream_not_found", method: "GET", target: "/streams/none"),
        request("subscription_not_found", method: "GET", target: "/streams/s/subscriptions/none"),
        request("partition_not_found", method: "GET", target: "/streams/s/events?partition=7"),
        request("key_not_found", method: "GET", target: "/streams/s/compacted/none"),
        request("method_not_allowed", method: "PUT", target: "/streams"),
        request(
            "stream_already_exists",
            method: "POST",
            target: "/streams",
            body: JSONBody.stream("s")
        ),
        request(
            "subscription_already_exists",
            method: "POST",
            target: "/streams/s/subscriptions",
            body: "{\"subscription_id\":\"u\"}"
        ),
        request(
            "offset_conflict",
            method: "POST",
            target: "/streams/s/events",
            body: "{\"expected_offset\":3,\"events\":[\(event)]}"
        ),
        request("offset_out_of_range", method: "GET", target: "/streams/s/events?from=1"),
        request(
            "payload_too_large",
            method: "POST",
            target: "/streams/s/events",
            body:
                JSONBody.event(data: "\"\(String(repeating: "x", count: 300_000))\"")
        ),
        request(
            "unsupported_media_type",
            method: "POST",
            target: "/streams/s/events",
            body: event,
            headers: [("content-type", "text/plain")]
        ),
    ]

    /// The codes that depend on the ledger's state.
    static let states: [Provocation] = [
        Provocation(code: "cursor_superseded") { client in
            let cursor = try await client.poll().answer.cursor
            let seek = "/streams/s/subscriptions/u/seek"
            _ = try await client.call("POST", at: seek, sending: "{\"to\":\"earliest\"}")
            return try await client.poll("cursor=\(cursor)")
        },
        Provocation(code: "position_beyond_tail") { client in
            let text = try await client.call("GET", at: "/streams/s/events").answer.cursor
            let cursor = try #require(ReadCursor.decode(text))
            let beyond = ReadCursor(
                stream: cursor.stream,
                first: cursor.first,
                offsets: [try #require(Offset(50))]
            )
            return try await client.call("GET", at: "/streams/s/events?cursor=\(beyond.encoded)")
        },
        Provocation(code: "lease_lost") { client in
            try await client.publish()
            let cursor = try await client.poll("member=a").answer.cursor
            let members = "/streams/s/subscriptions/u/members"
            _ = try await client.call("DELETE", at: "\(members)/a")
            _ = try await client.poll("member=b")
            return try await client.commit(cursor)
        },
        Provocation(code: "partition_leased") { client in
            try await client.publish()
            let cursor = try await client.poll().answer.cursor
            _ = try await client.poll("member=a")
            return try await client.commit(cursor)
        },
        Provocation(code: "too_many_webhooks") { client in
            func subscribe(_ number: Int) async throws -> Exchange {
                let webhook = "{\"url\":\"https://example.com/\"}"
                return try await client.call(
                    "POST",
                    at: "/streams/s/subscriptions",
                    sending: "{\"subscription_id\":\"w\(number)\",\"webhook\":\(webhook)}"
                )
            }
            for number in 0..<Limits.webhooks { _ = try await subscribe(number) }
            return try await subscribe(Limits.webhooks)
        },
        Provocation(code: "too_many_members") { client in
            for number in 0..<Limits.members {
                let path = "/streams/s/subscriptions/u/members/m\(number)/heartbeat"
                _ = try await client.call("POST", at: path, sending: "{}")
            }
            return try await client.poll("member=late")
        },
        Provocation(code: "invalid_lease") { client in
            let delivery = try await client.deliver()
            let body = "{\"lease\":\"x\",\"ack\":\"all\"}"
            return try await client.call("POST", at: "\(delivery)/ack", sending: body)
        },
        Provocation(code: "replaying") { client in
            let delivery = try await client.deliver()
            let page = try await client.call("POST", at: "\(delivery)/receive", sending: "{}")
            let lease = page.answer.json["lease"] as? String ?? ""
            let reject = "{\"lease\":\"\(lease)\",\"reject\":\(JSONBody.places([0]))}"
            _ = try await client.call("POST", at: "\(delivery)/ack", sending: reject)
            let all = "{\"all\":true}"
            _ = try await client.call("POST", at: "\(delivery)/parked/replay", sending: all)
            return try await client.call("DELETE", at: "\(delivery)/parked/0/0")
        },
        Provocation(code: "compaction_disabled") { client in
            let body = "{\"stream_id\":\"plain\",\"compaction\":false}"
            _ = try await client.call("POST", at: "/streams", sending: body)
            return try await client.call("GET", at: "/streams/plain/compacted")
        },
        Provocation(code: "offset_expired") { client in
            try await client.publish()
            client.fixture.clock.advance(by: .hours(2))
            return try await client.poll()
        },
        Provocation(code: "idempotency_key_reused") { client in
            let key = [(name: "idempotency-key", value: "once")]
            let other = JSONBody.event(key: "other")
            _ = try await client.call("POST", at: "/streams/s/events", sending: event, headers: key)
            return try await client.call(
                "POST",
                at: "/streams/s/events",
                sending: other,
                headers: key
            )
        },
    ]
}
