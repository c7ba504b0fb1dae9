import APISuite
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

/// Members that fall silent, on clocks that a test moves: the rest is in the API suite.
@Suite("Groups")
struct GroupTests {
    /// A stream of so many partitions and 60 events, and the subscription `u` to it.
    private static func prepare(_ api: API, partitions: Int = 4) async {
        await api.create("s", with: ",\"partition_count\":\(partitions)")
        for index in 0..<60 { await api.publish(to: "s", key: "k\(index)") }
        await api.subscribe(to: "s", as: "u")
    }

    private static func lag(_ api: API) async -> Int? {
        await api.call("GET", at: "/streams/s/subscriptions/u").json["lag"] as? Int
    }

    @Test(
        "A silent member loses its partitions when its session is over",
        arguments: Engine.allCases
    )
    func silence(_ engine: Engine) async throws {
        let api = try API(engine)
        await Self.prepare(api)
        var group = [
            SuiteMember("a", of: "u", in: "s", through: api, session: 30),
            SuiteMember("b", of: "u", in: "s", through: api.another()),
        ]
        await group.settle(over: 4)
        // Whoever is watched has its whole session, from its last renewal on.
        for index in group.indices { await group[index].look() }
        api.clock.advance(by: .milliseconds(29_999))
        await group[1].look()
        #expect(group[1].partitions.count == 2)
        api.clock.advance(by: .milliseconds(1))
        await group[1].look()
        #expect(group[1].partitions == [0, 1, 2, 3])
        let list = await api.call("GET", at: "/streams/s/subscriptions/u/members")
        #expect((list.json["members"] as? [[String: Any]])?.count == 1, "\(list)")
        // It comes back as a new one, and gets its share again.
        await group.settle(over: 4)
        await group.drain()
        #expect(Set(group.flatMap(\.got)).count == 60)
    }

    @Test("A heartbeat, a poll and a commit each keep a member alive")
    func renewals() async throws {
        let api = try API()
        await Self.prepare(api)
        var group = [
            SuiteMember("a", of: "u", in: "s", through: api, session: 30),
            SuiteMember("b", of: "u", in: "s", through: api.another()),
        ]
        await group.settle(over: 4)
        let path = "/streams/s/subscriptions/u/members/a/heartbeat"
        for round in 0..<9 {
            api.clock.advance(by: .seconds(20))
            switch round % 3 {
            case 0: await api.call("POST", at: path, sending: "{\"session\":30}")
            case 1: await group[0].look()
            default: await group[0].commit()
            }
            await group[1].look()
            #expect(group[1].partitions.count == 2, "\(round)")
        }
    }

    @Test("A process that did not watch a session waits five minutes past its end")
    func unwatched() async throws {
        let api = try API()
        await Self.prepare(api)
        var a = SuiteMember("a", of: "u", in: "s", through: api, session: 30)
        await a.look()
        api.clock.advance(by: .seconds(30 + 300 - 1))
        var b = SuiteMember("b", of: "u", in: "s", through: api.another())
        await b.look()
        #expect(b.partitions.isEmpty)
        api.clock.advance(by: .seconds(2))
        await b.look()
        #expect(b.partitions == [0, 1, 2, 3])
        #expect(b.got.count == 60)
    }

    @Test("A wall clock that is some minutes ahead ends no session early")
    func skew() async throws {
        let api = try API()
        await Self.prepare(api)
        var a = SuiteMember("a", of: "u", in: "s", through: api, session: 30)
        await a.look()
        let ahead = API(
            table: api.table,
            seed: 2,
            clock: ManualClock(start: api.clock.now().advanced(by: .seconds(299)))
        )
        var b = SuiteMember("b", of: "u", in: "s", through: ahead)
        await b.look()
        ahead.clock.advance(by: .seconds(29))
        await b.look()
        #expect(b.partitions.isEmpty)
    }

