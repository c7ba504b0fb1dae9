import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@Suite("Limits and malformed requests")
struct LimitTests {
    /// A request, its status, and the error code and field that it must name.
    struct Case: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        var body = ""
        var headers: [String: String] = [:]
        let status: Int
        var error: String?
        var field: String?
        var testDescription: String { "\(method) \(target) \(body.prefix(60)) → \(status)" }
    }

    private static func event(
        key: String = "k",
        type: String = "t",
        data: String = "1",
        rest: String = ""
    ) -> String {
        "{\"key\":\"\(key)\",\"type\":\"\(type)\",\"data\":\(data)\(rest)}"
    }

    private static func headers(_ count: Int) -> String {
        ",\"headers\":{\((0..<count).map { "\"h\($0)\":\"v\"" }.joined(separator: ","))}"
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static let events = "/streams/s/events"

    static let cases: [Case] = [
        // Boundaries: at the limit, and one beyond.
        Case(method: "POST", target: events, body: event(key: text(512)), status: 200),
        Case(
            method: "POST",
            target: events,
            body: event(key: text(513)),
            status: 400,
            error: "invalid_event_key",
            field: "key"
        ),
        Case(
            method: "POST",
            target: events,
            body: event(key: ""),
            status: 400,
            error: "invalid_event_key",
            field: "key"
        ),
        Case(method: "POST", target: events, body: event(type: text(128)), status: 200),
        Case(
            method: "POST",
            target: events,
            body: event(type: text(129)),
            status: 400,
            field: "type"
        ),
        Case(method: "POST", target: events, body: event(type: "1a"), status: 400, field: "type"),
        Case(method: "POST", target: events, body: event(rest: headers(32)), status: 200),
        Case(
            method: "POST",
            target: events,
            body: event(rest: headers(33)),
            status: 400,
            field: "headers"
        ),
        Case(method: "POST", target: events, body: event(data: nested(128)), status: 200),
        Case(
            method: "POST",
            target: events,
            body: event(data: nested(129)),
            status: 400,
            field: "data"
        ),
        Case(
            method: "POST",
            target: events,
            body: event(data: nested(100_000)),
            status: 400,
            field: "data"
        ),
        Case(
            method: "POST",
            target: events,
            body: event(data: "\"\(text(262_144 - 4))\""),
            status: 200
        ),
        Case(
            method: "POST",
            target: events,
            body: event(data: "\"\(text(262_144 - 3))\""),
            status: 413,
            error: "payload_too_large",
            field: "event"
        ),
        Case(
            method: "POST",
            target: events,
            body: "[\(Array(repeating: event(), count: 1000).joined(separator: ","))]",
            status: 200
        ),
        Case(
            method: "POST",
            target: events,
            body: "[\(Array(repeating: event(), count: 1001).joined(separator: ","))]",
            status: 400,
            field: "events"
        ),
        Case(
            method: "POST",
            target: events,
            body: event(data: "\"\(text(4 * 1024 * 1024))\""),
            status: 413,
            error: "payload_too_large",
            field: "body"
        ),
        Case(
            method: "POST",
            target: events,
            body: event(),
            headers: ["idempotency-key": text(255)],
            status: 200
        ),
        Case(
            method: "POST",
            target: events,
            body: event(),
            headers: ["idempotency-key": text(256)],
            status: 400,
            field: "Idempotency-Key"
        ),
        Case(
            method: "POST",
            target: events,
            body: event(),
            headers: ["idempotency-key": ""],
            status: 400,
            field: "Idempotency-Key"
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"a\(text(63))\"}",
            status: 201
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"a\(text(64))\"}",
            status: 400,
            error: "invalid_stream_id",
            field: "stream_id"
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"p1\",\"partition_count\":100}",
            status: 201
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"p2\",\"partition_count\":101}",
            status: 400,
            field: "partition_count"
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"p2\",\"partition_count\":0}",
            status: 400,
            field: "partition_count"
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"p3\",\"partition_count\":3.0}",
            status: 201
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"p4\",\"partition_count\":3.5}",
            status: 400,
            field: "partition_count"
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"p4\",\"partition_count\":\"3\"}",
            status: 400,
            field: "partition_count"
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"r1\",\"retention_hours\":87600}",
            status: 201
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"r2\",\"retention_hours\":87601}",
            status: 400,
            field: "retention_hours"
        ),
        Case(
            method: "POST",
            target: "/streams",
            body: "{\"stream_id\":\"s\"}",
            status: 409,
            error: "stream_already_exists"
        ),
        Case(method: "GET", target: "\(events)?limit=1000", status: 200),
        Case(method: "GET", target: "\(events)?limit=1001", status: 400, field: "limit"),
        Case(method: "GET", target: "\(events)?limit=0", status: 400, field: "limit"),
        Case(method: "GET", target: "\(events)?limit=+1", status: 400, field: "limit"),
        Case(
            method: "GET",
            target: "\(events)?from=9223372036854775808",
            status: 400,
            field: "from"
        ),
        Case(
            method: "GET",
            target: "\(events)?from=9223372036854775807",
            status: 416,
            error: "offset_out_of_range"
        ),
        Case(
            method: "GET",
            target: "\(events)?partition=1",
            status: 404,
            error: "partition_not_found"
        ),
        Case(method: "GET", target: "/streams/s/subscriptions/u/poll?wait=0.25", status: 200),
        Case(
            method: "GET",
            target: "/streams/s/subscriptions/u/poll?wait=20.001",
            status: 400,
            field: "wait"
        ),
        Case(
            method: "GET",
            target: "/streams/s/subscriptions/u/poll?wait=-1",
            status: 400,
            field: "wait"
        ),
        // Malformed.
        Case(method: "POST", target: events, body: "", status: 400),
        Case(method: "POST", target: events, body: "{", status: 400),
        Case(method: "POST", target: events, body: "nonsense", status: 400),
        Case(method: "POST", target: events, body: "[]", status: 400, field: "events"),
        Case(method: "POST", target: events, body: "{}", status: 400, error: "invalid_event_key"),
        Case(method: "POST", target: events, body: "{\"events\":[]}", status: 400, field: "events"),
        Case(method: "POST", target: events, body: event() + "x", status: 400),
        Case(method: "POST", target: events, body: "\u{feff}" + event(), status: 400),
        Case(
            method: "POST",
            target: events,
            body: event(key: "\\ud800"),
            status: 400,
            error: "invalid_event_key"
        ),
        Case(method: "POST", target: events, body: event(data: "\"\\ud800\""), status: 200),
        Case(
            method: "POST",
            target: events,
            body: event(rest: ",\"extra\":1"),
            status: 400,
            field: "extra"
        ),
        Case(
            method: "POST",
            target: events,
            body: "[\(event(rest: ",\"extra\":1"))]",
            status: 400,
            field: "events[0].extra"
        ),
        Case(
            method: "POST",
            target: events,
            body: event(rest: ",\"key\":\"b\""),
            status: 400,
            field: "key"
        ),
        Case(
            method: "POST",
            target: events,
            body: event(rest: ",\"events\":[]"),
            status: 400,
            field: "events"
        ),
        Case(
            method: "POST",
            target: events,
            body: "{\"key\":\"k\",\"type\":\"t\"}",
            status: 400,
            field: "data"
        ),
        Case(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-type": "application/x-www-form-urlencoded"],
            status: 415
        ),
        Case(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-encoding": "br"],
            status: 415
        ),
        Case(
            method: "POST",
            target: events,
            body: event(),
            headers: ["content-encoding": "gzip"],
            status: 400,
            field: "body"
        ),
        Case(method: "POST", target: "\(events)?nope=1", body: event(), status: 400, field: "nope"),
        Case(
            method: "POST",
            target: "\(events)?ack=summary&ack=summary",
            body: event(),
            status: 400,
            field: "ack"
        ),
        Case(method: "PUT", target: events, status: 405, error: "method_not_allowed"),
        Case(method: "GET", target: "/nowhere", status: 404, error: "not_found"),
        Case(method: "GET", target: "/streams/none", status: 404, error: "stream_not_found"),
        Case(
            method: "GET",
            target: "/streams/s/subscriptions/none",
            status: 404,
            error: "subscription_not_found"
        ),
        Case(method: "GET", target: "/streams/1x", status: 400, error: "invalid_stream_id"),
        Case(
            method: "PATCH",
            target: "/streams/s",
            body: "{}",
            status: 400,
            field: "retention_hours"
        ),
        Case(
            method: "PATCH",
            target: "/streams/s",
            body: "{\"partition_count\":2}",
            status: 400,
            field: "partition_count"
        ),
        Case(
            method: "POST",
            target: "/streams/s/subscriptions",
            body: "{\"subscription_id\":\"x\",\"start_from\":\"now\"}",
            status: 400,
            field: "start_from"
        ),
        Case(
            method: "POST",
            target: "/streams/s/subscriptions",
            body: "{\"subscription_id\":\"x\",\"start_from\":{\"offsets\":{\"5\":0}}}",
            status: 404,
            error: "partition_not_found"
        ),
        Case(
            method: "POST",
            target: "/streams/s/subscriptions",
            body: "{\"subscription_id\":\"u\"}",
            status: 409,
            error: "subscription_already_exists"
        ),
        Case(
            method: "POST",
            target: "/streams/s/subscriptions/u/commit",
            body: "{}",
            status: 400,
            field: "cursor"
        ),
        Case(method: "GET", target: "/health", status: 200),
        Case(method: "GET", target: "/openapi.json", status: 200),
    ]

    @Test("Every limit at its boundary, and everything malformed", arguments: cases)
    func limits(_ test: Case) async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":1")
        await api.subscribe("s", "u")
        let answer = await api.call(
            test.method,
            test.target,
            test.body,
            headers: test.headers.map { ($0.key, $0.value) }
        )
        #expect(answer.status == test.status, "\(answer)")
        if let error = test.error { #expect(answer.error == error, "\(answer)") }
        if let field = test.field {
            #expect(answer.details["field"] as? String == field, "\(answer)")
        }
        guard answer.status >= 400 else { return }
        // Nothing was stored, and the ledger lives.
        #expect(await api.call("GET", "/streams/s/events").events.isEmpty)
        await api.publish("s", "after")
    }

    @Test("A compressed body is taken, a bomb is not")
    func compression() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":1")
        let body = Array(
            "[\(Array(repeating: Self.event(), count: 100).joined(separator: ","))]".utf8
        )
        for coding in [ContentCoding.gzip, .zstd] {
            let headers = [(name: "content-encoding", value: coding.headerValue)]
            let answer = await api.call(
                "POST",
                Self.events,
                bytes: coding.encode(body),
                headers: headers
            )
            #expect(answer.status == 200, "\(answer)")
            let bomb = coding.encode([UInt8](repeating: 0x20, count: 100 * 1024 * 1024))
            let refused = await api.call("POST", Self.events, bytes: bomb, headers: headers)
            #expect(refused.status == 413 && refused.error == "payload_too_large")
        }
        #expect(await api.call("GET", "/streams/s/events?limit=1000").events.count == 200)
    }

    @Test("Every truncation of a valid body is refused, and no bytes crash it")
    func garbage() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":1")
        let body = Array(
            "{\"events\":[\(Self.event(rest: Self.headers(2))),\(Self.event(key: "\\u00e9"))]}".utf8
        )
        for count in 0..<body.count {
            let answer = await api.call("POST", Self.events, bytes: Array(body.prefix(count)))
            #expect(answer.status == 400)
        }
        var random = SeededGenerator(seed: 5)
        for _ in 0..<3000 {
            var mutated = body
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<mutated.count, using: &random)
                mutated[index] = UInt8.random(in: 0...255, using: &random)
            }
            let answer = await api.call("POST", Self.events, bytes: mutated)
            #expect([200, 400, 413].contains(answer.status))
        }
    }
}
