import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The search for a time")
struct ChunkSearchTests {
    private let partition = Partition(unchecked: 0)
    private let stream = StreamRow(
        id: StreamID(trusted: "s"),
        incarnation: StreamIncarnation(high: 1, low: 1),
        partitionCount: 1,
        retentionHours: 1,
        compaction: false,
        created: Timestamp(milliseconds: 0)
    )

    private func search(
        notBefore target: Int64,
        from start: Int64 = 0,
        end: Int64,
        at now: Int64 = 0
    ) -> ChunkSearch {
        ChunkSearch(
            stream: stream.incarnation,
            partition: partition,
            notBefore: Timestamp(milliseconds: target),
            expiration: Expiration(of: stream, at: Timestamp(milliseconds: now)),
            from: Offset(unchecked: start),
            end: Offset(unchecked: end)
        )
    }

    /// The actions of a search in one line each; a table that grows shows what is written last late.
    private func run(
        _ search: consuming ChunkSearch,
        on table: PlanTable,
        afterPauses later: [Item] = []
    ) throws -> [String] {
        var table = table
        var action = search.start()
        var actions: [String] = []
        while actions.count < 100 {
            switch action {
            case .probe(let query):
                let offset = String(decoding: query.lowerBound ?? [], as: UTF8.self)
                actions.append("probe \(Int(offset) ?? -1)")
                action = try search.receive(table.page(query))
            case .pause(let length):
                actions.append("pause \(length.wholeMilliseconds)")
                for item in later { table.put(item) }
                action = search.resume()
            case .finish(let chunk, let hasGap):
                let found = chunk.map { "\($0.first.rawValue)" } ?? "nothing"
                actions.append("finish \(found)" + (hasGap ? " behind a gap" : ""))
                return actions
            }
        }
        return actions + ["and so on"]
    }

    private func table(_ maker: LogMaker, without missing: Set<Int> = []) -> PlanTable {
        var table = PlanTable()
        for (index, chunk) in maker.chunks.enumerated() where !missing.contains(index) {
            table.put(chunk.item)
        }
        return table
    }

    /// Four chunks of one event, at 0, 10, 20 and 30 ms.
    private func log(ttl: TTL = .never) -> LogMaker {
        var maker = LogMaker(partition: partition)
        for number in 0..<4 { maker.append([("k", "1")], at: Int64(number) * 10, ttl: ttl) }
        return maker
    }

    // MARK: States and events

    @Test("The oldest chunk is looked at first, and most often it is the one")
    func first() throws {
        #expect(try run(search(notBefore: 0, end: 4), on: table(log())) == ["probe 0", "finish 0"])
    }

    @Test("An empty range is not looked at")
    func empty() throws {
        #expect(
            try run(search(notBefore: 0, from: 4, end: 4), on: table(log())) == ["finish nothing"]
        )
    }

    @Test("Each chunk that is looked at narrows the range, one that is missing as well")
    func narrowing() throws {
        #expect(
            try run(search(notBefore: 15, end: 4), on: table(log())) == [
                "probe 0", "probe 2", "probe 1", "finish 2",
            ]
        )
        #expect(
            try run(search(notBefore: 31, end: 4), on: table(log())) == [
                "probe 0", "probe 2", "probe 3", "finish nothing",
            ]
        )
    }

    @Test("A seal is the end")
    func seal() throws {
        var table = PlanTable()
        table.put(LogEntry.sealItem(stream: stream.incarnation, partition: partition, at: .zero))
        #expect(try run(search(notBefore: 0, end: 1), on: table) == ["probe 0", "finish nothing"])
    }

    @Test("A chunk that has expired is too early, whatever its time")
    func expired() throws {
        let hour: Int64 = 3_600_000
        let found = try run(search(notBefore: 0, end: 4, at: hour + 15), on: table(log()))
        #expect(found.last == "finish 2")
    }

    @Test("A gap before the chunk is looked at again: it is filled, or it stays")
    func gap() throws {
        let maker = log()
        let hole = table(maker, without: [0])
        let filled = try run(
            search(notBefore: 0, end: 4),
            on: hole,
            afterPauses: [maker.chunks[0].item]
        )
        #expect(
            filled == [
                "probe 0", "pause \(Limits.gapPause.wholeMilliseconds)", "probe 0", "finish 0",
            ]
        )
        let stays = try run(search(notBefore: 0, end: 4), on: hole)
        #expect(stays.count { $0.hasPrefix("pause") } == Limits.gapLooks)
        #expect(stays.last == "finish 1 behind a gap")
    }

    @Test("A gap whose ttl may have passed is none")
    func expiredGap() throws {
        let hole = table(log(ttl: .after(second: 10)), without: [0])
        let found = try run(search(notBefore: 0, end: 4, at: 20_000), on: hole)
        #expect(!found.contains { $0.hasPrefix("pause") })
    }

    @Test("A damaged row is an error")
    func damage() {
        var table = PlanTable()
        table.put(Item(.chunk(stream.incarnation, partition, .zero)))
        #expect(throws: TableError.self) { try run(search(notBefore: 0, end: 4), on: table) }
    }

    // MARK: Random walk

    @Test("It finds what a look at every chunk finds", arguments: RandomSeed.cases(200))
    func randomWalk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var maker = LogMaker(partition: partition)
        var time: Int64 = 0
        for _ in 0..<random.number(0...12) {
            time += Int64(random.number(0...5))
            let events = (0..<random.number(1...3)).map { (key: "k\($0)", data: "1" as String?) }
            maker.append(events, at: time)
        }
        // What was trimmed is below the start.
        let trimmed = random.number(0...maker.chunks.count)
        let start = trimmed < maker.chunks.count ? maker.chunks[trimmed].first : maker.tail.next
        let table = table(maker, without: Set(0..<trimmed))
        for target in -1...(time + 1) {
            let actions = try run(
                search(notBefore: target, from: start.rawValue, end: maker.tail.next.rawValue),
                on: table
            )
            let expected = maker.chunks.dropFirst(trimmed).first {
                $0.timestamp.milliseconds >= target
            }
            let found = expected.map { "\($0.first.rawValue)" } ?? "nothing"
            #expect(actions.last == "finish \(found)", "target \(target), seed \(seed)")
            // Binary: as many looks as the range has digits, and the first.
            #expect(actions.count <= 10, "\(actions), seed \(seed)")
        }
    }
}
