import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Synchronization
import Testing

/// A call's work is bounded by what it decodes and looks at, whatever it delivers.
@Suite("Bounded reads")
struct BoundedReadTests {
    private static let stream = StreamID("s").unsafelyUnwrapped

    /// Events of nearly 256 KB that take a few bytes each as stored.
    private func publishLargeEvents(_ count: Int, _ api: API) async {
        let data = String(repeating: "x", count: 255 * 1024)
        let event = JSONBody.event(data: "\"\(data)\"")
        for _ in 0..<(count / 10) {
            let body = JSONBody.batch(Array(repeating: event, count: 10))
            let answer = await api.call("POST", at: "/streams/s/events?ack=summary", sending: body)
            #expect(answer.status == 200, "\(answer)")
        }
    }

    @Test("A page of highly compressed chunks decodes what it delivers", arguments: Engine.allCases)
    func decoding(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.create("s", with: ",\"partition_count\":1")
        await publishLargeEvents(120, api)
        var cursor: String?
        var events = 0
        repeat {
            let found = try await api.ledger.read(
                Self.stream,
                as: ReadRequest(from: cursor.map { .cursor($0) } ?? .earliest, limit: 1000)
            )
            #expect(found.page.decodedBytes <= Limits.pageBytes + Limits.chunkPayloadBytes)
            events += found.page.events.count
            cursor = found.page.caughtUp ? nil : found.cursor.encoded
        } while cursor != nil
        #expect(events == 120)
    }

    @Test("A filter that nothing fits ends a page at its budget, and the next goes on")
    func filteredBytes() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1")
        await publishLargeEvents(50, api)
        let none = TextPattern(exactly: Array("none".utf8))
        let first = try await api.ledger.read(
            Self.stream,
            as: ReadRequest(type: none, from: .earliest, limit: 10)
        )
        #expect(first.page.events.isEmpty && !first.page.caughtUp)
        #expect(first.page.decodedBytes <= Limits.filteredReadBytes)
        #expect(first.page.scanned > 20 && first.page.scanned < 50)
        let second = try await api.ledger.read(
            Self.stream,
            as: ReadRequest(type: none, from: .cursor(first.cursor.encoded), limit: 10)
        )
        #expect(second.page.events.isEmpty && second.page.caughtUp)
        #expect(first.page.scanned + second.page.scanned == 50)
    }

    @Test("A filter looks at ten thousand events a call")
    func filteredEvents() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1")
        for _ in 0..<3 { await publish(5_000, data: "1", api) }
        let first = await api.call("GET", at: "/streams/s/events?type=none")
        #expect(first.json["scanned"] as? Int == Limits.readEntries && !first.caughtUp)
        let second = await api.call("GET", at: "/streams/s/events?type=none&cursor=\(first.cursor)")
        #expect(second.json["scanned"] as? Int == 5_000 && second.caughtUp)
    }

    @Test("A page that takes too long ends where it is")
    func time() async throws {
        let clock = ManualClock()
        let isSlow = Mutex(false)
        let table = FaultyTable(MemoryTable()) { call, moment in
            guard moment == .before, call.kind == .query, isSlow.withLock({ $0 }) else { return }
            clock.advance(by: Limits.readTime)
        }
        let api = API(table: table, clock: clock)
        await api.create("s", with: ",\"partition_count\":1")
        for _ in 0..<200 { await publish(1, data: "1", api) }
        isSlow.withLock { $0 = true }
        var offsets: [Int] = []
        var counts: [Int] = []
        var page: Answer
        repeat {
            let next = offsets.count
            page = await api.call("GET", at: "/streams/s/events?from=\(next)&limit=1000")
            counts.append(page.events.count)
            offsets += page.offsets
        } while !page.caughtUp && counts.count < 100
        #expect(offsets == Array(0..<200))
        #expect(counts.count > 1 && counts[0] > 0, "\(counts)")
    }

    @Test("Tombstones make no bootstrap long, and none is looked at twice")
    func tombstones() async throws {
        let counter = CallCounter { call in
            guard call.kind == .query, case .latest = call.groups.first else { return false }
            return true
        }
        let api = API(table: counter.watching(MemoryTable()))
        await api.create("s", with: ",\"partition_count\":1")
        for _ in 0..<5 { await publish(5_000, data: "null", api) }
        #expect(await api.call("POST", at: "/streams/s/compact").status == 200)
        await api.subscribe(to: "s", as: "u", from: "\"compacted\"")
        var before = counter.count
        var scanned: [Int] = []
        while scanned.count < 10 {
            let found = try await api.ledger.subscriptions.poll(
                try #require(SubscriptionID("u")),
                of: Self.stream,
                cursor: nil,
                limit: 1,
                wait: .zero
            )
            scanned.append(found.page.scanned)
            #expect(counter.count - before < 20, "\(counter.count - before) reads for a page")
            before = counter.count
            if found.page.caughtUp { break }
            await api.commit("s", as: "u", cursor: found.cursor)
        }
        #expect(scanned == [10_000, 10_000, 5_000])
    }

    @Test("Tombstones make no list of the compacted state long")
    func compactedList() async throws {
        let counter = CallCounter { call in
            guard call.kind == .query, case .latest = call.groups.first else { return false }
            return true
        }
        let api = API(table: counter.watching(MemoryTable()))
        await api.create("s", with: ",\"partition_count\":1")
        for _ in 0..<3 { await publish(5_000, data: "null", api) }
        await api.publish(to: "s", key: "zzz")
        #expect(await api.call("POST", at: "/streams/s/compact").status == 200)
        let before = counter.count
        let first = await api.call("GET", at: "/streams/s/compacted?limit=1")
        let next = first.json["next"] as? String ?? ""
        #expect(first.status == 200 && first.events.isEmpty && !next.isEmpty)
        let second = await api.call("GET", at: "/streams/s/compacted?limit=1&next=\(next)")
        #expect(second.keys == ["zzz"] && second.json["next"] == nil)
        #expect(counter.count - before < 40, "\(counter.count - before) reads for two pages")
    }

    private static let serial = Mutex(0)

    /// Small events, each with a key of its own.
    private func publish(_ count: Int, data: String, _ api: API) async {
        let first = Self.serial.withLock { serial in
            defer { serial += count }
            return serial
        }
        let events = (first..<(first + count)).map {
            JSONBody.event(key: "k\($0)", data: data)
        }
        let body = JSONBody.batch(events)
        let answer = await api.call("POST", at: "/streams/s/events?ack=summary", sending: body)
        #expect(answer.status == 200, "\(answer)")
    }
}
