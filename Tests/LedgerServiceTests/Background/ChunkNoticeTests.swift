import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// Folding by the news of a table's stream, which may come in any state.
@Suite("News of the log")
struct ChunkNoticeTests {
    @Test(
        "Reordered, repeated, dropped and damaged news end as one fold of the log",
        arguments: RandomSeed.cases(60)
    )
    func anyOrder(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let api = try API(seed: seed)
        await api.create("s", with: ",\"partition_count\":2")
        for index in 0..<30 {
            let isNull = Int.random(in: 0..<4, using: &random) == 0
            let key = "k\(Int.random(in: 0..<7, using: &random))"
            await api.publish(to: "s", key: key, data: isNull ? "null" : "\(index)")
        }
        var news = try await logRows(of: "s", in: api).flatMap { row in
            let copies = Int.random(in: 0..<3, using: &random)
            return (0..<copies).compactMap { _ in
                ChunkNotice(row.key, image: image(of: row, using: &random))
            }
        }
        news.shuffle(using: &random)
        let compactor = api.another()
        while !news.isEmpty {
            let batch = Array(news.prefix(Int.random(in: 1...5, using: &random)))
            #expect(await compactor.ledger.fold(batch) == [], "\(replay)")
            news.removeFirst(batch.count)
        }
        // What no news led to, the sweep finds.
        #expect(await compactor.ledger.sweep().failures == 0)
        try await expectFoldOfLog(api)
    }

    @Test("News in order with whole images need no read of the log")
    func images() async throws {
        let logReads = CallCounter.ofLogReads()
        let api = API(table: logReads.watching(MemoryTable()))
        await api.create("s", with: ",\"partition_count\":1")
        for index in 0..<5 { await api.publish(to: "s", key: "k\(index)", data: "\(index)") }
        let news = try await logRows(of: "s", in: api).compactMap { ChunkNotice($0.key, image: $0) }
        let before = logReads.count
        #expect(await api.another().ledger.fold(news) == [])
        #expect(logReads.count == before)
        try await expectFoldOfLog(api)
        let state = await api.call("GET", at: "/streams/s/compacted")
        #expect(state.keys.count == 5)
        // Once more, all of them: nothing is read, nothing changes.
        let again = logReads.count
        #expect(await api.another().ledger.fold(news.reversed()) == [])
        #expect(logReads.count == again)
    }

    @Test("A damaged image is not trusted: the log is read", arguments: Damage.allCases)
    func damaged(_ damage: Damage) async throws {
        let logReads = CallCounter.ofLogReads()
        let api = API(table: logReads.watching(MemoryTable()))
        await api.create("s", with: ",\"partition_count\":1")
        for index in 0..<2 { await api.publish(to: "s", key: "k\(index)", data: "\(index)") }
        let rows = try await logRows(of: "s", in: api)
        let news = rows.compactMap { ChunkNotice($0.key, image: damage.applied(to: $0)) }
        let before = logReads.count
        #expect(await api.another().ledger.fold(news) == [])
        #expect(logReads.count > before)
        try await expectFoldOfLog(api)
        #expect(await api.call("GET", at: "/streams/s/compacted").keys.count == 2)
    }

    @Test("News of foreign, deleted and uncompacted streams need nothing, and harm no others")
    func foreign() async throws {
        let api = try API()
        await api.create("gone", with: ",\"partition_count\":1")
        await api.publish(to: "gone", key: "k")
        var rows = try await logRows(of: "gone", in: api)
        await api.call("DELETE", at: "/streams/gone")
        await api.create("plain", with: ",\"partition_count\":1,\"compaction\":false")
        await api.publish(to: "plain", key: "k")
        rows += try await logRows(of: "plain", in: api)
        await api.create("s", with: ",\"partition_count\":1")
        await api.publish(to: "s", key: "k")
        rows += try await logRows(of: "s", in: api)
        let nowhere = TableKey.chunk(
            StreamIncarnation(high: 1, low: 2),
            try #require(Partition(9)),
            .zero
        )
        let news =
            rows.compactMap { ChunkNotice($0.key, image: $0) }
            + [ChunkNotice(nowhere)].compactMap(\.self)
        #expect(await api.another().ledger.fold(news) == [])
        #expect(await api.call("GET", at: "/streams/s/compacted").keys == ["k"])
    }

