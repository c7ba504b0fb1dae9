import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A page of events")
struct PollPlanTests {
    private let stream = StreamRow(
        id: StreamID(trusted: "s"),
        incarnation: StreamIncarnation(high: 1, low: 1),
        partitionCount: 3,
        retentionHours: nil,
        compaction: true,
        created: Timestamp(milliseconds: 0)
    )
    private let busy = TableError(.definite, reason: .throttled, message: "busy")

    private func instant(_ uptime: Int64) -> Instant {
        Instant(now: Timestamp(milliseconds: 100_000 + uptime), uptime: .milliseconds(uptime))
    }

    private func plan(
        from positions: [Position],
        in partitions: [Partition]? = nil,
        limit: Int = 100,
        filter: EventFilter? = nil,
        budget: ReadBudget = .ofCall(isFiltered: false)
    ) -> PollPlan {
        let parts = zip(partitions ?? Partition.all(positions.count), positions).map {
            PartitionRead(partition: $0, position: $1, eventsPerChunk: 2)
        }
        return PollPlan(
            stream: stream.incarnation,
            parts: parts,
            limit: limit,
            filter: filter,
            expiration: Expiration(of: stream, at: instant(0).now),
            trust: TailTrust(created: stream.created, onlySweepDeletes: true),
            budget: budget,
            now: instant(0),
            decode: { chunk throws(ReadFailure) in try chunk.decoded() }
        )
    }

    private func log(_ offset: Int64) -> Position { .log(Offset(unchecked: offset)) }

    private func offset(_ position: Position) -> Int64 {
        switch position {
        case .log(let offset): offset.rawValue
        case .snapshot(let watermark, _): watermark.rawValue
        }
    }

    private func fill(_ table: inout PlanTable, _ partition: Partition, chunks: Int, events: Int) {
        var maker = LogMaker(partition: partition)
        for number in 0..<chunks {
            let keys = (0..<events).map { (key: "k\($0)", data: "\(number)" as String?) }
            table.put(maker.append(keys, at: Int64(number)).item)
        }
    }

    /// An action in one line.
    private func describe(_ action: PollPlan.Action) -> String {
        switch action {
        case .read(let reads): "read " + reads.map(describe).joined(separator: ", ")
        case .pause(let length): "pause \(length.wholeMilliseconds)"
        case .finish(let page):
            "finish \(page.events.count)" + (page.caughtUp ? ", caught up" : "")
                + ", at " + page.positions.values.map(describe).joined(separator: " ")
        case .fail(.table(let error)): "fail \(error.reason)"
        case .fail(.expired): "fail expired"
        case .fail(.outOfRange(_, _, let next)): "fail outOfRange \(next.rawValue)"
        case .fail(.corrupt(_, let offset, _)): "fail corrupt \(offset.rawValue)"
        case .fail(.unverified): "fail unverified"
        }
    }

    private func describe(_ read: TableRead) -> String {
        switch read {
        case .get: "progress"
        case .query(let query):
            switch query.group {
            case .log(_, let partition) where query.order == .ascending: "log \(partition.index)"
            case .log(_, let partition): "chunk around \(partition.index)"
            case .latest(_, let partition): "state \(partition.index)"
            default: "something else"
            }
        }
    }

    private func describe(_ position: Position) -> String {
        switch position {
        case .log(let offset): "\(offset.rawValue)"
        case .snapshot(let watermark, let key):
            "\(watermark.rawValue)/\(key.map { String(decoding: $0.utf8, as: UTF8.self) } ?? "")"
        }
    }

    /// Runs a plan to its end; the actions, one line each, and the page.
    private func run(
        _ plan: inout PollPlan,
        on table: PlanTable,
        stepping milliseconds: Int64 = 0
    ) -> (actions: [String], page: EventPage?) {
        var uptime: Int64 = 0
        var action = plan.start()
        var actions = [describe(action)]
        while true {
            switch action {
            case .read(let reads):
                uptime += milliseconds
                let findings = reads.map { read -> Result<TableFinding, TableError> in
                    .success(table.find(read))
                }
                action = plan.receive(findings, now: instant(uptime))
            case .pause: action = plan.resume()
            case .finish(let page): return (actions, page)
            case .fail: return (actions, nil)
            }
            actions.append(describe(action))
        }
    }

    // MARK: States and events

