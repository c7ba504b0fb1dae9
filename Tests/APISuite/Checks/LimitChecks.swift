import LedgerCore
import LedgerTesting
import Testing

/// Limits at their boundaries, and everything malformed.
extension APISuite {
    static let limitChecks = [
        APICheck("Every limit at its boundary") {
            try await tryAll(LimitCase.boundaries, through: $0)
        },
        APICheck("Names at their limits") { try await tryAll(LimitCase.names, through: $0) },
        APICheck("Types at their limits") { try await tryAll(LimitCase.types, through: $0) },
        APICheck("Media types") { try await tryAll(LimitCase.mediaTypes, through: $0) },
        APICheck("Everything malformed") { try await tryAll(LimitCase.malformed, through: $0) },
        APICheck("A compressed body is taken, a bomb is not", run: compression),
        APICheck(
            "Every truncation of a valid body is refused, and no bytes crash it",
            run: garbage
        ),
        APICheck("A path or method that no route takes") {
            try await tryAll(LimitCase.unrouted, through: $0)
        },
        APICheck("A wrong method names the right ones", run: allow),
        APICheck("HEAD answers as GET does, without the body", run: head),
    ]

    static func tryAll(_ cases: [LimitCase], through api: SuiteClient) async throws {
        for test in cases {
            let s = try await api.stream(",\"partition_count\":1")
            try await api.subscribe(to: s, as: "u")
            let answer = try await api.call(
                test.method,
                at: LimitCase.fill(test.target, for: s),
                sending: LimitCase.fill(test.body, for: s),
                headers: test.headers.map { ($0.key, $0.value) }
            )
            #expect(answer.status == test.status, "\(test): \(answer)")
            if let error = test.error { #expect(answer.error == error, "\(test): \(answer)") }
            if let field = test.field {
                #expect(answer.details["field"] as? String == field, "\(test): \(answer)")
            }
            guard answer.status >= 400 else { continue }
            // Nothing was stored, and the ledger lives.
            #expect(try await api.call("GET", at: "/streams/\(s)/events").events.isEmpty, "\(test)")
            try await api.publish(to: s, key: "after")
        }
    }

    private static func allow(_ api: SuiteClient) async throws {
        let s = try await api.stream()
        for (path, allow) in [
            ("/streams/\(s)", "GET, HEAD, PATCH, DELETE"),
            ("/streams/\(s)/events", "GET, HEAD, POST"),
            ("/streams/\(s)/compact", "POST"),
            ("/streams/\(s)/subscriptions/u/parked", "GET, HEAD, POST"),
            ("/streams/\(s)/subscriptions/u/parked/replay", "POST"),
            ("/streams/\(s)/subscriptions/u/parked/0/0", "GET, HEAD, DELETE"),
        ] {
            let answer = try await api.call("PUT", at: path)
            #expect(answer.error == "method_not_allowed" && answer.header("allow") == allow)
        }
    }

    private static func head(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.subscribe(to: s, as: "u")
        try await api.publish(to: s, key: "k")
        for path in [
            "/health", "/openapi.json", "/streams", "/streams/\(s)", "/streams/\(s)/events",
            "/streams/\(s)/compacted", "/streams/\(s)/partitions/0/head",
            "/streams/\(s)/subscriptions", "/streams/\(s)/subscriptions/u",
            "/streams/\(s)/subscriptions/u/poll", "/streams/\(s)/subscriptions/u/members",
            "/streams/\(s)/subscriptions/u/parked", "/streams/\(s)/subscriptions/u/parked/0/0",
            "/streams/\(s)x", "/nowhere",
        ] {
            let head = try await api.call("HEAD", at: path)
            let get = try await api.call("GET", at: path)
            #expect(head.status == get.status, "\(path): \(head)")
            #expect(head.header("content-type") == get.header("content-type"), "\(path)")
        }
    }

    private static func compression(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        let path = "/streams/\(s)/events"
        let events = Array(repeating: LimitCase.event(), count: 100).joined(separator: ",")
        for coding in [ContentCoding.gzip, .zstd] {
            let headers = [(name: "content-encoding", value: coding.headerValue)]
            let body = coding.encode(Array("[\(events)]".utf8))
            let answer = try await api.call("POST", at: path, bytes: body, headers: headers)
            #expect(answer.status == 200, "\(answer)")
            let bomb = coding.encode([UInt8](repeating: 0x20, count: 100 * 1024 * 1024))
            let refused = try await api.call("POST", at: path, bytes: bomb, headers: headers)
            #expect(refused.status == 413 && refused.error == "payload_too_large")
        }
        let stored = try await api.call("GET", at: "\(path)?limit=1000")
        #expect(stored.events.count == 200)
    }

    private static func garbage(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        let path = "/streams/\(s)/events"
        let first = LimitCase.event(rest: LimitCase.headers(2))
        let body = Array("{\"events\":[\(first),\(LimitCase.event(key: "\\u00e9"))]}".utf8)
        for count in 0..<body.count {
            let answer = try await api.call("POST", at: path, bytes: Array(body.prefix(count)))
            #expect(answer.status == 400)
        }
        var random = SeededGenerator(seed: RandomSeed.base)
        for _ in 0..<300 {
            var mutated = body
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<mutated.count, using: &random)
                mutated[index] = UInt8.random(in: 0...255, using: &random)
            }
            let answer = try await api.call("POST", at: path, bytes: mutated)
            #expect([200, 400, 413].contains(answer.status), "\(replay)")
        }
    }
}

/// A request, its status, and the error code and field that it must name.
///
/// In target and body `$` stands for the name of the stream that the check works on, which has one
/// partition and the subscription `u`, and `$L` for the same name filled up to 21 characters.
struct LimitCase: Sendable, CustomStringConvertible {
    let method: String
    let target: String
    var body = ""
    var headers: [String: String] = [:]
    let status: Int
    var error: String?
    var field: String?

    var description: String { "\(method) \(target.prefix(60)) \(body.prefix(60)) → \(status)" }

    /// The same text with the name of a stream in it.
    static func fill(_ text: String, for stream: String) -> String {
        let long = stream + String(repeating: "l", count: 21 - stream.count)
        return text.replacing("$L", with: long).replacing("$", with: stream)
    }
}

/// The pieces that bodies are made of.
extension LimitCase {
    static func event(
        key: String = "k",
        type: String = "t",
        data: String = "1",
        rest: String = ""
    ) -> String {
        "{\"key\":\"\(key)\",\"type\":\"\(type)\",\"data\":\(data)\(rest)}"
    }

    static func headers(_ count: Int) -> String {
        ",\"headers\":{\((0..<count).map { "\"h\($0)\":\"v\"" }.joined(separator: ","))}"
    }

    static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    static let events = "/streams/$/events"
}
