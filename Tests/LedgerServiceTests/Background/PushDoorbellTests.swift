import APISuite
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerService

/// Ringing the function that sends webhooks, for what the table's stream brings.
@Suite("The doorbell of webhooks")
struct PushDoorbellTests {
    /// The rings of a process, and whether they get through.
    private final class Rings: Sendable {
        private let state = Mutex((streams: [[String]](), isBroken: false))

        var all: [[String]] { state.withLock { $0.streams } }

        func breakDown() { state.withLock { $0.isBroken = true } }

        func ring(_ streams: [StreamID]) throws(TestFailure) {
            let isBroken = state.withLock { state in
                state.streams.append(streams.map(\.name))
                return state.isBroken
            }
            if isBroken { throw TestFailure("Lambda is down") }
        }
    }

    private let rings = Rings()
    private let table = MemoryTable()
    private let clock = ManualClock()

    private let api: API

    init() { api = API(table: table, clock: clock) }

    /// A compactor of its own, which rings unless told otherwise.
    private func compactor(on table: (any Table)? = nil, isRinging: Bool = true) -> Ledger {
        var settings = Ledger.Configuration()
        if isRinging { settings.ringPush = { [rings] in try rings.ring($0) } }
        let table = table ?? self.table
        return API(table: table, seed: 2, clock: clock, configuration: settings).ledger
    }

    /// Creates streams, of which those that are named have a webhook that gets everything.
    private func create(_ names: [String], withWebhook: Set<String>) async throws {
        for (index, name) in names.enumerated() {
            await api.create(name, with: ",\"partition_count\":1")
            guard withWebhook.contains(name) else { continue }
            let stream = try await row(of: name).incarnation
            let subscription = SubscriptionIncarnation(high: 1, low: UInt64(index))
            var item = Item(.push(stream: stream, subscription: subscription))
            item[.state] = .number(1)
            item[.count] = .number(0)
            item[.version] = .number(2)
            item[.timestamp] = .number(clock.now().milliseconds)
            _ = try await table.write(.put(item))
        }
    }

    private func row(of name: String) async throws -> StreamRow {
        let id = try #require(StreamID(name))
        return try StreamRow(try #require(try await table.get(.stream(id))))
    }

    /// A notice of the first chunk of each of these streams.
    private func notices(of names: [String]) async throws -> [ChunkNotice] {
        var notices: [ChunkNotice] = []
        for name in names {
            let stream = try await row(of: name)
            let key = TableKey.chunk(stream.incarnation, stream.partitions[0], .zero)
            notices.append(try #require(ChunkNotice(key)))
        }
        return notices
    }

    @Test("A batch of records rings once, for all its streams with webhooks and no other")
    func rung() async throws {
        try await create(["b", "none", "a"], withWebhook: ["a", "b"])
        let notices = try await notices(of: ["b", "none", "a", "b"])
        let compactor = compactor()
        await compactor.ringPush(after: notices)
        #expect(rings.all == [["a", "b"]])
        await compactor.ringPush(after: try await self.notices(of: ["none"]))
        await compactor.ringPush(after: [])
        #expect(rings.all.count == 1)
    }

    @Test("A deleted stream is not rung for")
    func deleted() async throws {
        try await create(["a", "b"], withWebhook: ["a", "b"])
        let notices = try await notices(of: ["a", "b"])
        await api.call("DELETE", at: "/streams/a")
        await compactor().ringPush(after: notices)
        #expect(rings.all == [["b"]])
    }

    @Test("Webhooks are read once a minute, and not at all where nobody is to be rung")
    func reads() async throws {
        try await create(["a"], withWebhook: ["a"])
        let notices = try await notices(of: ["a"])
        let reads = CallCounter { $0.groups.contains(.pushes) }
        let watched = reads.watching(table)
        await compactor(on: watched, isRinging: false).ringPush(after: notices)
        #expect(reads.count == 0)
        let compactor = compactor(on: watched)
        for _ in 0..<59 {
            await compactor.ringPush(after: notices)
            clock.advance(by: .seconds(1))
        }
        #expect(reads.count == 1 && rings.all.count == 59)
        clock.advance(by: .seconds(1))
        await compactor.ringPush(after: notices)
        #expect(reads.count == 2)
    }

    @Test("A ring that fails is over, and the next one is for the next append")
    func failing() async throws {
        try await create(["a"], withWebhook: ["a"])
        let notices = try await notices(of: ["a"])
        rings.breakDown()
        let compactor = compactor()
        await compactor.ringPush(after: notices)
        await compactor.ringPush(after: notices)
        #expect(rings.all.count == 1)
        clock.advance(by: Limits.pushRingPause)
        await compactor.ringPush(after: notices)
        #expect(rings.all.count == 2)
    }

    @Test("While the table is down nobody is rung for, and folds are none the worse")
    func tableDown() async throws {
        try await create(["a"], withWebhook: ["a"])
        await api.publish(to: "a", key: "k")
        let notices = try await notices(of: ["a"])
        let broken = FaultyTable(
            table,
            plan: FaultPlan { $0.groups.contains(.pushes) ? .failBefore(.unavailable) : nil }
        )
        let compactor = compactor(on: broken)
        await compactor.ringPush(after: notices)
        #expect(rings.all.isEmpty)
        #expect(await compactor.fold(notices) == [])
    }

    @Test("Named streams are rung for at once, as often as somebody asks")
    func named() async throws {
        let streams = [try #require(StreamID("a")), try #require(StreamID("z"))]
        let push = compactor()
        await push.ringPush(for: streams)
        await push.ringPush(for: streams)
        await push.ringPush(for: [])
        await compactor(isRinging: false).ringPush(for: streams)
        #expect(rings.all == [["a", "z"], ["a", "z"]])
    }
}
