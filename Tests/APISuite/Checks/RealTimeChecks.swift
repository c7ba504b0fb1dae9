import LedgerTesting
import Testing

/// The checks that take time, or need some to pass.
extension APISuite {
    static let timeChecks = [
        APICheck(
            "A start at a time finds the first event not earlier",
            needs: .realTime,
            run: timestamps
        ),
        APICheck(
            "A waiting poll gets what is published meanwhile",
            needs: .realTime,
            run: publication
        ),
        APICheck("A waiting poll ends with its subscription", needs: .realTime, run: deletion),
    ]

    private static func timestamps(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        for index in 0..<50 { try await api.publish(to: s, key: "k\(index)") }
        let times = try await api.call("GET", at: "/streams/\(s)/events").events
            .map { $0["timestamp"] as? String ?? "" }
        try #require(times.count == 50)
        #expect(times == times.sorted())
        let time = times[20]
        let first = times.firstIndex(of: time) ?? -1
        try await api.subscribe(to: s, as: "u", from: "{\"timestamp\":\"\(time)\"}")
        #expect(try await api.poll(s, as: "u", query: "limit=1").offsets == [first])
        let read = try await api.call("GET", at: "/streams/\(s)/events?from=\(time)&limit=1")
        #expect(read.offsets == [first])
        try await api.subscribe(
            to: s,
            as: "future",
            from: "{\"timestamp\":\"2999-01-01T00:00:00Z\"}"
        )
        #expect(try await api.poll(s, as: "future").events.isEmpty)
    }

    private static func publication(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.subscribe(to: s, as: "u")
        async let waiting = wait(through: api, on: s)
        try await api.publish(to: s, key: "k")
        #expect(try await waiting.keys == ["k"])
    }

    private static func deletion(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.subscribe(to: s, as: "u")
        async let doomed = wait(through: api, on: s)
        #expect(try await api.call("DELETE", at: "/streams/\(s)/subscriptions/u").status == 200)
        #expect(try await doomed.error == "subscription_not_found")
    }

    /// Polls until there is anything but an empty page: a busy machine may need more than one.
    private static func wait(through api: SuiteClient, on stream: String) async throws -> Answer {
        let patience = Patience()
        while true {
            let start = ContinuousClock.now
            let answer = try await api.poll(stream, as: "u", query: "wait=20")
            guard answer.status == 200, answer.events.isEmpty else { return answer }
            #expect(ContinuousClock.now - start > .seconds(19), "it did not wait")
            try patience.check("something for a poll to answer")
        }
    }
}
