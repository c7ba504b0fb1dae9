import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Synchronization
import Testing

@Suite("Retention and deletion")
struct LifecycleTests {
    @Test("What expired is reported, never skipped", arguments: Engine.allCases)
    func expiry(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        await api.publish(to: "s", key: "old")
        await api.subscribe(to: "s", as: "u")
        api.clock.advance(by: .milliseconds(3_600_001))
        await api.publish(to: "s", key: "new")
        for answer in [
            await api.poll("s", as: "u"), await api.call("GET", at: "/streams/s/events?from=0"),
        ] {
            #expect(answer.status == 410 && answer.error == "offset_expired")
            #expect(answer.details["earliest_offset"] as? Int == 1)
        }
        #expect(await api.call("GET", at: "/streams/s/events").keys == ["new"])
        #expect(await api.call("GET", at: "/streams/s").text.contains("\"earliest_offset\":1"))
    }

    @Test(
        "Physical removal leaves the tail and tells expiry from damage",
        arguments: Engine.allCases
    )
    func removal(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        for index in 0..<10 { await api.publish(to: "s", key: "k\(index)") }
        await api.subscribe(to: "s", as: "u")
        await api.ledger.sweep()
        api.clock.advance(by: .hours(50))
        let report = await api.ledger.sweep()
        #expect(report.removedRows == 10 && report.failures == 0)
        #expect(await api.poll("s", as: "u").error == "offset_expired")
        // Everything is gone, and the tail is still known.
        #expect(await api.another().publish(to: "s", key: "next").offsets == [10])
        #expect(await api.call("GET", at: "/streams/s/events").offsets == [10])
        #expect(await api.call("GET", at: "/streams/s/events?from=12").status == 416)
        await api.call("POST", at: "/streams/s/compact")
        #expect(await api.call("GET", at: "/streams/s/compacted?limit=100").events.count == 11)
    }

