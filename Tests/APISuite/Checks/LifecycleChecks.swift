import LedgerCore
import LedgerTesting
import Testing

/// The checks of streams that are created anew.
extension APISuite {
    static let lifecycleChecks = [
        APICheck("Nothing of a deleted stream is seen in its successor", run: recreation)
    ]

    private static func recreation(_ api: SuiteClient) async throws {
        let stale = api.sibling()
        let s = try await api.stream(",\"partition_count\":2")
        for index in 0..<20 { try await api.publish(to: s, key: "k\(index)") }
        try await stale.publish(to: s, key: "k0")
        try await api.call("POST", at: "/streams/\(s)/compact")
        try await api.subscribe(to: s, as: "u")
        let cursor = try await api.poll(s, as: "u").cursor
        try await api.commit(s, as: "u", cursor: cursor)
        #expect(try await api.call("DELETE", at: "/streams/\(s)").status == 200)
        for path in [
            "/streams/\(s)", "/streams/\(s)/events?partition=0", "/streams/\(s)/compacted",
        ] {
            #expect(try await api.call("GET", at: path).error == "stream_not_found")
        }
        let body = JSONBody.event()
        #expect(
            try await stale.call("POST", at: "/streams/\(s)/events", sending: body).error
                == "stream_not_found"
        )
        try await api.create(s, with: ",\"partition_count\":2")
        // The sibling's cached description and tails are the old incarnation's.
        #expect(try await stale.publish(to: s, key: "fresh").offsets == [0])
        try await api.subscribe(to: s, as: "u")
        #expect(try await api.commit(s, as: "u", cursor: cursor).error == "invalid_cursor")
        #expect(try await api.poll(s, as: "u").keys == ["fresh"])
        // A server folds in the background: the new event may be there, the old ones never.
        let compacted = try await api.call("GET", at: "/streams/\(s)/compacted").keys
        #expect(compacted.allSatisfy { $0 == "fresh" }, "\(compacted)")
    }
}
