import LedgerCore
import LedgerServer
import LedgerTesting

extension Provocation {
    private static let writes: [TableCall.Kind] = [.write, .transact]

    private static func isLog(_ group: RowGroup) -> Bool {
        if case .log = group { true } else { false }
    }

    private static func isSecondLog(_ group: RowGroup) -> Bool {
        if case .log(_, let partition) = group { partition.index == 1 } else { false }
    }

    /// The codes of a failing table and of damaged rows.
    static let failures: [Provocation] = [
        Provocation(code: "internal_error") { client in
            client.fixture.fail([.query], by: .failBefore(.invalid))
            return try await client.call("GET", at: "/streams")
        },
        Provocation(code: "internal_error") { client in
            for item in client.fixture.memory.items {
                guard case .stream = item.key else { continue }
                _ = try await client.fixture.memory.write(.put(Item(item.key)))
            }
            return try await client.call("GET", at: "/streams/s")
        },
        Provocation(code: "corrupt_chunk") { client in
            try await client.publish()
            var chunk = client.fixture.chunks[0]
            var batch = chunk.bytes(.batch) ?? []
            batch[batch.count / 2] ^= 4
            chunk[.batch] = .bytes(batch)
            _ = try await client.fixture.memory.write(.put(chunk))
            return try await client.call("GET", at: "/streams/s/events?from=0")
        },
        Provocation(code: "outcome_unknown") { client in
            client.fixture.fail(writes, on: isLog, by: .loseRequest)
            return try await client.publish()
        },
        Provocation(code: "partial_publish") { client in
            client.fixture.fail(writes, on: isSecondLog, by: .failBefore(.full))
            return try await client.publishWidely()
        },
        Provocation(code: "tail_unverified", deletesLogByItself: true) { client in
            try await client.publish()
            try await client.publish()
            client.fixture.clock.advance(by: .hours(60))
            // The newer chunk goes first, as it may where the engine deletes; no sweep ran for days.
            _ = client.fixture.memory.expire(now: client.fixture.clock.now()) { key in
                if case .chunk(_, _, let offset) = key { offset.rawValue == 1 } else { false }
            }
            return try await client.publish()
        },
        Provocation(code: "clock_suspect") { client in
            try await client.publish()
            client.fixture.clock.jump(by: .hours(216))
            return try await client.publish()
        },
        Provocation(code: "storage_full") { client in
            client.fixture.fail(writes, by: .failBefore(.full))
            return try await client.publish()
        },
        Provocation(code: "unavailable") { client in
            client.fixture.fail([.get, .query], by: .failBefore(.unavailable))
            return try await client.call("GET", at: "/streams/s")
        },
        Provocation(code: "unavailable") { client in
            client.fixture.fail([.get, .query], by: .throttle)
            return try await client.call("GET", at: "/streams")
        },
        Provocation(code: "unavailable") { client in
            client.fixture.fail(writes, by: .loseAnswer)
            return try await client.call("POST", at: "/streams", sending: JSONBody.stream("other"))
        },
    ]

    /// The codes of the HTTP front, mostly for bytes that no HTTP client sends.
    static let wire: [Provocation] = [
        Provocation(code: "malformed_request") {
            try await $0.raw("GET /streams HTTP/1.1\r\n\r\n", as: "GET", at: "/streams")
        },
        Provocation(code: "request_timeout", timeouts: ConnectionTimeouts(body: .milliseconds(20)))
        {
            let head = "POST /streams HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n"
            return try await $0.raw(head + "{\"stream_id\"", as: "POST", at: "/streams")
        },
        Provocation(code: "uri_too_long") {
            let target = "/streams?" + String(repeating: "x", count: 9_000)
            return try await $0.raw(get(target), as: "GET", at: target)
        },
        Provocation(code: "expectation_failed") {
            let head = get("/streams", headers: "Expect: the-impossible\r\n")
            return try await $0.raw(head, as: "GET", at: "/streams")
        },
        Provocation(code: "headers_too_large") {
            let head = get("/streams", headers: String(repeating: "X: y\r\n", count: 200))
            return try await $0.raw(head, as: "GET", at: "/streams")
        },
        Provocation(code: "unsupported_transfer_encoding") {
            let head =
                "POST /streams HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
            return try await $0.raw(head + "0\r\n\r\n", as: "POST", at: "/streams")
        },
        Provocation(code: "overloaded", connections: ConnectionLimits(requestsInFlight: 0)) {
            try await $0.call("GET", at: "/streams")
        },
        Provocation(code: "http_version_not_supported") {
            try await $0.raw(
                "GET /streams HTTP/2.0\r\nHost: localhost\r\n\r\n",
                as: "GET",
                at: "/streams"
            )
        },
    ]
}