    @Test("A page goes on to the end of every log")
    func caughtUp() {
        var table = PlanTable()
        fill(&table, Partition.all(3)[0], chunks: 1, events: 2)
        fill(&table, Partition.all(3)[2], chunks: 1, events: 1)
        var plan = plan(from: [log(0), log(0), log(1)])
        let (actions, page) = run(&plan, on: table)
        #expect(
            actions == [
                "read log 0, log 1, log 2", "read chunk around 1, chunk around 2", "read progress",
                "finish 2, caught up, at 2 0 1",
            ]
        )
        #expect(page?.remaining == 0 && page?.isIdle == false)
        #expect(plan.hints.map(\.next.rawValue) == [2, 0, 1])
    }

    @Test("A page may end in the middle of a chunk, when it is full")
    func full() {
        var table = PlanTable()
        fill(&table, Partition.all(1)[0], chunks: 3, events: 2)
        var plan = plan(from: [log(0)], limit: 3)
        let (actions, page) = run(&plan, on: table)
        #expect(actions == ["read log 0", "finish 3, at 3"])
        #expect(page?.remaining == 3)
        #expect(plan.hints[0].chunkStart == Offset(unchecked: 2))
    }

    @Test("A refusal and each failure of a reader is the page's")
    func failures() {
        var refused = plan(from: [log(0)])
        _ = refused.start()
        #expect(describe(refused.receive([.failure(busy)], now: instant(0))) == "fail throttled")
        var beyond = plan(from: [log(1)])
        #expect(run(&beyond, on: PlanTable()).actions.last == "fail outOfRange 0")
    }

    @Test("A gap is looked at again after a pause, twice, and then it is damage")
    func gap() {
        var table = PlanTable()
        fill(&table, Partition.all(1)[0], chunks: 2, events: 1)
        table.remove(.chunk(stream.incarnation, Partition.all(1)[0], .zero))
        var plan = plan(from: [log(0)])
        let actions = run(&plan, on: table).actions
        #expect(
            actions.count { $0 == "pause \(Limits.gapPause.wholeMilliseconds)" } == Limits.gapLooks
        )
        #expect(actions.last == "fail corrupt 0")
    }

    @Test("A page whose time is up ends, but only once it has got anywhere")
    func overTime() {
        var table = PlanTable()
        fill(&table, Partition.all(1)[0], chunks: 9, events: 1)
        let budget = ReadBudget(bytes: 1 << 20, entries: 100, time: .milliseconds(10))
        // The first read takes too long, but nothing was delivered before it.
        var plan = plan(from: [log(0)], limit: 8, budget: budget)
        let (actions, page) = run(&plan, on: table, stepping: 100)
        #expect(actions.first == "read log 0" && page?.events.isEmpty == false)
        #expect(page?.caughtUp == false && (page?.remaining ?? 0) >= 1)
    }

    @Test("The budget of entries ends a filtered page, which has moved on")
    func filteredBudget() throws {
        var table = PlanTable()
        fill(&table, Partition.all(1)[0], chunks: 5, events: 2)
        let filter = EventFilter(types: nil, keys: [TextPattern(exactly: Array("none".utf8))])
        let budget = ReadBudget(bytes: 1 << 20, entries: 4, time: .seconds(1))
        var plan = plan(from: [log(0)], filter: filter, budget: budget)
        let page = try #require(run(&plan, on: table).page)
        #expect(page.events.isEmpty && page.positions.values == [log(4)] && !page.caughtUp)
        #expect(page.scanned == 4)
    }

    @Test("A batch beyond the budget of bytes waits for the next page")
    func bytesBudget() throws {
        var table = PlanTable()
        fill(&table, Partition.all(1)[0], chunks: 5, events: 2)
        let budget = ReadBudget(bytes: 1, entries: 100, time: .seconds(1))
        var plan = plan(from: [log(0)], budget: budget)
        let page = try #require(run(&plan, on: table).page)
        // The first batch is decoded whatever its size.
        #expect(page.events.count == 2 && page.positions.values == [log(2)])
    }

    @Test("A bootstrap delivers the state first, then the log from the watermark")
    func bootstrap() throws {
        let partition = Partition.all(1)[0]
        var table = PlanTable()
        fill(&table, partition, chunks: 2, events: 2)
        for (index, key) in ["k0", "k1", "newer", "gone"].enumerated() {
            let record = try #require(RecordBatchSample.record)
            table.put(
                LatestRow(
                    stream: stream.incarnation,
                    partition: partition,
                    key: EventKey(trusted: Array(key.utf8)),
                    offset: Offset(unchecked: key == "newer" ? 9 : Int64(index)),
                    value: key == "gone" ? .tombstone(until: .never) : .record(record)
                ).item
            )
        }
        let start = Position.snapshot(watermark: Offset(unchecked: 2), after: nil)
        var plan = plan(from: [start])
        let (actions, page) = run(&plan, on: table)
        #expect(
            actions == ["read state 0", "read log 0", "finish 4, caught up, at 4"]
        )
        let isSnapshot = page?.events.map { event in
            if case .snapshot = event.source { true } else { false }
        }
        #expect(isSnapshot == [true, true, false, false])
        // Full after one entry, behind a tombstone: the position holds its key.
        var short = self.plan(from: [start], limit: 1)
        #expect(
            run(&short, on: table).actions == ["read state 0", "read state 0", "finish 1, at 2/k0"]
        )
        #expect(short.hints.isEmpty)
    }

    @Test("A page of some partitions ends at positions in those, whose commit moves no other")
    func somePartitions() throws {
        var table = PlanTable()
        let all = Partition.all(3)
        for partition in all { fill(&table, partition, chunks: 2, events: 2) }
        let some = [all[0], all[2]]
        var plan = plan(from: [log(1), log(0)], in: some, limit: 3)
        let page = try #require(run(&plan, on: table).page)
        #expect(Set(page.events.map(\.partition)) == Set(some) && page.events.count == 3)
        #expect(page.positions.partitions == some)
        let delivered = page.positions.values.map { offset($0) }
        #expect(delivered.reduce(0, +) == 1 + 3)
        let start = all.map { _ in log(0) }
        let state = SubscriptionState(
            stream: stream,
            subscription: .test(at: start),
            positions: start
        )
        var commit = CommitPlan(of: state, trust: .always, rules: .all)
        let action = commit.start(to: page.positions) { _, _ in true }
        guard case .checkTails = action, case .write(let writes) = commit.receive(checks: []) else {
            Issue.record("no write")
            return
        }
        #expect(writes.count == 2)
    }

    // MARK: Random walk

    @Test(
        "Page by page every event is delivered once, in order, whatever the limits",
        arguments: RandomSeed.cases(100)
    )
    func randomWalk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let count = random.number(1...3)
        var table = PlanTable()
        var expected: [[String]] = []
        for partition in Partition.all(count) {
            var maker = LogMaker(partition: partition)
            var keys: [String] = []
            for number in 0..<random.number(0...6) {
                let events = (0..<random.number(1...4)).map { _ in
                    (key: "k\(random.number(0...3))", data: "1" as String?)
                }
                table.put(maker.append(events, at: Int64(number)).item)
                keys += events.map(\.key)
            }
            expected.append(keys)
        }
        let wanted = random.happens(0.3) ? "k1" : nil
        let keys = wanted.map { [TextPattern(exactly: Array($0.utf8))] }
        let filter = EventFilter(types: nil, keys: keys)
        var positions = Array(repeating: log(0), count: count)
        var found = Array(repeating: [String](), count: count)
        var pages = 0
        while pages < 200 {
            pages += 1
            let limit = random.number(1...7)
            let budget = ReadBudget(
                bytes: random.number(1...400),
                entries: random.number(1...9),
                time: .milliseconds(50)
            )
            var plan = plan(from: positions, limit: limit, filter: filter, budget: budget)
            let result = run(&plan, on: table, stepping: Int64(random.number(0...60)))
            let page = try #require(result.page, "\(result.actions), seed \(seed)")
            #expect(page.events.count <= limit && page.scanned <= budget.entries)
            try check(page, between: positions, filter: wanted, expected, seed: seed)
            for event in page.events {
                found[event.partition.index].append(key(of: event, in: page))
            }
            // Never the same page again, unless there is nothing more.
            #expect(page.caughtUp || page.positions.values != positions, "seed \(seed)")
            positions = page.positions.values
            if page.caughtUp { break }
        }
        #expect(positions == expected.map { log(Int64($0.count)) }, "seed \(seed)")
        #expect(found == expected.map { $0.filter { wanted == nil || $0 == wanted } })
    }

    private func key(of event: EventPage.Event, in page: EventPage) -> String {
        guard case .log(let batch, let record) = event.source else { return "" }
        let decoded = page.batches[batch]
        return String(decoding: decoded.copy(decoded.records[record].key), as: UTF8.self)
    }

    /// The positions cover exactly the page's events and what was passed over.
    private func check(
        _ page: EventPage,
        between before: [Position],
        filter: String?,
        _ expected: [[String]],
        seed: UInt64
    ) throws {
        for (index, partition) in Partition.all(before.count).enumerated() {
            let range = offset(before[index])..<offset(page.positions.values[index])
            let covered = range.filter { filter == nil || expected[index][Int($0)] == filter }
            let delivered = page.events.filter { $0.partition == partition }.map(\.offset.rawValue)
            #expect(delivered == covered, "partition \(index), seed \(seed)")
        }
        let left = zip(page.positions.values, expected).contains { offset($0) < $1.count }
        #expect(!page.caughtUp || !left, "seed \(seed)")
    }
}

/// An event's record as the compacted state has it.
private enum RecordBatchSample {
    static let record: [UInt8]? = {
        var records = Records()
        records.append(key: Array("k".utf8), type: Array("t".utf8), data: Array("1".utf8))
        let chunk = CompressedRecords(records)
        let bytes = chunk.encode(baseOffset: .zero, timestamp: Timestamp(milliseconds: 0))
        guard let batch = try? RecordBatch.decode(bytes, expecting: .zero) else { return nil }
        return PackedRecord.pack(Record.encode(batch.records[0], of: batch))
    }()
}
