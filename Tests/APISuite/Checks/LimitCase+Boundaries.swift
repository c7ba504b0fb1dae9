extension LimitCase {
    /// At the limit, and one beyond.
    static let boundaries: [LimitCase] = [
        LimitCase(method: "POST", target: events, body: event(key: text(512)), status: 200),
        LimitCase(
            method: "POST",
            target: events,
            body: event(key: text(513)),
            status: 400,
            error: "invalid_event_key",
            field: "key"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(key: ""),
            status: 400,
            error: "invalid_event_key",
            field: "key"
        ),
        LimitCase(method: "POST", target: events, body: event(rest: headers(32)), status: 200),
        LimitCase(
            method: "POST",
            target: events,
            body: event(rest: headers(33)),
            status: 400,
            field: "headers"
        ),
        LimitCase(method: "POST", target: events, body: event(data: nested(128)), status: 200),
        LimitCase(
            method: "POST",
            target: events,
            body: event(data: nested(129)),
            status: 400,
            field: "data"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(data: nested(100_000)),
            status: 400,
            field: "data"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(data: "\"\(text(262_144 - 4))\""),
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(data: "\"\(text(262_144 - 3))\""),
            status: 413,
            error: "payload_too_large",
            field: "event"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: "[\(Array(repeating: event(), count: 10_000).joined(separator: ","))]",
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: "[\(Array(repeating: event(), count: 10_001).joined(separator: ","))]",
            status: 400,
            field: "events"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(data: "\"\(text(4 * 1024 * 1024))\""),
            status: 413,
            error: "payload_too_large",
            field: "body"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["idempotency-key": text(255)],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["idempotency-key": text(256)],
            status: 400,
            field: "Idempotency-Key"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["idempotency-key": ""],
            status: 400,
            field: "Idempotency-Key"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$p1\",\"partition_count\":100}",
            status: 201
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$p2\",\"partition_count\":101}",
            status: 400,
            field: "partition_count"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$p2\",\"partition_count\":0}",
            status: 400,
            field: "partition_count"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$p3\",\"partition_count\":3.0}",
            status: 201
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$p4\",\"partition_count\":3.5}",
            status: 400,
            field: "partition_count"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$p4\",\"partition_count\":\"3\"}",
            status: 400,
            field: "partition_count"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$r1\",\"retention_hours\":87600}",
            status: 201
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$r2\",\"retention_hours\":87601}",
            status: 400,
            field: "retention_hours"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$o\",\"retention_hours\":1.0000001}",
            status: 400,
            field: "retention_hours"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$o\",\"retention_hours\":87600.00000000000000001}",
            status: 400,
            field: "retention_hours"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$o\",\"retention_hours\":0}",
            status: 400,
            field: "retention_hours"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$o\",\"partition_count\":100.00000000000000000001}",
            status: 400,
            field: "partition_count"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$o\",\"partition_count\":18446744073709551619}",
            status: 400,
            field: "partition_count"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$\"}",
            status: 409,
            error: "stream_already_exists"
        ),
        LimitCase(method: "GET", target: "\(events)?limit=1000", status: 200),
        LimitCase(method: "GET", target: "\(events)?limit=1001", status: 400, field: "limit"),
        LimitCase(method: "GET", target: "\(events)?limit=0", status: 400, field: "limit"),
        LimitCase(method: "GET", target: "\(events)?limit=+1", status: 400, field: "limit"),
        LimitCase(method: "GET", target: "\(events)?limit=1e2", status: 400, field: "limit"),
        LimitCase(
            method: "GET",
            target: "\(events)?limit=18446744073709551617",
            status: 400,
            field: "limit"
        ),
        LimitCase(
            method: "GET",
            target: "\(events)?from=9223372036854775808",
            status: 400,
            field: "from"
        ),
        LimitCase(
            method: "GET",
            target: "\(events)?from=9223372036854775807",
            status: 416,
            error: "offset_out_of_range"
        ),
        LimitCase(
            method: "GET",
            target: "\(events)?partition=1",
            status: 404,
            error: "partition_not_found"
        ),
        LimitCase(method: "GET", target: "/streams/$/subscriptions/u/poll?wait=0.25", status: 200),
        LimitCase(
            method: "GET",
            target: "/streams/$/subscriptions/u/poll?wait=20.001",
            status: 400,
            field: "wait"
        ),
        LimitCase(
            method: "GET",
            target: "/streams/$/subscriptions/u/poll?wait=20.0000000000000000001",
            status: 400,
            field: "wait"
        ),
        LimitCase(
            method: "GET",
            target: "/streams/$/subscriptions/u/poll?wait=0.00000000000000000001",
            status: 200
        ),
        LimitCase(
            method: "GET",
            target: "/streams/$/subscriptions/u/poll?wait=-1",
            status: 400,
            field: "wait"
        ),
    ]
}
