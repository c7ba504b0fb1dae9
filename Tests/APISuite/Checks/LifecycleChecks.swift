import LedgerCore
import LedgerTesting
import Testing

/// Creating anew.
extension APISuite {
    static let lifecycleChecks = [
        APICheck("Nothing of a deleted stream is seen in its successor", recreation)
    ]

    private static func recreation(_ api: SuiteClient) async throws {
        let stale = api.sibling()
        let s = try await api.stream(",\"partition_count\":2")
        for index in 0..<20 { try await api.publish(s, "k\(index)") }
        try await stale.publish(s, "k0")
        try await api.call("POST", "/streams/\(s)/compact")
        try await api.subscribe(s, "u")
        let cursor = try await api.poll(s, "u").cursor
        try await api.commit(s, "u", cursor)
        #expect(try await api.call("DELETE", "/streams/\(s)").status == 200)
        for path in [
            "/streams/\(s)", "/streams/\(s)/events?partition=0", "/streams/\(s)/compacted",
        ] {
            #expect(try await api.call("GET", path).error == "stream_not_found")
        }
        let body = "{\"key\":\"k\",\"type\":\"t\",\"data\":1}"
        #expect(
            try await stale.call("POST", "/streams/\(s)/events", body).error == "stream_not_found"
        )
        try await api.recreate(s, ",\"partition_count\":2")
        // The sibling's cached description and tails are the old incarnation's.
        #expect(try await stale.publish(s, "fresh").offsets == [0])
        try await api.subscribe(s, "u")
        #expect(try await api.commit(s, "u", cursor).error == "invalid_cursor")
        #expect(try await api.poll(s, "u").keys == ["fresh"])
        // A server folds in the background: the new event may be there, the old ones never.
        let compacted = try await api.call("GET", "/streams/\(s)/compacted").keys
        #expect(compacted.allSatisfy { $0 == "fresh" }, "\(compacted)")
    }
}
