import LedgerTesting
import Testing

/// Each call of the API description, in its shortest successful form.
extension APISuite {
    static let everyCallChecks = [
        APICheck("Every call succeeds as the description says", run: everyCall)
    ]

    /// Calls that only some ways to run a ledger have: their test targets check them.
    static let callsElsewhere: Set<String> = [
        "metrics", "listKeys", "createKey", "revokeKey", "verifyWebhook", "rotateWebhookSecret",
        "resumeWebhook",
    ]

    /// An operation by its id, its body and its query.
    private struct Call {
        let operation: String
        let body: String
        let query: String

        init(_ operation: String, sending body: String = "", query: String = "") {
            self.operation = operation
            self.body = body
            self.query = query
        }
    }

    /// In an order in which each succeeds; `STREAM`, `CURSOR` and `LEASE` are filled in.
    private static let calls = [
        Call("createStream", sending: JSONBody.stream("STREAM", partitions: 1)),
        Call("listStreams"),
        Call("describeStream"),
        Call("updateStream", sending: "{\"retention_hours\":2}"),
        Call("publishEvents", sending: JSONBody.event()),
        Call("publishEvents", sending: JSONBody.event(), query: "?ack=summary"),
        Call("readEvents"),
        Call("readHead"),
        Call("compactStream"),
        Call("acceptTail"),
        Call("listCompacted"),
        Call("getCompacted"),
        Call("createSubscription", sending: "{\"subscription_id\":\"u\"}"),
        Call("listSubscriptions"),
        Call("describeSubscription"),
        Call("updateSubscription", sending: "{\"filter\":{\"types\":[\"t*\"]}}"),
        Call(
            "seek",
            sending: "{\"to\":\"earliest\"}"
        ),
        Call("poll"),
        Call("commit", sending: JSONBody.commit("CURSOR")),
        Call("poll", query: "?member=m&session=60"),
        Call("commit", sending: JSONBody.commit("CURSOR")),
        Call("heartbeat", sending: "{}"),
        Call("listMembers"),
        Call("describeSubscription"),
        Call("leave"),
        Call("updateSubscription", sending: "{\"delivery\":{\"mode\":\"events\"}}"),
        Call("seek", sending: "{\"to\":\"earliest\"}"),
        Call("receive", sending: "{\"limit\":1}"),
        Call("acknowledge", sending: "{\"lease\":\"LEASE\",\"reject\":\(first)}"),
        Call("listParked"),
        Call("getParked"),
        Call("replayParked", sending: "{\"all\":true}"),
        Call("receive", sending: "{\"wait\":0.5,\"consumer\":\"c\",\"attempt\":\"1\"}"),
        Call("acknowledge", sending: "{\"lease\":\"LEASE\",\"nack\":\(first)}"),
        Call("park", sending: "{\"partition\":0,\"offset\":0,\"reason\":\"no use\"}"),
        Call("listParked", query: "?partition=0&limit=1"),
        Call("describeSubscription"),
        Call("discardParked"),
        Call("deleteSubscription"),
        Call("deleteStream"),
        Call("acceptClock"),
        Call("health"),
        Call("openapi"),
    ]

    private static let first = JSONBody.places([0])

    private static func everyCall(_ api: SuiteClient) async throws {
        let stream = api.newName()
        var (cursor, lease) = ("", "")
        for call in calls {
            let body = call.body.replacing("STREAM", with: stream)
                .replacing("CURSOR", with: cursor).replacing("LEASE", with: lease)
            let (method, path) = APIDescription.shared.call(
                call.operation,
                with: [
                    "stream": stream, "subscription": "u", "member": "m", "partition": "0",
                    "offset": "0", "key": "k",
                ]
            )
            let answer = try await api.call(method, at: path + call.query, sending: body)
            #expect(answer.status == 200 || answer.status == 201, "\(call.operation): \(answer)")
            if !answer.cursor.isEmpty { cursor = answer.cursor }
            lease = answer.json["lease"] as? String ?? lease
        }
        let described = APIDescription.shared.operations
        #expect(Set(calls.map(\.operation)).union(callsElsewhere) == described)
    }
}
