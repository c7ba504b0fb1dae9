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
        async let waiting = api.poll(s, "u", "wait=20")
        try await api.publish(s, "k")
        #expect(try await waiting.keys == ["k"])
    }

    private static func deletion(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.subscribe(s, "u")
        async let doomed = api.poll(s, "u", "wait=20")
        #expect(try await api.call("DELETE", "/streams/\(s)/subscriptions/u").status == 200)
        #expect(try await doomed.error == "subscription_not_found")
    }
}
