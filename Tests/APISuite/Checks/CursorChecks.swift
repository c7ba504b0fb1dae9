import LedgerCore
import LedgerTesting
import Testing

/// The checks of cursors, seeks and page tokens.
extension APISuite {
    static let cursorChecks = [
        APICheck("Every changed character of a cursor is refused", run: forgedCursors),
        APICheck("A seek refuses cursors from before it", run: seek),
        APICheck("Made-up page tokens are refused", run: madeUpTokens),
    ]

    private static func forgedCursors(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        try await api.publish(to: s, key: "k")
        try await api.subscribe(to: s, as: "u")
        try await api.subscribe(to: s, as: "other")
        let cursor = try await api.poll(s, as: "u").cursor
        let characters = Array(cursor)
        for index in characters.indices {
            var forged = characters
            forged[index] = forged[index] == "A" ? "B" : "A"
            let answer = try await api.commit(s, as: "u", cursor: String(forged))
            #expect(answer.status == 400 && answer.error == "invalid_cursor")
        }
        for text in ["", "x", cursor + "A", cursor + "=", String(cursor.dropLast())] {
            #expect(try await api.commit(s, as: "u", cursor: text).error == "invalid_cursor")
        }
        #expect(try await api.commit(s, as: "other", cursor: cursor).error == "invalid_cursor")
        #expect(
            try await api.poll(s, as: "other", query: "cursor=\(cursor)").error == "invalid_cursor"
        )
        #expect(
            try await api.call("GET", at: "/streams/\(s)/subscriptions/u").json["lag"] as? Int == 1
        )
    }

    /// Each would lead an engine to a row that it can't have.
    private static func madeUpTokens(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        try await api.publish(to: s, key: "k")
        let own = Partitioner.partition(forKey: Array("k".utf8), count: 2)
        let keys: [[UInt8]] = [
            [0xff, 0xfe], [0xc0, 0x80], [UInt8](repeating: 0x61, count: 1024), [0x00, 0xff],
        ]
        for (kind, path) in [
            (PageToken.Kind.streams, "/streams"),
            (.subscriptions, "/streams/\(s)/subscriptions"),
            (.compacted, "/streams/\(s)/compacted"),
        ] {
            for key in keys + (kind == .compacted ? [] : [[]]) {
                let token = PageToken(kind: kind, sortKey: key).encoded
                let answer = try await api.call("GET", at: "\(path)?next=\(token)")
                #expect(answer.status == 400, "\(path) \(key.prefix(4)): \(answer)")
                #expect(answer.details["field"] as? String == "next")
            }
        }
        for (partition, status) in [(own.index, 200), (1 - own.index, 400), (2, 400), (99, 400)] {
            let token = PageToken(
                kind: .compacted,
                partition: Partition(partition),
                sortKey: Array("k".utf8)
            ).encoded
            let answer = try await api.call("GET", at: "/streams/\(s)/compacted?next=\(token)")
            #expect(answer.status == status, "\(partition): \(answer)")
        }
    }

    private static func seek(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        for index in 0..<6 { try await api.publish(to: s, key: "k\(index)") }
        try await api.subscribe(to: s, as: "u")
        let before = try await api.poll(s, as: "u")
        try await api.commit(s, as: "u", cursor: before.cursor)
        let path = "/streams/\(s)/subscriptions/u/seek"
        #expect(
            try await api.call("POST", at: path, sending: "{\"to\":{\"offsets\":{\"0\":2}}}").status
                == 200
        )
        let stale = try await api.commit(s, as: "u", cursor: before.cursor)
        #expect(stale.status == 409 && stale.error == "cursor_superseded")
        #expect(try await api.poll(s, as: "u", query: "cursor=\(before.cursor)").status == 409)
        let after = try await api.poll(s, as: "u")
        #expect(after.offsets == [2, 3, 4, 5])
        try await api.commit(s, as: "u", cursor: after.cursor)
        #expect(
            try await api.call("POST", at: path, sending: "{\"to\":\"earliest\"}").status == 200
        )
        #expect(try await api.poll(s, as: "u").offsets == [0, 1, 2, 3, 4, 5])
        #expect(
            try await api.call("POST", at: path, sending: "{\"to\":{\"offsets\":{\"0\":7}}}").status
                == 400
        )
        #expect(try await api.call("POST", at: path, sending: "{\"to\":\"latest\"}").status == 200)
        #expect(try await api.poll(s, as: "u").events.isEmpty)
    }
}
