import LedgerCore
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerService

@Suite("Event streams that read alike")
struct SharedPagesTests {
    private let clock = ManualClock(isImpatient: false)
    private let reads = CallCounter.ofLogReads()
    private let table: FaultyTable
    private let process: TestLedger

    init() async throws {
        try await self.init(keys: .off)
    }

    private init(keys: KeyPolicy, on table: any Table = MemoryTable()) async throws {
        var configuration = Ledger.Configuration()
        configuration.seesAllAppends = true
        self.table = reads.watching(table)
        process = TestLedger(self.table, clock: clock, configuration: configuration, keys: keys)
        let headers = keys.isOn ? Self.authorization(TestKeys.root.text) : []
        for (path, body) in [
            ("/streams", JSONBody.stream("s", partitions: 1)),
            ("/streams/s/subscriptions", JSONBody.subscription("u")),
        ] {
            let made = await process.call("POST", at: path, sending: body, headers: headers)
            #expect(made.status == 201, "\(made)")
        }
    }

    private static let read = "/streams/s/events?from=earliest"
    private static let poll = "/streams/s/subscriptions/u/poll"

    private static func authorization(_ key: String) -> [(name: String, value: String)] {
        [(name: "authorization", value: "Bearer \(key)")]
    }

    private func publish(_ key: String, type: String = "t", as holder: String? = nil) async throws {
        let answer = await process.call(
            "POST",
            at: "/streams/s/events",
            sending: #"{"key":"\#(key)","type":"\#(type)","data":1}"#,
            headers: holder.map(Self.authorization) ?? []
        )
        #expect(answer.status == 200, "\(answer)")
    }

    private func open(
        _ target: String,
        after id: String? = nil,
        as holder: String? = nil
    ) async throws -> any ChunkSource {
        let last = id.map { [(name: "last-event-id", value: $0)] } ?? []
        let request = APIRequest(
            "GET",
            at: target,
            headers: [("accept", "text/event-stream")] + last
                + (holder.map(Self.authorization) ?? [])
        )
        let response = await process.api.handle(request)
        guard case .stream(let source) = response.body else {
            throw TestFailure("no stream: \(Answer(response))")
        }
        return source
    }

    /// Streams that have said where they stand, and would wait now.
    private func streams(_ count: Int, of target: String) async throws -> [any ChunkSource] {
        var sources: [any ChunkSource] = []
        for _ in 0..<count { sources.append(try await open(target)) }
        for source in sources { _ = try await source.next() }
        return sources
    }

    /// Returns once so many streams wait together, and so many waits are under way.
    private func wait(for waiting: Int, asleep: Int) async throws {
        let patience = Patience()
        while process.api.pages.waiting != waiting || clock.sleeperCount != asleep {
            try patience.check("\(process.api.pages.waiting) wait, \(clock.sleeperCount) asleep")
            await Task.yield()
        }
    }

    /// The next chunk of each, for which they wait together, and with so many others, while
    /// `meanwhile` is done.
    private func chunks(
        _ sources: [any ChunkSource],
        beside others: Int = 0,
        asleep: Int = 1,
        meanwhile: () async throws -> Void
    ) async throws -> [String?] {
        let tasks = sources.map { source in Task { try await source.next() } }
        try await wait(for: sources.count + others, asleep: asleep)
        try await meanwhile()
        var chunks: [String?] = []
        for task in tasks {
            chunks.append(try await task.value.map { String(decoding: $0, as: UTF8.self) })
        }
        return chunks
    }

    @Test("However many follow, the table is read once a page, and all get the same bytes")
    func once() async throws {
        for target in [Self.read, Self.poll] {
            try await publish("before")
            var costs: [Int: [Int]] = [:]
            for count in [1, 200] {
                let sources = try await streams(count, of: target)
                for key in ["a", "b", "c"] {
                    let before = reads.count
                    let got = try await chunks(sources) { try await publish(key) }
                    costs[count, default: []].append(reads.count - before)
                    #expect(Set(got).count == 1)
                    #expect(got[0]?.contains("\"key\":\"\(key)\"") == true)
                }
            }
            #expect(costs[200] == costs[1], "\(costs)")
        }
    }

    @Test("One that lags behind gets the same pages, and after a while the same events")
    func lag() async throws {
        let sources = try await streams(3, of: Self.read)
        let fast = Array(sources[..<2])
        var pages: [String?] = []
        for key in ["a", "b", "c"] {
            pages.append(try await chunks(fast) { try await publish(key) }[0])
        }
        let before = reads.count
        let first = try await sources[2].next()
        #expect(first.map { String(decoding: $0, as: UTF8.self) } == pages[0])
        #expect(reads.count == before)
        clock.advance(by: Limits.keptPageAge)
        let rest = try #require(await sources[2].next())
        let text = String(decoding: rest, as: UTF8.self)
        #expect(reads.count > before)
        #expect(text.matches(of: /"key":"(\w+)"/).map(\.1) == ["b", "c"])
        // They meet again where all of it is read.
        let last = try await chunks(sources) { try await publish("d") }
        #expect(Set(last).count == 1 && last[0]?.contains("\"key\":\"d\"") == true)
    }

