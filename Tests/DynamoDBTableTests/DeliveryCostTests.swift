import LedgerTesting
import Testing

/// The units of deliveries whose events are acknowledged one by one: one partition, pages of 100 events
/// of about 200 bytes, nobody else.
///
/// Besides the log, a call reads three rows of less than 4 KB; what it changes is one of less than 1 KB.
@Suite("Costs of deliveries")
struct DeliveryCostTests {
    private typealias Bench = CostTests.Bench
    private typealias Cost = CostTests.Cost

    /// Events that were handed out, and what that cost.
    private struct Page {
        let lease: String
        let offsets: [Int]
        let cost: Cost
    }

    private static let subscriptions = "/streams/s/subscriptions"

    /// A stream with so many pages, to which there is a subscription by cursors, `c`, and one by
    /// events, `e`.
    private func bench(pages: Int) async throws -> Bench {
        let bench = try await Bench()
        let stream = JSONBody.stream("s", partitions: 1)
        try await bench.process.done("POST", at: "/streams", sending: stream)
        let cursors = JSONBody.subscription("c")
        try await bench.process.done("POST", at: Self.subscriptions, sending: cursors)
        // No lease ends by itself, however slow the machine.
        let events = """
            {"subscription_id":"e","start_from":"earliest","delivery":{"mode":"events","ack_wait":3600}}
            """
        try await bench.process.done("POST", at: Self.subscriptions, sending: events)
        var random = SeededGenerator(seed: 3)
        for page in 0..<pages {
            let events = (0..<100).map { index in
                let text = (0..<24).map { _ in String(random.next(), radix: 36) }.joined()
                return JSONBody.event(key: "k\(index)", data: "\"\(text.prefix(180))\"")
            }
            try await bench.prepare(JSONBody.batch(events), as: "page-\(page)")
        }
        return bench
    }

    /// Receives the next events; those of `lease` are acknowledged along with that.
    private func receive(
        from bench: Bench,
        acknowledging lease: String? = nil
    ) async throws -> Page {
        let ack = lease.map { ",\"ack\":{\"lease\":\"\($0)\",\"ack\":\"all\"}" } ?? ""
        var page = ""
        let cost = try await bench.cost {
            page = try await bench.process.done(
                "POST",
                at: "\(Self.subscriptions)/e/receive",
                sending: "{\"limit\":100\(ack)}"
            )
            .text
        }
        let found = try #require(page.firstMatch(of: /"lease":\s*"([^"]+)"/), "\(page)")
        let offsets = page.matches(of: /"offset":\s*([0-9]+)/).compactMap { Int($0.1) }
        return Page(lease: String(found.1), offsets: offsets, cost: cost)
    }

    /// Says what became of a lease's events; `members` is JSON.
    private func settle(_ lease: String, _ members: String, in bench: Bench) async throws -> Cost {
        try await bench.cost {
            let answer = try await bench.process.done(
                "POST",
                at: "\(Self.subscriptions)/e/ack",
                sending: "{\"lease\":\"\(lease)\",\(members)}"
            )
            #expect(answer.text.contains(/"not_held":\s*\[\]/), "\(answer)")
        }
    }

    /// Polls the next page by a cursor and commits it.
    private func poll(_ bench: Bench) async throws -> (poll: Cost, commit: Cost) {
        var page = ""
        let poll = try await bench.cost {
            let target = "\(Self.subscriptions)/c/poll?limit=100"
            page = try await bench.process.done("GET", at: target).text
        }
        let cursor = try #require(page.firstMatch(of: /"cursor":\s*"([^"]+)"/))
        let commit = try await bench.cost {
            try await bench.process.done(
                "POST",
                at: "\(Self.subscriptions)/c/commit",
                sending: JSONBody.commit(String(cursor.1))
            )
        }
        return (poll, commit)
    }

