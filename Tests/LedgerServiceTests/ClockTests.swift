import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// What a clock that is wrong does to a ledger, and what not.
@Suite("Clocks")
struct ClockTests {
    private static let event = JSONBody.event()

    /// A ledger with an event of each of two streams, and a process that knows the table.
    private static func filled(_ engine: Engine, _ clock: ManualClock) async throws -> API {
        let api = try API(engine, clock: clock)
        await api.ledger.checkClock()
        for (name, compaction) in [("orders", "true"), ("plain", "false")] {
            let body =
                "{\"stream_id\":\"\(name)\",\"partition_count\":1,\"compaction\":\(compaction)}"
            _ = await api.call("POST", at: "/streams", sending: body)
            let published = await api.call("POST", at: "/streams/\(name)/events", sending: event)
            #expect(published.status == 200)
        }
        await api.ledger.sweep()
        return api
    }

    private static func events(_ api: API, _ stream: String = "orders") async -> Int {
        let answer = await api.call("GET", at: "/streams/\(stream)/events?from=earliest")
        #expect(answer.status == 200, "\(answer)")
        return answer.events.count
    }

    @Test("Five seconds with a clock nine days ahead lose nothing", arguments: Engine.allCases)
    func leap(_ engine: Engine) async throws {
        let clock = ManualClock()
        let api = try await Self.filled(engine, clock)
        clock.jump(by: .hours(9 * 24))
        // A process that only starts now, and the one that ran before.
        for process in [api, api.another()] {
            await process.ledger.checkClock()
            for _ in 0..<5 {
                clock.advance(by: .milliseconds(500))
                await process.ledger.sweep()
                let refused = await process.call(
                    "POST",
                    at: "/streams/orders/events",
                    sending: Self.event
                )
                #expect(refused.status == 503)
                #expect(refused.error == "clock_suspect")
                let again = refused.headers.first { $0.name == "retry-after" }?.value
                #expect((3590...3600).contains(Int(again ?? "") ?? 0), "\(refused)")
                #expect(await Self.events(process) == 1)
                #expect(await Self.events(process, "plain") == 1)
            }
            let health = await process.call("GET", at: "/health")
            #expect(health.status == 503)
            #expect(health.error == "clock_suspect")
        }
        let start = clock.now()
        clock.jump(by: .hours(-9 * 24))
        let published = await api.call("POST", at: "/streams/orders/events", sending: Self.event)
        #expect(published.status == 200)
        let stamp = try #require(published.events.first?["timestamp"] as? String)
        #expect(stamp < "2026-01-02", "\(stamp), the clock said \(start) before")
        #expect(await Self.events(api) == 2)
        #expect(await api.call("GET", at: "/health").status == 200)
    }

    @Test("A machine that was off for nine days waits an hour", arguments: Engine.allCases)
    func hour(_ engine: Engine) async throws {
        let clock = ManualClock()
        let api = try await Self.filled(engine, clock)
        clock.jump(by: .hours(9 * 24))
        let process = api.another()
        await process.ledger.checkClock()
        let refused = await process.call("POST", at: "/streams/plain/events", sending: Self.event)
        #expect(refused.error == "clock_suspect")
        clock.advance(by: Limits.clockPatience)
        await process.ledger.checkClock()
        let published = await process.call("POST", at: "/streams/plain/events", sending: Self.event)
        #expect(published.status == 200)
        let stamp = try #require(published.events.first?["timestamp"] as? String)
        #expect(stamp > "2026-01-10")
        // Whoever starts next takes the table's word for it.
        let next = api.another(seed: 3)
        await next.ledger.checkClock()
        #expect(await next.call("GET", at: "/health").status == 200)
    }

    @Test(
        "It waits no longer once its operator speaks, and that holds for all processes",
        arguments: Engine.allCases
    )
    func word(_ engine: Engine) async throws {
        let clock = ManualClock()
        let api = try await Self.filled(engine, clock)
        clock.jump(by: .hours(9 * 24))
        let process = api.another()
        for one in [api, process] {
            await one.ledger.checkClock()
            #expect(await one.call("GET", at: "/health").error == "clock_suspect")
        }
        let accepted = await process.call("POST", at: "/accept-clock")
        #expect(accepted.status == 200)
        #expect(accepted.json["accepted"] as? String == "2026-01-10T00:00:00.000Z")
        await api.ledger.checkClock()
        for one in [api, process] {
            let published = await one.call(
                "POST",
                at: "/streams/orders/events",
                sending: Self.event
            )
            #expect(published.status == 200, "\(published)")
        }
    }

    @Test("A smaller doubt stamps by the time that has passed, and says so")
    func smallDoubt() async throws {
        let clock = ManualClock()
        let api = try await Self.filled(.sqlite, clock)
        clock.jump(by: .hours(5))
        clock.advance(by: .seconds(1))
        let published = await api.call("POST", at: "/streams/orders/events", sending: Self.event)
        #expect(published.events.first?["timestamp"] as? String == "2026-01-01T00:00:01.000Z")
        let health = await api.call("GET", at: "/health")
        #expect(health.status == 200)
        #expect(health.json["status"] as? String == "clock_suspect")
    }

    @Test("What is kept for an hour is not stamped three hours early")
    func shortRetention() async throws {
        let clock = ManualClock()
        let api = try await Self.filled(.memory, clock)
        let change = await api.call(
            "PATCH",
            at: "/streams/orders",
            sending: "{\"retention_hours\":1}"
        )
        #expect(change.status == 200)
        clock.jump(by: .hours(3))
        let refused = await api.call("POST", at: "/streams/orders/events", sending: Self.event)
        #expect(refused.error == "clock_suspect")
        let other = await api.call("POST", at: "/streams/plain/events", sending: Self.event)
        #expect(other.status == 200)
    }

    @Test("A repeated publish is answered whatever the clock says")
    func idempotent() async throws {
        let clock = ManualClock()
        let api = try await Self.filled(.sqlite, clock)
        let once = [(name: "idempotency-key", value: "once")]
        let path = "/streams/orders/events"
        let first = await api.call("POST", at: path, sending: Self.event, headers: once)
        clock.jump(by: .hours(9 * 24))
        let again = await api.call("POST", at: path, sending: Self.event, headers: once)
        #expect(again.status == 200)
        #expect(again.body == first.body)
    }

    @Test("An engine that knows the time ends a doubt, for a process that stood still")
    func proven() async throws {
        let clock = ManualClock()
        let table = MemoryTable(deletesLogByItself: true, checksClock: true)
        let api = API(table: table, clock: clock)
        await api.ledger.checkClock()
        clock.jump(by: .hours(9 * 24))
        #expect(await api.call("GET", at: "/health").error == "clock_suspect")
        await api.ledger.checkClock()
        #expect(await api.call("GET", at: "/health").status == 200)
    }

    @Test("A process without the right to write the row only reads it")
    func reader() async throws {
        let clock = ManualClock()
        let memory = MemoryTable()
        var settings = Ledger.Configuration()
        settings.keepsClock = false
        let api = API(table: memory, clock: clock, configuration: settings)
        await api.ledger.checkClock()
        #expect(memory.items.isEmpty)
    }

    @Test("Checking costs one read in ten minutes, and one write by whoever is first")
    func cost() async throws {
        let clock = ManualClock()
        let table = FaultyTable(MemoryTable())
        let processes = (0..<10).map { API(table: table, seed: $0, clock: clock) }
        for _ in 0..<60 {
            for process in processes { await process.ledger.checkClock() }
            clock.advance(by: .seconds(60))
        }
        // Six times in this hour ten reads and one write.
        #expect(table.calls == 66)
    }
}
