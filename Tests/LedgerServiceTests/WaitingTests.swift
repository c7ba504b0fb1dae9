import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// Calls that wait for events: what they cost while nothing comes, and what wakes them.
@Suite("Waiting")
struct WaitingTests {
    @Test("Waiting costs nothing while nothing comes", arguments: [1, 2_000])
    func idle(_ waiters: Int) async throws {
        let stage = WaitingStage(alone: true)
        await stage.api.create("s", with: ",\"partition_count\":1")
        await stage.api.subscribe(to: "s", as: "u")
        try await withThrowingTaskGroup(of: Answer.self) { group in
            try await stage.wait(for: waiters, asleep: waiters, in: &group) { api, index in
                index.isMultiple(of: 2)
                    ? await api.poll("s", as: "u", query: "wait=20")
                    : await api.call("GET", at: "/streams/s/events?wait=20")
            }
            let calls = stage.table.calls
            for _ in 0..<19 { stage.clock.advance(by: .seconds(1)) }
            #expect(stage.table.calls == calls, "\(stage.table.calls - calls) calls while idle")
            stage.clock.advance(by: .seconds(1))
            for try await answer in group { #expect(answer.events.isEmpty && answer.caughtUp) }
            // Each looks once whether its stream and subscription are still there.
            #expect(stage.table.calls - calls <= 3 * waiters)
        }
    }

    @Test("An event wakes 500 who wait on 100 partitions, each with a few reads")
    func wake() async throws {
        let stage = WaitingStage(alone: true)
        await stage.api.create("s", with: ",\"partition_count\":100")
        await stage.api.subscribe(to: "s", as: "u")
        let (id, name) = (try #require(StreamID("s")), try #require(SubscriptionID("u")))
        try await withThrowingTaskGroup(of: SubscriptionPage.self) { group in
            for _ in 0..<500 {
                group.addTask { [ledger = stage.api.ledger] in
                    try await ledger.subscriptions.poll(
                        name,
                        of: id,
                        cursor: nil,
                        limit: 100,
                        wait: .seconds(20)
                    )
                }
            }
            try await stage.sleepers(500)
            let calls = stage.table.calls
            let begin = ContinuousClock.now
            await stage.api.publish(to: "s", key: "k")
            for try await found in group {
                #expect(found.page.events.count == 1 && found.page.caughtUp)
            }
            print(
                "500 waiters on 100 partitions: the last one after \(ContinuousClock.now - begin)"
            )
            // Three rows that say where it stands, and the one partition's log.
            #expect(stage.table.calls - calls <= 500 * 4 + 10, "\(stage.table.calls - calls) calls")
        }
    }

    @Test("An append wakes only who can get an event of it")
    func otherPartitions() async throws {
        let stage = WaitingStage(alone: true)
        await stage.api.create("s", with: ",\"partition_count\":2")
        await stage.api.create("other", with: ",\"partition_count\":1")
        let own = Partitioner.partition(forKey: Array("k".utf8), count: 2).index
        try await withThrowingTaskGroup(of: Answer.self) { group in
            try await stage.wait(for: 20, asleep: 20, in: &group) { api, _ in
                await api.call("GET", at: "/streams/s/events?partition=\(1 - own)&wait=20")
            }
            let calls = stage.table.calls
            await stage.api.publish(to: "s", key: "k")
            await stage.api.publish(to: "other", key: "k")
            let key = (0..<100).map { "k\($0)" }.first { key in
                Partitioner.partition(forKey: Array(key.utf8), count: 2).index != own
            }
            await stage.api.publish(to: "s", key: try #require(key))
            for try await answer in group { #expect(answer.keys == [key]) }
            // Twice as many if all of them had looked before.
            #expect(stage.table.calls - calls <= 20 * 2 + 20, "\(stage.table.calls - calls) calls")
        }
    }

    @Test("What others append is looked for once for all who wait", arguments: [1, 50])
    func sharedLooks(_ waiters: Int) async throws {
        let stage = WaitingStage(alone: false)
        await stage.api.create("s", with: ",\"partition_count\":10")
        await stage.api.subscribe(to: "s", as: "u")
        try await withThrowingTaskGroup(of: Answer.self) { group in
            try await stage.wait(for: waiters, asleep: waiters + 1, in: &group) { api, _ in
                await api.poll("s", as: "u", query: "wait=20")
            }
            let calls = stage.table.calls
            for _ in 0..<10 {
                stage.clock.advance(by: .seconds(1))
                try await stage.sleepers(waiters + 1)
            }
            // The stream, a subscription, and ten logs each time.
            #expect(stage.table.calls - calls <= 10 * 12, "\(stage.table.calls - calls) calls")
            await stage.api.another().publish(to: "s", key: "k")
            stage.clock.advance(by: .seconds(1))
            for try await answer in group { #expect(answer.keys == ["k"]) }
        }
        stage.clock.advance(by: .seconds(1))
    }

    @Test("A deletion by another process is noticed", arguments: ["", "/subscriptions/u"])
    func deletionElsewhere(_ path: String) async throws {
        let stage = WaitingStage(alone: false)
        await stage.api.create("s", with: ",\"partition_count\":1")
        await stage.api.subscribe(to: "s", as: "u")
        try await withThrowingTaskGroup(of: Answer.self) { group in
            try await stage.wait(for: 1, asleep: 2, in: &group) { api, _ in
                await api.poll("s", as: "u", query: "wait=20")
            }
            let other = stage.api.another()
            #expect(await other.call("DELETE", at: "/streams/s\(path)").status == 200)
            stage.clock.advance(by: .seconds(1))
            for try await answer in group { #expect(answer.status == 404, "\(answer)") }
        }
        #expect(stage.clock.uptime() < .seconds(20))
        stage.clock.advance(by: .seconds(1))
    }

    @Test("Whoever waits is answered at once when the process stops")
    func ending() async throws {
        let stage = WaitingStage(alone: true)
        await stage.api.create("s", with: ",\"partition_count\":1")
        await stage.api.subscribe(to: "s", as: "u")
        try await withThrowingTaskGroup(of: Answer.self) { group in
            try await stage.wait(for: 10, asleep: 10, in: &group) { api, index in
                index.isMultiple(of: 2)
                    ? await api.poll("s", as: "u", query: "wait=20")
                    : await api.call("GET", at: "/streams/s/events?wait=20")
            }
            let calls = stage.table.calls
            stage.api.ledger.endWaiting()
            for try await answer in group {
                #expect(answer.status == 200 && answer.events.isEmpty, "\(answer)")
            }
            #expect(stage.table.calls == calls && stage.clock.uptime() == .zero)
        }
        #expect(await stage.api.poll("s", as: "u", query: "wait=20").status == 200)
        #expect(await stage.api.call("GET", at: "/streams/s/events?wait=20").status == 200)
    }

    @Test("A seek wakes who waits on its subscription, and nobody else")
    func seek() async throws {
        let stage = WaitingStage(alone: true)
        await stage.api.create("s", with: ",\"partition_count\":1")
        await stage.api.publish(to: "s", key: "k")
        for name in ["u", "v"] { await stage.api.subscribe(to: "s", as: name, from: "\"latest\"") }
        try await withThrowingTaskGroup(of: Answer.self) { group in
            try await stage.wait(for: 2, asleep: 2, in: &group) { api, index in
                await api.poll("s", as: index == 0 ? "u" : "v", query: "wait=20")
            }
            let path = "/streams/s/subscriptions/u/seek"
            #expect(
                await stage.api.call("POST", at: path, sending: "{\"to\":\"earliest\"}").status
                    == 200
            )
            let first = try await group.next()
            #expect(first?.keys == ["k"])
            #expect(stage.clock.sleeperCount == 1)
            stage.clock.advance(by: .seconds(20))
            let second = try await group.next()
            #expect(second?.events.isEmpty ?? false)
        }
    }
}