    @Test(
        "A holder that was frozen commits nothing of what another has",
        arguments: Engine.allCases
    )
    func fenced(_ engine: Engine) async throws {
        let api = try API(engine)
        await Self.prepare(api)
        var frozen = SuiteMember("a", of: "u", in: "s", through: api, session: 30)
        await frozen.look(limit: 1000)
        var heir = SuiteMember("b", of: "u", in: "s", through: api.another())
        await heir.look()
        api.clock.advance(by: .seconds(30))
        await heir.look(limit: 10)
        #expect(heir.partitions == [0, 1, 2, 3])
        #expect(heir.got.allSatisfy(frozen.got.contains))
        let late = await frozen.commit()
        #expect(late.status == 409 && late.error == "lease_lost", "\(late)")
        #expect(late.details["lost"] as? [Int] == [0, 1, 2, 3])
        #expect(late.details["committed"] as? [Int] == [])
        #expect(await Self.lag(api) == 60)
        #expect(await heir.commit().status == 200)
        #expect(await Self.lag(api) == 50)
        // Its cursor counts for nothing either: it goes on from the commit, with what is its share.
        let known = frozen.got.count
        await frozen.look(limit: 1000)
        #expect(frozen.got.count == known && frozen.partitions.isEmpty)
        var group = [frozen, heir]
        await group.settle(over: 4)
        await group.drain()
        #expect(await Self.lag(api) == 0)
        #expect(Set(group[0].got.dropFirst(known) + group[1].got).count == 60)
    }

    @Test("A release that is not committed ends with a session of its holder")
    func overdueRelease() async throws {
        let api = try API()
        await Self.prepare(api)
        var a = SuiteMember("a", of: "u", in: "s", through: api, session: 30)
        await a.look(limit: 1000)
        var b = SuiteMember("b", of: "u", in: "s", through: api.another())
        await b.look()
        await a.look()
        #expect(a.partitions == [0, 1] && a.givingUp == [2, 3])
        // It polls on and never commits.
        for _ in 0..<3 {
            await b.look()
            #expect(b.partitions.isEmpty)
            api.clock.advance(by: .seconds(10))
            await a.look()
        }
        await b.look()
        #expect(b.partitions == [2, 3] && !b.got.isEmpty)
        let late = await a.commit()
        #expect(late.error == "lease_lost" && late.details["lost"] as? [Int] == [2, 3], "\(late)")
        #expect(late.details["committed"] as? [Int] == [0, 1])
    }

    @Test("A waiting member takes what another leaves")
    func waitingHandOver() async throws {
        let api = try API(clock: ManualClock(isImpatient: false))
        await Self.prepare(api)
        var a = SuiteMember("a", of: "u", in: "s", through: api)
        await a.look()
        let isOver = Mutex(false)
        async let waiting = {
            defer { isOver.withLock { $0 = true } }
            return await api.another().poll("s", as: "u", query: "member=b&wait=20")
        }()
        while api.clock.sleeperCount == 0 { await Task.yield() }
        await a.leave()
        let patience = Patience()
        while !isOver.withLock({ $0 }) {
            try patience.check("the end of a waiting poll")
            if api.clock.sleeperCount > 0 { api.clock.advance(by: .milliseconds(100)) }
            await Task.yield()
        }
        #expect(await waiting.events.count == 60)
    }

    @Test(
        "A member's poll reads what a plain one does, and writes once in a third of a session"
    )
    func cost() async throws {
        let reads = CallCounter { $0.kind.isRead }
        let writes = CallCounter { !$0.kind.isRead }
        let api = API(table: reads.watching(writes.watching(MemoryTable())))
        await Self.prepare(api)
        var member = SuiteMember("a", of: "u", in: "s", through: api, session: 45)
        let cursor = await api.poll("s", as: "u").cursor
        func poll() async { _ = await api.poll("s", as: "u", query: "cursor=\(cursor)") }
        func count(_ call: () async -> Void) async -> (reads: Int, writes: Int) {
            let before = (reads.count, writes.count)
            await call()
            return (reads.count - before.0, writes.count - before.1)
        }
        for _ in 0..<2 { await member.look() }
        for second in 1...45 {
            api.clock.advance(by: .seconds(1))
            // The first one renews what this process remembers of the stream.
            await poll()
            let plain = await count(poll)
            let look = await count { await member.look() }
            #expect(plain.writes == 0 && look.reads == plain.reads, "\(second)")
            #expect(look.writes == (second % 15 == 0 ? 1 : 0), "\(second)")
        }
    }
}
