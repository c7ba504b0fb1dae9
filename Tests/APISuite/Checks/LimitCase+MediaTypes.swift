extension LimitCase {
    /// The media types that a body may have, and others.
    static let mediaTypes: [LimitCase] = [
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "application/json; charset=utf-8"],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "Application/JSON"],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "application/cloudevents+json"],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "application/vnd.kafka.json.v2+json ;v=1"],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "text/x+json"],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: "\(event())\n\(event())",
            headers: ["content-type": "application/x-ndjson"],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: "\(event())\n\(event())",
            headers: ["content-type": "application/ndjson"],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: "\(event())\n\(event())",
            headers: ["content-type": "application/jsonl; charset=utf-8"],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: "\(event())\n\(event())",
            headers: ["content-type": "application/x-jsonlines"],
            status: 200
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "application/x-www-form-urlencoded"],
            status: 415,
            error: "unsupported_media_type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "text/plain"],
            status: 415,
            error: "unsupported_media_type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "application/+json"],
            status: 415,
            error: "unsupported_media_type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "+json"],
            status: 415,
            error: "unsupported_media_type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "application/jsonx"],
            status: 415,
            error: "unsupported_media_type"
        ),
        LimitCase(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"$l\"}",
            headers: ["content-type": "application/jsonl"],
            status: 415,
            error: "unsupported_media_type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-encoding": "gzip, gzip"],
            status: 415,
            error: "unsupported_media_type"
        ),
        LimitCase(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-encoding": "Identity"],
            status: 200
        ),
    ]
}
