import APISuite
import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

/// How far subscriptions are behind: in answers, and as a process shows it.
@Suite("Lags")
struct LagTests {
    private struct Lag: Equatable {
        let events: Int
        let seconds: Int

        init(events: Int, seconds: Int) {
            self.events = events
            self.seconds = seconds
        }

        init(_ answer: Answer) {
            self.init(
                events: answer.json["lag"] as? Int ?? -1,
                seconds: answer.json["lag_seconds"] as? Int ?? -1
            )
        }
    }

    private func lag(_ api: API) async -> Lag {
        Lag(await api.call("GET", at: "/streams/s/subscriptions/u"))
    }

    /// Publishes events a minute apart, and lets another minute pass.
    private func publish(_ count: Int, to api: API) async {
        for _ in 0..<count {
            await api.publish(to: "s", key: "k")
            api.clock.advance(by: .seconds(60))
        }
    }

    @Test(
        "A subscription is as old as the first event that it has not committed",
        arguments: Engine.allCases
    )
    func seconds(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.create("s", with: ",\"partition_count\":1")
        await api.subscribe(to: "s", as: "u")
        #expect(await lag(api) == Lag(events: 0, seconds: 0))
        await publish(5, to: api)
        #expect(await lag(api) == Lag(events: 5, seconds: 300))
        let page = await api.poll("s", as: "u", query: "limit=2")
        // Being delivered is not being committed.
        #expect(await lag(api) == Lag(events: 5, seconds: 300))
        await api.commit("s", as: "u", cursor: page.cursor)
        #expect(await lag(api) == Lag(events: 3, seconds: 180))
        api.clock.advance(by: .milliseconds(59_999))
        #expect(await lag(api) == Lag(events: 3, seconds: 239))
        await api.commit("s", as: "u", cursor: await api.poll("s", as: "u").cursor)
        #expect(await lag(api) == Lag(events: 0, seconds: 0))
    }