    @Test("Shorter retention holds at once, also for what was kept for ever")
    func shortening() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":null")
        await api.publish(to: "s", key: "a")
        api.clock.advance(by: .hours(1000))
        #expect(await api.call("GET", at: "/streams/s/events").keys == ["a"])
        let patched = await api.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":5}")
        #expect(patched.json["retention_hours"] as? Int == 5)
        #expect(await api.call("GET", at: "/streams/s/events?from=0").status == 410)
        #expect(await api.ledger.sweep().removedRows == 1)
        #expect(await api.publish(to: "s", key: "b").offsets == [1])
    }

    @Test("A chunk that is missing without having expired is corruption")
    func missingChunk() async throws {
        let table = MemoryTable()
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1")
        for index in 0..<3 { await api.publish(to: "s", key: "k\(index)") }
        let chunks = table.items.filter { if case .chunk = $0.key { true } else { false } }
        try await table.batchDelete([chunks[1].key])
        await api.subscribe(to: "s", as: "u")
        let first = await api.poll("s", as: "u")
        #expect(first.offsets == [0] && !first.caughtUp)
        await api.commit("s", as: "u", cursor: first.cursor)
        let second = await api.poll("s", as: "u")
        #expect(second.status == 500 && second.error == "corrupt_chunk")
        #expect(second.details["offset"] as? Int == 1)
    }

    @Test("A chunk with a flipped bit is reported with its place and never served")
    func damagedChunk() async throws {
        let table = MemoryTable()
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1")
        for index in 0..<3 { await api.publish(to: "s", key: "k\(index)") }
        var item = table.items.filter { if case .chunk = $0.key { true } else { false } }[1]
        var batch = item.bytes(.batch) ?? []
        batch[batch.count / 2] ^= 4
        item[.batch] = .bytes(batch)
        _ = try await table.write(.put(item))
        #expect(await api.call("GET", at: "/streams/s/events?from=0").offsets == [0])
        #expect(await api.call("GET", at: "/streams/s/events?from=1").error == "corrupt_chunk")
        #expect(await api.call("GET", at: "/streams/s/events?from=2").offsets == [2])
    }

    @Test("A deleted stream's rows go in the background, after a grace time")
    func cleaning() async throws {
        let table = MemoryTable()
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":3")
        await api.create("kept", with: ",\"partition_count\":1")
        await api.publish(to: "kept", key: "k")
        for index in 0..<200 { await api.publish(to: "s", key: "k\(index)") }
        await api.call("POST", at: "/streams/s/compact")
        for name in ["u", "v"] {
            await api.subscribe(to: "s", as: name)
            await api.commit("s", as: name, cursor: await api.poll("s", as: name).cursor)
        }
        await api.call("DELETE", at: "/streams/s/subscriptions/v")
        await api.call("DELETE", at: "/streams/s")
        let before = table.items.count
        await api.ledger.sweep()
        #expect(table.items.count >= before)
        api.clock.advance(by: Limits.deletionGrace)
        await api.ledger.sweep()
        let left = table.items.map(\.key.group.partitionKey)
        #expect(
            Set(left.map { $0.prefix { $0 != "#" } }) == [
                "STREAMS", "NAME", "LOG", "PART", "STATE",
            ]
        )
        #expect(left.count == 5, "\(left)")
        #expect(await api.call("GET", at: "/streams/kept/events").keys == ["k"])
    }

    @Test("An unverifiable tail refuses writes until an operator accepts it")
    func trustRule() async throws {
        let table = MemoryTable(deletesLogByItself: true)
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        await api.publish(to: "s", key: "a")
        await api.publish(to: "s", key: "b")
        api.clock.advance(by: .hours(60))
        // TTL removes the newer chunk first, as it may; no sweep ran for days.
        _ = table.expire(now: api.clock.now()) { key in
            if case .chunk(_, _, let offset) = key { offset.rawValue == 1 } else { false }
        }
        let body = JSONBody.event()
        let refused = await api.another().call("POST", at: "/streams/s/events", sending: body)
        #expect(refused.status == 503 && refused.error == "tail_unverified")
        #expect(refused.header("retry-after") == nil)
        #expect(await api.acceptTail(of: "s").status == 200)
        #expect(
            await api.another().call("POST", at: "/streams/s/events", sending: body).status == 200
        )
    }

    @Test("With sweeps running, everything may expire and no offset is used twice")
    func sweptTail() async throws {
        let table = MemoryTable(deletesLogByItself: true)
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        for index in 0..<5 { await api.publish(to: "s", key: "k\(index)") }
        for _ in 0..<10 {
            api.clock.advance(by: .hours(10))
            await api.ledger.sweep()
            _ = table.expire(now: api.clock.now())
        }
        #expect(table.items.filter { if case .chunk = $0.key { true } else { false } }.isEmpty)
        #expect(await api.another().publish(to: "s", key: "next").offsets == [5])
    }

    @Test("What is folded and removed while a process looks for the tail leaves the tail")
    func removalWhileLooking() async throws {
        let memory = MemoryTable(deletesLogByItself: false)
        let clock = ManualClock()
        let other = API(table: memory, seed: 2, clock: clock)
        await other.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        for index in 0..<2 { await other.publish(to: "s", key: "k\(index)") }
        clock.advance(by: .hours(50))
        let hasSwept = Mutex(false)
        let table = FaultyTable(memory) { call, moment in
            guard moment == .before, call.kind == .query, case .log = call.groups.first,
                !hasSwept.withLock({ swept in
                    defer { swept = true }
                    return swept
                })
            else { return }
            await other.ledger.sweep()
        }
        let api = API(table: table, clock: clock)
        #expect(await api.publish(to: "s", key: "k2").offsets == [2])
        #expect(hasSwept.withLock { $0 })
    }

    @Test("A tail that is not folded yet is not noted as verified")
    func unfoldedTail() async throws {
        let table = MemoryTable(deletesLogByItself: true)
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        await api.publish(to: "s", key: "a")
        // A server's sweep leaves the folding to another task, which never comes to it here.
        var configuration = Ledger.Configuration()
        configuration.foldsInBackground = true
        let server = API(table: table, seed: 3, clock: api.clock, configuration: configuration)
        api.clock.advance(by: .hours(10))
        #expect(await server.ledger.sweep().failures == 0)
        api.clock.advance(by: .hours(45))
        _ = table.expire(now: api.clock.now())
        // Nothing remembers the event by now, but for its offset.
        let body = JSONBody.event()
        let refused = await api.another().call("POST", at: "/streams/s/events", sending: body)
        #expect(refused.status == 503 && refused.error == "tail_unverified")
    }
}
