import LedgerTesting
import Testing

/// What takes time, or needs some to pass.
extension APISuite {
    static let timeChecks = [
        RealTimeCheck("A start at a time finds the first event not earlier", timestamps),
        RealTimeCheck("A waiting poll gets what is published meanwhile", publication),
        RealTimeCheck("A waiting poll ends with its subscription", deletion),
    ]

    private static func timestamps(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        for index in 0..<50 { try await api.publish(s, "k\(index)") }
        let times = try await api.call("GET", "/streams/\(s)/events").events
            .map { $0["timestamp"] as? String ?? "" }
        try #require(times.count == 50)
        #expect(times == times.sorted())
        let time = times[20]
        let first = times.firstIndex(of: time) ?? -1
        try await api.subscribe(s, "u", "{\"timestamp\":\"\(time)\"}")
        #expect(try await api.poll(s, "u", "limit=1").offsets == [first])
        let read = try await api.call("GET", "/streams/\(s)/events?from=\(time)&limit=1")
        #expect(read.offsets == [first])
        try await api.subscribe(s, "future", "{\"timestamp\":\"2999-01-01T00:00:00Z\"}")
        #expect(try await api.poll(s, "future").events.isEmpty)
    }

    private static func publication(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.subscribe(s, "u")
        async let waiting = wait(api, s)
        try await api.publish(s, "k")
        #expect(try await waiting.keys == ["k"])
    }

    private static func deletion(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.subscribe(s, "u")
        async let doomed = wait(api, s)
        #expect(try await api.call("DELETE", "/streams/\(s)/subscriptions/u").status == 200)
        #expect(try await doomed.error == "subscription_not_found")
    }

    /// Polls until there is anything but an empty page: a busy machine may need more than one.
    private static func wait(_ api: SuiteClient, _ stream: String) async throws -> Answer {
        let patience = Patience()
        while true {
            let start = ContinuousClock.now
            let answer = try await api.poll(stream, "u", "wait=20")
            guard answer.status == 200, answer.events.isEmpty else { return answer }
            #expect(ContinuousClock.now - start > .seconds(19), "it did not wait")
            try patience.check("something for a poll to answer")
        }
    }
}
