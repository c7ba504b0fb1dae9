import LedgerCore
import LedgerTesting
import Testing

/// The heads of the hash chain.
extension APISuite {
    static let headChecks = [
        APICheck("A head grows with the log, and an old one can be asked for again", run: heads),
        APICheck("A head is asked for at a chunk's end only", run: boundaries),
    ]

    private static func heads(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        func head(_ partition: Int, query: String = "") async throws -> Answer {
            try await api.call("GET", at: "/streams/\(s)/partitions/\(partition)/head\(query)")
        }
        let start = String(repeating: "0", count: 64)
        #expect(try await head(1).json["head"] as? String == start)
        #expect(try await head(1).json["next_offset"] as? Int == 0)
        var kept: [Int: [Int: String]] = [:]
        for index in 0..<12 {
            try await api.publish(to: s, key: "k\(index)")
            for partition in 0..<2 {
                let now = try await head(partition)
                let next = try #require(now.json["next_offset"] as? Int)
                kept[partition, default: [:]][next] = now.json["head"] as? String
            }
        }
        for (partition, heads) in kept {
            #expect(Set(heads.values).count == heads.count, "no two heads are alike")
            for (next, hash) in heads {
                let again = try await head(partition, query: "?at=\(next)")
                #expect(again.json["head"] as? String == hash, "\(again)")
                #expect(again.json["next_offset"] as? Int == next)
            }
            #expect(try await head(partition, query: "?at=0").json["head"] as? String == start)
        }
    }

    private static func boundaries(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        let events = (0..<3).map { JSONBody.event(data: "\($0)") }
        let body = JSONBody.batch(events)
        try await api.call("POST", at: "/streams/\(s)/events", sending: body)
        let path = "/streams/\(s)/partitions"
        let inside = try await api.call("GET", at: "\(path)/0/head?at=1")
        #expect(inside.status == 400 && inside.error == "validation_error")
        #expect((inside.json["details"] as? [String: Any])?["limit"] as? Int == 3)
        #expect(try await api.call("GET", at: "\(path)/0/head?at=3").status == 200)
        #expect(try await api.call("GET", at: "\(path)/0/head?at=4").error == "offset_out_of_range")
        #expect(try await api.call("GET", at: "\(path)/1/head").error == "partition_not_found")
        #expect(try await api.call("GET", at: "\(path)/x/head").error == "validation_error")
        #expect(try await api.call("GET", at: "\(path)/0/head?from=1").error == "validation_error")
    }
}