    @Test("Rows of other kinds are no news, nor is an offset that can have no end")
    func otherRows() throws {
        let stream = StreamIncarnation(high: 1, low: 2)
        let partition = try #require(Partition(0))
        #expect(ChunkNotice(.progress(stream, partition)) == nil)
        let last = try #require(Offset(.max))
        #expect(ChunkNotice(.chunk(stream, partition, last)) == nil)
    }

    @Test("A stream created after the list was read is found")
    func newStream() async throws {
        let api = try API()
        let compactor = api.another()
        for name in ["one", "two"] {
            await api.create(name, with: ",\"partition_count\":1")
            await api.publish(to: name, key: "k")
            let news = try await logRows(of: name, in: api).compactMap { ChunkNotice($0.key) }
            #expect(await compactor.ledger.fold(news) == [])
            #expect(await api.call("GET", at: "/streams/\(name)/compacted").keys == ["k"])
        }
    }

    @Test("Only the news of the partition that failed come again")
    func partialFailure() async throws {
        let api = try API()
        await api.create("bad", with: ",\"partition_count\":1")
        await api.create("good", with: ",\"partition_count\":1")
        await api.publish(to: "bad", key: "k")
        await api.publish(to: "good", key: "k")
        let bad = try await logRows(of: "bad", in: api)[0]
        let good = try await logRows(of: "good", in: api)[0]
        // The stored chunk itself is damaged: neither the image nor the log will do.
        _ = try await api.table.write(
            .put(try #require(Damage.batch.applied(to: bad)), if: .exists)
        )
        let news = [good, bad, good, bad].compactMap { ChunkNotice($0.key) }
        #expect(await api.another().ledger.fold(news) == [1, 3])
        #expect(await api.call("GET", at: "/streams/good/compacted").keys == ["k"])
    }

    // MARK: Support

    private func logRows(of name: String, in api: API) async throws -> [Item] {
        let key = TableKey.stream(try #require(StreamID(name)))
        let stream = try StreamRow(try #require(try await api.table.get(key)))
        var rows: [Item] = []
        for partition in stream.partitions {
            let log = RowGroup.log(stream.incarnation, partition)
            rows += try await api.table.query(Query(log, limit: 1000)).items
        }
        return rows
    }

    /// None, whole, or damaged.
    private func image(of row: Item, using random: inout SeededGenerator) -> Item? {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: nil
        case 1: Damage.allCases.randomElement(using: &random)?.applied(to: row)
        default: row
        }
    }

    /// The compacted state is the last event of each key in the log.
    private func expectFoldOfLog(_ api: API) async throws {
        var truth: [String: String] = [:]
        for partition in 0..<2 {
            let page = await api.call(
                "GET",
                at: "/streams/s/events?partition=\(partition)&limit=1000"
            )
            for event in page.events {
                let key = event["key"] as? String ?? ""
                truth[key] = (event["data"] as? Int).map { "\(event["offset"] ?? ""):\($0)" }
            }
        }
        let state = await api.call("GET", at: "/streams/s/compacted?limit=1000")
        let found = state.events.map {
            ($0["key"] as? String ?? "", "\($0["offset"] ?? ""):\($0["data"] as? Int ?? -1)")
        }
        #expect(Dictionary(uniqueKeysWithValues: found) == truth, "\(replay)")
    }
}

/// How an image can be wrong.
enum Damage: CaseIterable, Sendable {
    case count
    case batch
    case hash
    case ttl
    case withoutHash
    case foreignAppend
    case empty

    func applied(to row: Item) -> Item? {
        var image = row
        switch self {
        case .count: image[.count] = .number((row.number(.count) ?? 0) + 1)
        case .batch: image[.batch] = row.bytes(.batch).map { .bytes(flipped($0)) }
        case .hash: image[.hash] = row.bytes(.hash).map { .bytes(flipped($0)) }
        case .ttl: image[.ttl] = .number(0)
        case .withoutHash: image[.hash] = nil
        case .foreignAppend: image[.append] = .bytes([1, 2, 3])
        case .empty: image = Item(row.key)
        }
        return image
    }

    private func flipped(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes[bytes.count / 2] ^= 1
        return bytes
    }
}

private let replay = RandomSeed.replay("ChunkNoticeTests")
