import Testing

/// Each call of the API description, in its shortest successful form.
extension APISuite {
    static let everyCallChecks = [
        APICheck("Every call succeeds as the description says", run: everyCall)
    ]

    /// Calls that only some ways to run a ledger have: their test targets check them.
    static let callsElsewhere: Set<String> = [
        "GET /metrics", "GET /keys", "POST /keys", "DELETE /keys/{key_id}",
    ]

    private struct Call {
        let operation: String
        let body: String
        let query: String

        init(_ operation: String, sending body: String = "", query: String = "") {
            self.operation = operation
            self.body = body
            self.query = query
        }

        var method: String { String(operation.prefix { $0 != " " }) }

        /// The path on a stream with a subscription `u` and an event of the key `k`.
        func target(_ stream: String) -> String {
            operation.dropFirst(method.count + 1)
                .replacing("{stream}", with: stream)
                .replacing("{subscription}", with: "u")
                .replacing("{partition}", with: "0")
                .replacing("{key}", with: "k") + query
        }
    }

    /// In an order in which each succeeds; `STREAM` and `CURSOR` are filled in.
    private static let calls = [
        Call("POST /streams", sending: "{\"stream_id\":\"STREAM\",\"partition_count\":1}"),
        Call("GET /streams"),
        Call("GET /streams/{stream}"),
        Call("PATCH /streams/{stream}", sending: "{\"retention_hours\":2}"),
        Call("POST /streams/{stream}/events", sending: "{\"key\":\"k\",\"type\":\"t\",\"data\":1}"),
        Call(
            "POST /streams/{stream}/events",
            sending: "{\"key\":\"k\",\"type\":\"t\",\"data\":1}",
            query: "?ack=summary"
        ),
        Call("GET /streams/{stream}/events"),
        Call("GET /streams/{stream}/partitions/{partition}/head"),
        Call("POST /streams/{stream}/compact"),
        Call("POST /streams/{stream}/accept-tail"),
        Call("GET /streams/{stream}/compacted"),
        Call("GET /streams/{stream}/compacted/{key}"),
        Call("POST /streams/{stream}/subscriptions", sending: "{\"subscription_id\":\"u\"}"),
        Call("GET /streams/{stream}/subscriptions"),
        Call("GET /streams/{stream}/subscriptions/{subscription}"),
        Call(
            "POST /streams/{stream}/subscriptions/{subscription}/seek",
            sending: "{\"to\":\"earliest\"}"
        ),
        Call("GET /streams/{stream}/subscriptions/{subscription}/poll"),
        Call(
            "POST /streams/{stream}/subscriptions/{subscription}/commit",
            sending: "{\"cursor\":\"CURSOR\"}"
        ),
        Call("DELETE /streams/{stream}/subscriptions/{subscription}"),
        Call("DELETE /streams/{stream}"),
        Call("POST /accept-clock"),
        Call("GET /health"),
        Call("GET /openapi.json"),
    ]

    private static func everyCall(_ api: SuiteClient) async throws {
        let stream = api.newName()
        var cursor = ""
        for call in calls {
            let body = call.body.replacing("STREAM", with: stream)
                .replacing("CURSOR", with: cursor)
            let answer = try await api.call(call.method, at: call.target(stream), sending: body)
            #expect(answer.status == 200 || answer.status == 201, "\(call.operation): \(answer)")
            if !answer.cursor.isEmpty { cursor = answer.cursor }
        }
        let described = APIDescription.shared.operationNames
        #expect(Set(calls.map(\.operation)).union(callsElsewhere) == described)
    }
}