    @Test("Those that come back at the same time to the same place share its page")
    func back() async throws {
        let held = Mutex<Gate?>(nil)
        let table = FaultyTable(MemoryTable()) { call, moment in
            guard moment == .before, case .log = call.groups.first, call.kind == .query else {
                return
            }
            await held.withLock { $0 }?.wait()
        }
        let test = try await SharedPagesTests(keys: .off, on: table)
        let target = Self.read + "&limit=1"
        try await test.publish("a")
        let first = String(
            decoding: try #require(await test.open(target).next()),
            as: UTF8.self
        )
        let id = String(try #require(first.firstMatch(of: /^id: (\S+)\n/)).1)
        try await test.publish("b")
        let gate = Gate()
        held.withLock { $0 = gate }
        let before = test.reads.count
        let tasks = (0..<20).map { _ in
            Task { try await test.open(target, after: id).next() }
        }
        try await test.wait(for: tasks.count, asleep: 0)
        gate.open()
        var pages: Set<[UInt8]> = []
        for task in tasks { pages.insert(try #require(await task.value)) }
        #expect(test.reads.count == before + 1)
        let page = String(decoding: try #require(pages.first), as: UTF8.self)
        #expect(pages.count == 1 && page.contains("\"key\":\"b\""))
    }

    @Test("Filters and limits do not mix")
    func filters() async throws {
        let targets = ["", "&key=a", "&type=x", "&type=x*", "&key=b&type=xy", "&limit=1"]
        var sources: [any ChunkSource] = []
        for target in targets {
            sources.append(try await open(Self.read + target))
            _ = try await sources.last?.next()
        }
        let got = try await chunks(sources, asleep: targets.count) {
            let events = [("a", "x"), ("b", "xy"), ("c", "z")].map {
                #"{"key":"\#($0)","type":"\#($1)","data":1}"#
            }
            let body = JSONBody.batch(events)
            try await process.done("POST", at: "/streams/s/events", sending: body)
        }
        let keys = got.map { ($0 ?? "").matches(of: /"key":"(\w+)"/).map { String($0.1) } }
        #expect(keys == [["a", "b", "c"], ["a"], ["a"], ["a", "b"], ["b"], ["a"]])
    }

    @Test("A client that leaves takes the page from nobody, also if it was the first to ask")
    func leaving() async throws {
        let sources = try await streams(3, of: Self.read)
        let first = Task { try await sources[0].next() }
        try await wait(for: 1, asleep: 1)
        let got = try await chunks(Array(sources[1...]), beside: 1) {
            first.cancel()
            #expect(try await first.value == nil)
            try await publish("a")
        }
        #expect(got.allSatisfy { $0?.contains("\"key\":\"a\"") == true })
        // When all have left nobody waits for them.
        let last = Task { try await sources[1].next() }
        try await wait(for: 1, asleep: 1)
        last.cancel()
        #expect(try await last.value == nil)
        try await wait(for: 0, asleep: 0)
    }

    @Test("The end of a stream, and of the process, is told to all")
    func ends() async throws {
        let sources = try await streams(5, of: Self.poll)
        let got = try await chunks(sources) {
            let path = "/streams/s/subscriptions/u"
            try await process.done("DELETE", at: path)
        }
        #expect(got.allSatisfy { $0 == nil })
        let others = try await streams(5, of: Self.read)
        let stopped = try await chunks(others) { process.ledger.endWaiting() }
        #expect(stopped.allSatisfy { $0 == nil })
    }

    @Test("A read that fails ends all that waited for it, and a new one begins anew")
    func failure() async throws {
        try await publish("a")
        let sources = try await streams(3, of: Self.read)
        let got = try await chunks(sources) {
            table.follow(
                FaultPlan { $0.kind == .query ? .failBefore(.unavailable) : nil }
            )
            try await publish("b")
        }
        #expect(got.allSatisfy { $0 == nil })
        table.follow(.none)
        let again = try await open(Self.read).next()
        let text = String(decoding: again ?? [], as: UTF8.self)
        #expect(text.contains("\"a\"") && text.contains("\"b\""))
    }

    @Test("Members of a group share nothing")
    func members() async throws {
        let sources = [
            try await open(Self.poll + "?member=a"), try await open(Self.poll + "?member=a"),
        ]
        for source in sources { _ = try await source.next() }
        let tasks = sources.map { source in Task { try await source.next() } }
        try await wait(for: 0, asleep: 2)
        for task in tasks {
            task.cancel()
            _ = try await task.value
        }
    }

    @Test("A key that is revoked gets no page that others wait for, too")
    func revoked() async throws {
        let test = try await SharedPagesTests(keys: TestKeys.policy())
        let root = Self.authorization(TestKeys.root.text)
        var keys: [(id: String, key: String)] = []
        for _ in 0..<2 {
            let body = #"{"name":"n","scopes":[{"actions":["consume"],"streams":"*"}]}"#
            let made = await test.process.call("POST", at: "/keys", sending: body, headers: root)
            let id = try #require(made.text.firstMatch(of: /"key_id":"([^"]+)"/)).1
            let key = try #require(made.text.firstMatch(of: /"key":"([^"]+)"/)).1
            keys.append((String(id), String(key)))
        }
        var sources: [any ChunkSource] = []
        for (_, key) in keys {
            sources.append(try await test.open(Self.read, as: key))
            _ = try await sources.last?.next()
        }
        let got = try await test.chunks(sources) {
            let path = "/keys/\(keys[0].id)"
            let gone = await test.process.call("DELETE", at: path, headers: root)
            #expect(gone.status == 200)
            try await test.publish("a", as: TestKeys.root.text)
        }
        #expect(got[0] == nil && got[1]?.contains("\"key\":\"a\"") == true)
    }
}