    @Test("Received and acknowledged by two calls, a page costs one write unit more than by cursor")
    func twoCalls() async throws {
        let bench = try await bench(pages: 13)
        var (polls, commits, receives, acks) = (Cost(), Cost(), Cost(), Cost())
        for page in 1...12 {
            let (poll, commit) = try await poll(bench)
            let received = try await receive(from: bench)
            #expect(received.offsets.count == 100)
            let ack = try await settle(received.lease, "\"ack\":\"all\"", in: bench)
            // The first pages learn how many events chunks have, and read more of them than later ones.
            guard page > 2 else { continue }
            polls += poll
            commits += commit
            receives += received.cost
            acks += ack
        }
        // For 1,000 events.
        #expect(polls.calls == ["GetItem": 20, "Query": 20] && polls.writeUnits == 0)
        #expect(commits.calls == ["GetItem": 20, "Query": 10, "PutItem": 10])
        #expect(commits.readUnits == 30 && commits.writeUnits == 10)
        #expect(receives.calls == ["GetItem": 20, "Query": 20, "PutItem": 10])
        #expect(receives.readUnits == polls.readUnits && receives.writeUnits == 10)
        #expect(acks.calls == ["GetItem": 20, "Query": 10, "PutItem": 10])
        #expect(acks.readUnits == 30 && acks.writeUnits == 10)
    }

    @Test(
        "Acknowledged along with the next receive, a page costs less than a poll and its commit"
    )
    func oneCall() async throws {
        let bench = try await bench(pages: 13)
        var (polls, receives) = (Cost(), Cost())
        var lease: String?
        for page in 1...12 {
            let poll = try await poll(bench).poll
            let received = try await receive(from: bench, acknowledging: lease)
            #expect(received.offsets.count == 100)
            lease = received.lease
            guard page > 2 else { continue }
            polls += poll
            receives += received.cost
        }
        // For 1,000 events.
        #expect(receives.calls == ["GetItem": 20, "Query": 20, "PutItem": 10])
        #expect(receives.readUnits == polls.readUnits && receives.writeUnits == 10)
    }

    @Test("A failed event and a longer lease cost no more than the acknowledgement of their page")
    func failing() async throws {
        let bench = try await bench(pages: 1)
        let page = try await receive(from: bench)
        let longer = try await settle(page.lease, "\"extend\":7200", in: bench)
        #expect(longer.calls == ["GetItem": 2, "Query": 1, "PutItem": 1])
        #expect(longer.readUnits == 3 && longer.writeUnits == 1)
        let event = "{\"partition\":0,\"offset\":\(try #require(page.offsets.first))}"
        let failed = try await settle(page.lease, "\"ack\":\"all\",\"nack\":[\(event)]", in: bench)
        #expect(failed.calls == ["GetItem": 2, "Query": 1, "PutItem": 1])
        #expect(failed.readUnits == 3 && failed.writeUnits == 1)
    }

    @Test(
        "Parking an event below 1 KB, its replay and the end of that cost 4 write units each"
    )
    func parking() async throws {
        let bench = try await bench(pages: 1)
        let page = try await receive(from: bench)
        let offset = try #require(page.offsets.first)
        let event = "{\"partition\":0,\"offset\":\(offset)}"
        let park = try await settle(page.lease, "\"ack\":\"all\",\"reject\":[\(event)]", in: bench)
        #expect(park.calls["TransactWriteItems"] == 1 && park.writeUnits == 4, "\(park)")
        let replay = try await bench.cost {
            try await bench.process.done(
                "POST",
                at: "\(Self.subscriptions)/e/parked/replay",
                sending: "{\"events\":[\(event)]}"
            )
        }
        #expect(replay.calls["TransactWriteItems"] == 1 && replay.writeUnits == 4, "\(replay)")
        let again = try await receive(from: bench)
        #expect(again.offsets == [offset])
        #expect(again.cost.calls["PutItem"] == 1 && again.cost.writeUnits == 1, "\(again.cost)")
        let end = try await settle(again.lease, "\"ack\":\"all\"", in: bench)
        #expect(end.calls["TransactWriteItems"] == 1 && end.writeUnits == 4, "\(end)")
    }
}
