extension LimitCase {
    /// Against the rules in other ways.
    static let malformed: [LimitCase] = [
        LimitCase(method: "POST", target: events, body: "", status: 400),
        LimitCase(method: "POST", target: events, body: "{", status: 400),
        LimitCase(method: "POST", target: events, body: "nonsense", status: 400),
        LimitCase(method: "POST", target: events, body: "[]", status: 400, field: "events"),
        LimitCase(
            method: "POST",
            target: events,
            body: "{}",
            status: 400,
            error: "invalid_event_key"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: "{\"events\":[]}",
            status: 400,
            field: "events"
        ),
        LimitCase(method: "POST", target: events, body: event() + "x", status: 400),
        LimitCase(method: "POST", target: events, body: "\u{feff}" + event(), status: 400),
        LimitCase(
            method: "POST",
            target: events,
            body: event(key: "\\ud800"),
            status: 400,
            error: "invalid_event_key"
        ),
        LimitCase(method: "POST", target: events, body: event(data: "\"\\ud800\""), status: 200),
        LimitCase(
            method: "POST",
            target: events,
            body: event(rest: ",\"extra\":1"),
            status: 400,
            field: "extra"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: "[\(event(rest: ",\"extra\":1"))]",
            status: 400,
            field: "events[0].extra"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(rest: ",\"key\":\"b\""),
            status: 400,
            field: "key"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(rest: ",\"events\":[]"),
            status: 400,
            field: "events"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: "{\"key\":\"k\",\"type\":\"t\"}",
            status: 400,
            field: "data"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-encoding": "br"],
            status: 415
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-encoding": "gzip"],
            status: 400,
            field: "body"
        ),
        LimitCase(
            method: "POST",
            target: "\(events)?nope=1",
            body: event(),
            status: 400,
            field: "nope"
        ),
        LimitCase(
            method: "POST",
            target: "\(events)?ack=summary&ack=summary",
            body: event(),
            status: 400,
            field: "ack"
        ),
        LimitCase(method: "GET", target: "/streams/$none", status: 404, error: "stream_not_found"),
        LimitCase(
            method: "GET",
            target: "/streams/$/subscriptions/none",
            status: 404,
            error: "subscription_not_found"
        ),
        LimitCase(
            method: "PATCH",
            target: "/streams/$",
            body: "{}",
            status: 400,
            field: "retention_hours"
        ),
        LimitCase(
            method: "PATCH",
            target: "/streams/$",
            body: "{\"partition_count\":2}",
            status: 400,
            field: "partition_count"
        ),
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions",
            body: "{\"subscription_id\":\"x\",\"start_from\":\"now\"}",
            status: 400,
            field: "start_from"
        ),
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions",
            body: "{\"subscription_id\":\"x\",\"start_from\":{\"offsets\":{\"5\":0}}}",
            status: 404,
            error: "partition_not_found"
        ),
        filter("{}", field: "filter"),
        filter("[]", field: "filter"),
        filter("{\"types\":[]}", field: "filter.types"),
        filter("{\"types\":null}", field: "filter.types"),
        filter("{\"keys\":[\"\"]}", field: "filter.keys[0]"),
        filter("{\"types\":[\"a\",1]}", field: "filter.types[1]"),
        filter("{\"type\":[\"a\"]}", field: "type"),
        filter("{\"keys\":[\(list(of: 17))]}", field: "filter.keys"),
        filter("{\"keys\":[\(list(of: 16))],\"types\":[\"\(long(255))*\"]}", status: 201),
        filter("{\"types\":[\"\(long(256))\"]}", field: "filter.types[0]"),
        LimitCase(
            method: "PATCH",
            target: "/streams/$/subscriptions/u",
            body: "{}",
            status: 400,
            field: "filter"
        ),
        LimitCase(
            method: "PATCH",
            target: "/streams/$/subscriptions/u",
            body: "{\"start_from\":\"earliest\"}",
            status: 400,
            field: "start_from"
        ),
        LimitCase(
            method: "PATCH",
            target: "/streams/$/subscriptions/none",
            body: "{\"filter\":null}",
            status: 404,
            error: "subscription_not_found"
        ),
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions",
            body: "{\"subscription_id\":\"u\"}",
            status: 409,
            error: "subscription_already_exists"
        ),
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions/u/commit",
            body: "{}",
            status: 400,
            field: "cursor"
        ),
        LimitCase(method: "GET", target: "/health", status: 200),
        LimitCase(method: "GET", target: "/openapi.json", status: 200),
    ]

    /// Requests that no route takes.
    static let unrouted: [LimitCase] = [
        LimitCase(method: "PUT", target: events, status: 405, error: "method_not_allowed"),
        LimitCase(method: "GET", target: "/nowhere", status: 404, error: "not_found"),
        LimitCase(method: "GET", target: "/", status: 404, error: "not_found"),
        LimitCase(method: "OPTIONS", target: events, status: 405, error: "method_not_allowed"),
        LimitCase(method: "PURGE", target: "/health", status: 405, error: "method_not_allowed"),
    ]
}

extension LimitCase {
    /// A subscription with this filter, which is refused unless another status is named.
    private static func filter(_ json: String, field: String? = nil, status: Int = 400) -> LimitCase
    {
        LimitCase(
            method: "POST",
            target: "/streams/$/subscriptions",
            body: "{\"subscription_id\":\"filtered\",\"filter\":\(json)}",
            status: status,
            field: field
        )
    }

    private static func list(of count: Int) -> String {
        (0..<count).map { "\"k\($0)*\"" }.joined(separator: ",")
    }

    private static func long(_ count: Int) -> String { String(repeating: "t", count: count) }
}