    @Test("Events inside a chunk have its time, and the oldest partition counts")
    func chunks() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":3")
        await api.subscribe(to: "s", as: "u")
        let events = (0..<30).map { JSONBody.event(key: "k\($0)") }
        let batch = JSONBody.batch(events)
        #expect(await api.call("POST", at: "/streams/s/events", sending: batch).status == 200)
        api.clock.advance(by: .seconds(10))
        #expect(await api.call("POST", at: "/streams/s/events", sending: batch).status == 200)
        api.clock.advance(by: .seconds(10))
        // A page that ends inside the chunks of all three.
        let page = await api.poll("s", as: "u", query: "limit=7")
        await api.commit("s", as: "u", cursor: page.cursor)
        #expect(await lag(api) == Lag(events: 53, seconds: 20))
        let rest = await api.poll("s", as: "u", query: "limit=40")
        await api.commit("s", as: "u", cursor: rest.cursor)
        #expect(await lag(api).events == 13)
    }

    @Test("What has expired has no part in it")
    func expired() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        await api.subscribe(to: "s", as: "u")
        await publish(3, to: api)
        api.clock.advance(by: .hours(2))
        #expect(await lag(api) == Lag(events: 0, seconds: 0))
        await publish(2, to: api)
        #expect(await lag(api) == Lag(events: 2, seconds: 120))
    }

    @Test("A bootstrapping subscription is behind by what follows the compacted state")
    func bootstrapping() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1")
        await publish(3, to: api)
        await api.call("POST", at: "/streams/s/compact")
        await api.subscribe(to: "s", as: "u", from: "\"compacted\"")
        #expect(await lag(api) == Lag(events: 0, seconds: 0))
        await publish(2, to: api)
        #expect(await lag(api) == Lag(events: 2, seconds: 120))
    }

    @Test("The time of an event is read once, and again only when the subscription has moved")
    func reads() async throws {
        let logReads = CallCounter.ofLogReads()
        let api = API(table: logReads.watching(MemoryTable()))
        await api.create("s", with: ",\"partition_count\":1")
        await api.subscribe(to: "s", as: "u")
        await publish(2, to: api)
        func count() async -> Int {
            let before = logReads.count
            _ = await lag(api)
            return logReads.count - before
        }
        _ = await count()
        // One look at the end of the partition.
        #expect(await count() == 1)
        let page = await api.poll("s", as: "u", query: "limit=1")
        await api.commit("s", as: "u", cursor: page.cursor)
        #expect(await count() == 2)
        #expect(await count() == 1)
        await api.commit("s", as: "u", cursor: await api.poll("s", as: "u").cursor)
        #expect(await count() == 1)
    }

    @Test("Whichever read fails, the answer is an error or the truth")
    func failures() async throws {
        let table = FaultyTable(MemoryTable())
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1")
        await api.subscribe(to: "s", as: "u")
        await publish(1, to: api)
        var failed = 0
        for index in 0..<12 {
            let next = table.calls
            table.follow(
                FaultPlan { $0.index == next + index ? .failBefore(.unavailable) : nil }
            )
            // A process of its own, which remembers nothing.
            let answer = await api.another(seed: UInt64(2 + index))
                .call("GET", at: "/streams/s/subscriptions/u")
            if answer.status == 503 { failed += 1 }
            #expect(answer.status == 503 || Lag(answer) == Lag(events: 1, seconds: 60), "\(answer)")
        }
        // The stream, the subscription, its positions, the end, the earliest offset, the event.
        #expect(failed >= 6 && failed < 12)
    }

    // MARK: What a process shows

    private static let positions = { @Sendable (call: TableCall) in
        guard case .positions = call.groups.first else { return false }
        return call.kind.isRead
    }

    /// A server, whose clock stands until the test moves it.
    private func server(_ table: any Table, showsLags: Bool = true) -> API {
        var configuration = Ledger.Configuration()
        configuration.foldsInBackground = true
        configuration.showsLags = showsLags
        let clock = ManualClock(isImpatient: false)
        return API(table: table, clock: clock, configuration: configuration)
    }

    /// Runs the background of a server during `body`.
    private func withBackground(of api: API, _ body: () async throws -> Void) async throws {
        let background = Task { await api.ledger.runBackground() }
        do {
            try await body()
        } catch {
            background.cancel()
            await background.value
            throw error
        }
        background.cancel()
        await background.value
    }

    @Test("A report has lags read that the next one shows, and without reports nothing is read")
    func report() async throws {
        let reads = CallCounter(Self.positions)
        let api = server(reads.watching(MemoryTable()))
        await api.create("s", with: ",\"partition_count\":1")
        await api.subscribe(to: "s", as: "u")
        await publish(2, to: api)
        _ = await api.poll("s", as: "u")
        let before = reads.count
        try await withBackground(of: api) {
            for _ in 0..<10 {
                api.clock.advance(by: .seconds(60))
                await Task.yield()
            }
            #expect(reads.count == before)
            let first = api.ledger.subscriptionLags()
            #expect(first.lags.isEmpty && first.notShown == 1)
            try await Patience().wait(for: "the lag") {
                !api.ledger.subscriptionLags().lags.isEmpty
            }
            #expect(reads.count == before + 1)
            let shown = api.ledger.subscriptionLags()
            #expect(shown.notShown == 0 && shown.lags.map(\.events) == [2])
            #expect(shown.lags.map(\.age) == [.seconds(720)])
            #expect(shown.lags.map(\.name.subscription.name) == ["u"])
            // It grows by itself until it is read again.
            api.clock.advance(by: .seconds(30))
            #expect(api.ledger.subscriptionLags().lags.map(\.age) == [.seconds(750)])
            #expect(reads.count == before + 1)
        }
    }

    @Test("What was committed is shown after the next round, and who is deleted no more")
    func rounds() async throws {
        let api = server(MemoryTable())
        await api.create("s", with: ",\"partition_count\":1")
        for name in ["u", "v"] { await api.subscribe(to: "s", as: name) }
        await publish(3, to: api)
        let page = await api.poll("s", as: "u", query: "limit=2")
        _ = await api.poll("s", as: "v")
        func shown() -> [String: Int64?] {
            let lags = api.ledger.subscriptionLags().lags
            return Dictionary(
                uniqueKeysWithValues: lags.map { ($0.name.subscription.name, $0.events) }
            )
        }
        try await withBackground(of: api) {
            try await Patience().wait(for: "both lags") { shown() == ["u": 3, "v": 3] }
            await api.commit("s", as: "u", cursor: page.cursor)
            #expect(shown() == ["u": 3, "v": 3])
            api.clock.advance(by: Limits.lagPause)
            try await Patience().wait(for: "the commit") { shown() == ["u": 1, "v": 3] }
            let path = "/streams/s/subscriptions/v"
            #expect(await api.call("DELETE", at: path).status == 200)
            api.clock.advance(by: Limits.lagPause)
            try await Patience().wait(for: "the deletion") { shown() == ["u": 1] }
            #expect(await api.call("DELETE", at: "/streams/s").status == 200)
            api.clock.advance(by: Limits.lagPause)
            try await Patience().wait(for: "the stream's deletion") { shown() == [:] }
            #expect(api.ledger.subscriptionLags().notShown == 0)
        }
    }

    @Test("A lag that can't be read stays as it was until it is old, and others go on")
    func unreadable() async throws {
        let table = FaultyTable(MemoryTable())
        let api = server(table)
        for stream in ["s", "t"] {
            await api.create(stream, with: ",\"partition_count\":1")
            await api.subscribe(to: stream, as: "u")
            await api.publish(to: stream, key: "k")
            _ = await api.poll(stream, as: "u")
        }
        func shown() -> [String: Int64?] {
            let lags = api.ledger.subscriptionLags().lags
            return Dictionary(uniqueKeysWithValues: lags.map { ($0.name.stream.name, $0.events) })
        }
        let id = try #require(StreamID("s"))
        let broken = try StreamRow(try #require(try await table.get(.stream(id)))).incarnation
        try await withBackground(of: api) {
            try await Patience().wait(for: "both lags") { shown() == ["s": 1, "t": 1] }
            for stream in ["s", "t"] { await api.publish(to: stream, key: "k") }
            table.follow(
                FaultPlan { call in
                    guard case .positions(broken, _) = call.groups.first else { return nil }
                    return .failBefore(.unavailable)
                }
            )
            api.clock.advance(by: Limits.lagPause)
            try await Patience().wait(for: "the other lag") { shown() == ["s": 1, "t": 2] }
            for _ in 0..<Int(Limits.lagReadingAge.wholeSeconds) / 60 {
                api.clock.advance(by: .seconds(60))
                _ = shown()
            }
            try await Patience().wait(for: "the other lag again") { shown() == ["t": 2] }
            #expect(api.ledger.subscriptionLags().notShown == 1)
        }
    }

    @Test("A process that shows none keeps no list of whom it has seen")
    func notShown() async throws {
        let api = server(MemoryTable(), showsLags: false)
        await api.create("s")
        await api.subscribe(to: "s", as: "u")
        _ = await api.poll("s", as: "u")
        let report = api.ledger.subscriptionLags()
        #expect(report.lags.isEmpty && report.notShown == 0)
    }

    @Test("Every call of a subscription is noticed, and none that fails")
    func seen() async throws {
        for call in ["poll", "poll?member=m", "describe", "commit"] {
            let table = MemoryTable()
            let setUp = API(table: table)
            await setUp.create("s")
            await setUp.subscribe(to: "s", as: "u")
            let cursor = await setUp.poll("s", as: "u").cursor
            let api = server(table)
            switch call {
            case "commit": await api.commit("s", as: "u", cursor: cursor)
            case "describe": await api.call("GET", at: "/streams/s/subscriptions/u")
            default: await api.call("GET", at: "/streams/s/subscriptions/u/\(call)")
            }
            #expect(await api.poll("s", as: "none").status == 404)
            #expect(api.ledger.subscriptionLags().notShown == 1, "\(call)")
        }
    }
}
