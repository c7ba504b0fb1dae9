import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The trim of a log")
struct TrimPlanTests {
    private let asked = Instant(now: Sample.created, uptime: .milliseconds(5))
    /// The samples' retention is one hour; one hour after this chunks of `created` expire.
    private let now = Sample.created.advanced(by: .hours(1))

    private func word(_ action: TrimPlan.Action) -> String {
        switch action {
        case .readProgress: return "read"
        case .query(let query): return "query \(query.limit)"
        case .raise(let write, _):
            guard case .put(let item) = write.operation else { return "no put" }
            return "raise \(item.number(.trim) ?? -1)"
        case .remove(let keys): return "remove \(keys.count)"
        case .comeBack: return "comeBack"
        case .finish(let due):
            return "finish \(due.map { $0.milliseconds - now.milliseconds } ?? -1)"
        }
    }

    private func plan(
        retentionHours: Int? = 1,
        deletesLogByItself: Bool = false,
        pages: Int = 10
    ) -> TrimPlan {
        TrimPlan(
            Sample.partition,
            of: Sample.stream(retentionHours: retentionHours),
            deletesLogByItself: deletesLogByItself,
            pages: pages
        )
    }

    private func reading(_ chunk: ChunkRow) -> TailReading {
        TailReading(newest: .chunk(chunk), progress: nil)
    }

    /// Chunks one after another, each of two events, of these ages beyond the retention.
    private func log(_ ages: [Int64], ttl: TTL = .never) -> [ChunkRow] {
        var tail = Tail.empty
        return ages.map { age in
            let timestamp = Sample.created.advanced(by: .milliseconds(-age))
            let chunk = Sample.chunk(after: tail, timestamp: timestamp, ttl: ttl)
            tail = chunk.tail
            return chunk
        }
    }

    private func folded(_ count: Int64) -> Item {
        Sample.progress(
            watermark: Tail(
                next: Offset(unchecked: count),
                timestamp: Sample.created,
                ttl: .past,
                hash: HashChain.start
            ),
            version: 3
        ).item
    }

    @Test("A look at the beginning is worth it only where something may be left there")
    func worth() {
        let never = reading(log([0])[0])
        let limited = reading(log([0], ttl: .after(second: 9))[0])
        let table: [(TailReading, Bool, Int?, Bool, String)] = [
            (never, false, 1, false, "read"),
            (limited, false, 1, false, "read"),
            (never, false, nil, false, "read"),
            (never, true, 1, false, "read"),
            (never, true, nil, false, "finish -1"),
            (limited, true, 1, false, "finish -1"),
            (TailReading(newest: nil, progress: nil), false, 1, false, "finish -1"),
            (TailReading(newest: .seal(at: .zero), progress: nil), false, 1, false, "finish -1"),
            (never, false, 1, true, "comeBack"),
            (limited, true, 1, true, "finish -1"),
        ]
        for (reading, byItself, hours, isOver, expected) in table {
            var plan = plan(retentionHours: hours, deletesLogByItself: byItself)
            #expect(word(plan.start(reading, isOver: isOver)) == expected)
        }
    }

    /// What the first probe leads to.
    private func probe(
        _ items: [Item],
        folded count: Int64 = 100,
        _ plan: consuming TrimPlan
    ) throws -> String {
        _ = plan.start(reading(log([0])[0]), isOver: false)
        _ = try plan.receive(progress: folded(count), asked: asked)
        return word(try plan.receive(QueryPage(items: items, next: nil), now: now))
    }

    @Test("The oldest chunk tells if there is anything to trim, and where the search goes on")
    func probes() throws {
        let seconds = now.seconds
        #expect(try probe([], plan()) == "finish -1")
        let seal = LogEntry.sealItem(
            stream: Sample.incarnation,
            partition: Sample.partition,
            at: .zero
        )
        #expect(try probe([seal], plan()) == "finish -1")
        #expect(try probe([log([0])[0].item], plan()) == "query 1000")
        #expect(try probe([log([-7])[0].item], plan()) == "finish 7")
        #expect(try probe([log([0])[0].item], folded: 1, plan()) == "finish 0")
        #expect(try probe([log([0])[0].item], plan(retentionHours: nil)) == "finish -1")
        let passed = log([0], ttl: .after(second: seconds - 1))[0].item
        #expect(try probe([passed], plan()) == "query 1000")
        #expect(try probe([passed], plan(deletesLogByItself: true)) == "finish -1")
        let holds = log([0], ttl: .after(second: seconds))[0].item
        #expect(try probe([holds], plan()) == "finish \((seconds + 1) * 1000 - now.milliseconds)")
    }

