import APISuite
import LedgerCore
import LedgerTesting
import Testing

/// A transaction's rows become visible one by one, so a gap is looked at again before it is called
/// damage.
@Suite("Gaps")
struct GapTests {
    @Test("A chunk that becomes visible late is waited for", arguments: 1...2)
    func lateChunk(_ looks: Int) async throws {
        let log = try await GappyLog(events: 3, hidden: 1, untilLook: looks)
        let (action, pauses) = try await log.run(from: 1)
        guard case .finish(let page) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(page.events.map(\.offset.rawValue) == [1, 2] && page.caughtUp)
        #expect(pauses == Array(repeating: Limits.gapPause, count: looks))
    }

    @Test("A chunk that never comes is damage, after two more looks")
    func missingChunk() async throws {
        let log = try await GappyLog(events: 3, hidden: 1, untilLook: .max)
        let (action, pauses) = try await log.run(from: 1)
        guard case .fail(.corrupt(_, let offset, _)) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(offset.rawValue == 1 && pauses.count == Limits.gapLooks)
    }

    @Test("A search for the beginning waits for a chunk that becomes visible late")
    func lateBeginning() async throws {
        for (looks, first) in [(0, 0), (1, 0), (2, 0), (Int.max, 1)] {
            let log = try await GappyLog(events: 3, hidden: 0, untilLook: looks)
            let (chunk, pauses) = try await log.search()
            #expect(chunk?.first.rawValue == Int64(first))
            #expect(pauses == min(looks, Limits.gapLooks))
        }
    }

    @Test("What comes before a gap is delivered without a look at it")
    func pageBeforeGap() async throws {
        let log = try await GappyLog(events: 3, hidden: 1, untilLook: .max)
        let (action, pauses) = try await log.run(from: 0)
        guard case .finish(let page) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(page.events.map(\.offset.rawValue) == [0] && !page.caughtUp && pauses.isEmpty)
    }
}

/// A log with a chunk per event, of which one is hidden until it was looked for often enough.
private struct GappyLog {
    private let api: API
    private let stream: StreamRow
    private let hidden: Offset
    private let untilLook: Int

    init(events: Int, hidden: Int64, untilLook: Int) async throws {
        api = try API()
        await api.create("s", with: ",\"partition_count\":1")
        for index in 0..<events { await api.publish(to: "s", key: "k\(index)") }
        let row = try await api.table.get(.stream(try #require(StreamID("s"))))
        stream = try StreamRow(try #require(row))
        self.hidden = try #require(Offset(hidden))
        self.untilLook = untilLook
    }

    /// Reads a page; what it ended with, and the pauses it asked for.
    func run(from offset: Int64) async throws -> (PollPlan.Action, [Duration]) {
        let part = PartitionRead(
            partition: stream.partitions[0],
            position: .log(try #require(Offset(offset))),
            eventsPerChunk: 16
        )
        let now = Instant(now: api.clock.now(), uptime: .zero)
        var plan = PollPlan(
            stream: stream.incarnation,
            parts: [part],
            limit: 100,
            expiration: Expiration(of: stream, at: now.now),
            trust: TailTrust(created: stream.created, onlySweepDeletes: true),
            budget: .ofCall(isFiltered: false),
            now: now,
            decode: { chunk throws(ReadFailure) in try chunk.decoded() }
        )
        var pauses: [Duration] = []
        var action = plan.start()
        while true {
            switch action {
            case .read(let reads):
                var findings: [Result<TableFinding, TableError>] = []
                for read in reads { findings.append(.success(try await find(read, pauses.count))) }
                action = plan.receive(findings, now: now)
            case .pause(let length):
                pauses.append(length)
                action = plan.resume()
            case .finish, .fail: return (action, pauses)
            }
        }
    }

    /// Searches for the log's beginning; what was found, and after how many pauses.
    func search() async throws -> (ChunkRow?, Int) {
        var search = ChunkSearch(
            stream: stream.incarnation,
            partition: stream.partitions[0],
            notBefore: Timestamp(milliseconds: .min),
            expiration: Expiration(of: stream, at: api.clock.now()),
            end: try #require(Offset(3))
        )
        var pauses = 0
        var action = search.start()
        while true {
            switch action {
            case .finish(let chunk, _): return (chunk, pauses)
            case .pause:
                pauses += 1
                action = search.resume()
            case .probe(let query):
                guard case .page(let page) = try await find(.query(query), pauses) else { continue }
                action = try search.receive(page)
            }
        }
    }

    private func find(_ read: TableRead, _ looks: Int) async throws -> TableFinding {
        switch read {
        case .get(let key): return .item(try await api.table.get(key))
        case .query(let query):
            var wider = query
            wider.limit += 1
            var page = try await api.table.query(wider)
            let key = TableKey.chunk(stream.incarnation, stream.partitions[0], hidden)
            if looks < untilLook { page.items.removeAll { $0.key == key } }
            page.items = Array(page.items.prefix(query.limit))
            return .page(page)
        }
    }
}
