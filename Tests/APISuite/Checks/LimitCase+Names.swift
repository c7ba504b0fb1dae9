extension LimitCase {
    /// Names of streams and subscriptions, at their limits and against their rule.
    static let names: [LimitCase] = [
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$L\(text(228))\"}",
            status: 201
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$L\(text(229))\"}",
            status: 400,
            error: "invalid_stream_id",
            field: "stream_id"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"1$\"}",
            status: 201
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"_$\"}",
            status: 201
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$.-_9\"}",
            status: 201
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"\"}",
            status: 400,
            error: "invalid_stream_id"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\".$\"}",
            status: 400,
            error: "invalid_stream_id"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"-$\"}",
            status: 400,
            error: "invalid_stream_id"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$ x\"}",
            status: 400,
            error: "invalid_stream_id"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$/x\"}",
            status: 400,
            error: "invalid_stream_id"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$\u{e9}\"}",
            status: 400,
            error: "invalid_stream_id"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$\\u0000\"}",
            status: 400,
            error: "invalid_stream_id"
        ),
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions",
            body: "{\"subscription_id\":\"1\"}",
            status: 201
        ),
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions",
            body: "{\"subscription_id\":\"\(text(249))\"}",
            status: 201
        ),
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions",
            body: "{\"subscription_id\":\"\(text(250))\"}",
            status: 400,
            error: "invalid_subscription_id"
        ),
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions",
            body: "{\"subscription_id\":\".x\"}",
            status: 400,
            error: "invalid_subscription_id"
        ),
        LimitCase(method: "GET", target: "/streams/.x", status: 400, error: "invalid_stream_id"),
    ]

    /// The limits of events' types.
    static let types: [LimitCase] = [
        LimitCase(method: "POST", target: events, body: event(type: text(255)), status: 200),
        LimitCase(method: "POST", target: events, body: event(type: "1"), status: 200),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: "urn:example/order created;v=2"),
            status: 200
        ),
        LimitCase(method: "POST", target: events, body: event(type: "\u{e9}"), status: 200),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: "io.example.Order$Created"),
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: text(256)),
            status: 400,
            field: "type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: text(254) + "\u{e9}"),
            status: 400,
            field: "type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: ""),
            status: 400,
            field: "type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: "a\\tb"),
            status: 400,
            field: "type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: "\\u0000"),
            status: 400,
            field: "type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: "\\u007f"),
            status: 400,
            field: "type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: "\u{7f}"),
            status: 400,
            field: "type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: "\\u0085"),
            status: 400,
            field: "type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: "\u{9f}"),
            status: 400,
            field: "type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(type: "\\ud800"),
            status: 400,
            field: "type"
        ),
    ]
}