    @Test("The trim is raised on what was read, then chunks go, and it looks again")
    func steps() throws {
        let log = log([5, 4, 3, -9])
        var plan = plan(pages: 2)
        var words = [word(plan.start(reading(log[3]), isOver: false))]
        words.append(word(try plan.receive(progress: folded(6), asked: asked)))
        let page = QueryPage(items: log.map(\.item), next: nil)
        words.append(word(try plan.receive(page, now: now)))
        let raise = try plan.receive(page, now: now)
        words.append(word(raise))
        guard case .raise(let write, let decided) = raise else { return }
        #expect(decided == asked && write.condition == .compare(.version, .equal, .number(3)))
        // Someone else was first.
        words.append(word(plan.receive(.conditionFailed(current: nil), isOver: false)))
        words.append(word(try plan.receive(progress: folded(6), asked: asked)))
        words.append(word(try plan.receive(page, now: now)))
        words.append(word(try plan.receive(page, now: now)))
        words.append(word(plan.receive(.applied, isOver: false)))
        words.append(word(plan.removed(isOver: false)))
        #expect(
            words == [
                "read", "query 1", "query 1000", "raise 6", "read", "query 1", "query 1000",
                "raise 6", "remove 3", "comeBack",
            ]
        )
    }

    @Test("A trim that is high enough is not raised")
    func raised() throws {
        let log = log([5, 4])
        var progress = try ProgressRow(folded(9))
        progress.trimmedBelow = Offset(unchecked: 4)
        var plan = plan()
        _ = plan.start(reading(log[1]), isOver: false)
        _ = try plan.receive(progress: progress.item, asked: asked)
        let page = QueryPage(items: log.map(\.item), next: nil)
        _ = try plan.receive(page, now: now)
        #expect(word(try plan.receive(page, now: now)) == "remove 2")
        #expect(word(plan.removed(isOver: true)) == "comeBack")
    }

    @Test("Only what is folded and expired goes, and never above the trim", arguments: seeds)
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var table = StoredRows()
        table.pageRows = 1 + random.index(below: 5)
        let all = log((0..<random.index(below: 20)).map { Int64(10 - $0) })
        for chunk in all { _ = table.write(.put(chunk.item)) }
        var watermark = Tail.empty
        for chunk in all where random.happens(0.8) { watermark = chunk.tail }
        if watermark != .empty {
            _ = table.write(.put(Sample.progress(watermark: watermark, version: 3).item))
        }
        let newest = all.last.map { LogEntry.chunk($0) }
        var plan = plan(pages: 1 + random.index(below: 5))
        var action = plan.start(TailReading(newest: newest, progress: nil), isOver: false)
        while true {
            switch action {
            case .readProgress(let key):
                action = try plan.receive(progress: table.rows[key], asked: asked)
            case .query(let query): action = try plan.receive(table.query(query), now: now)
            case .raise(let write, _):
                if random.happens(0.3) { try interfere(&table, &random) }
                action = plan.receive(table.write(write), isOver: random.happens(0.1))
            case .remove(let keys):
                try check(keys, table)
                table.remove(keys)
                action = plan.removed(isOver: random.happens(0.1))
            case .comeBack: return
            case .finish(let due):
                let first = table.query(Query(.log(Sample.incarnation, Sample.partition), limit: 1))
                guard let item = first.items.first else {
                    #expect(due == nil, "\(replay)")
                    return
                }
                let chunk = try chunk(item)
                let isFolded = chunk.end <= watermark.next
                let expiry = chunk.timestamp.advanced(by: .hours(1))
                #expect(due == (isFolded ? expiry : now), "\(replay)")
                #expect(!isFolded || expiry > now, "something may go; \(replay)")
                return
            }
        }
    }

    /// Someone else changes the progress.
    private func interfere(_ table: inout StoredRows, _ random: inout SeededGenerator) throws {
        let key = TableKey.progress(Sample.incarnation, Sample.partition)
        guard let item = table.rows[key] else { return }
        var progress = try ProgressRow(item)
        progress.tailVerifiedAt = now
        progress.version += 1
        _ = table.write(.put(progress.item))
    }

    private func check(_ keys: [TableKey], _ table: StoredRows) throws {
        let row = table.rows[.progress(Sample.incarnation, Sample.partition)]
        let progress = try ProgressRow(try #require(row))
        for key in keys {
            let chunk = try chunk(try #require(table.rows[key]))
            #expect(chunk.end <= progress.foldedTail.next, "not folded; \(replay)")
            #expect(chunk.end <= progress.trimmedBelow, "above the trim; \(replay)")
            #expect(chunk.timestamp.advanced(by: .hours(1)) <= now, "\(replay)")
        }
    }

    private func chunk(_ item: Item) throws -> ChunkRow {
        guard case .chunk(let chunk) = try LogEntry(item) else { throw item.misplaced }
        return chunk
    }

    private static let seeds = RandomSeed.cases(300)
    private let replay = RandomSeed.replay("TrimPlanTests")
}
