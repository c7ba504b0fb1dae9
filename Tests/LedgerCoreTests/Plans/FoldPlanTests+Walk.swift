import LedgerTesting
import Testing

@testable import LedgerCore

/// A fold's states and events, and many folds at once.
extension FoldPlanTests {
    private static let busy = TableError(.definite, reason: .throttled, message: "busy")
    private static let moment = Timestamp(milliseconds: 1_000)

    private var small: LogMaker {
        var maker = LogMaker(partition: Partition(unchecked: 0))
        maker.append([("a", "1"), ("b", "1")], at: 0)
        maker.append([("a", "2"), ("b", nil)], at: 1)
        return maker
    }

    private func plan(
        compacts: Bool = true,
        budget: Int = 10,
        target: Int64? = nil,
        images: [Item] = []
    ) -> FoldPlan {
        FoldPlan(
            stream: StreamIncarnation(high: 1, low: 1),
            partition: Partition(unchecked: 0),
            compacts: compacts,
            budget: budget,
            target: target.map(Offset.init(unchecked:)),
            images: ChunkImages(images)
        )
    }

    private func describe(_ action: FoldPlan.Action) -> String {
        switch action {
        case .read(.get): "read progress"
        case .read(.query(let query)) where query.order == .descending: "read the last chunk"
        case .read(.query): "read the log"
        case .store(let writes): "store \(writes.count)"
        case .advance(let write):
            if case .put(let item) = write.operation, let watermark = item.number(.watermark) {
                "advance to \(watermark)"
            } else {
                "advance"
            }
        case .finish(let report):
            "finish at \(report.watermark.rawValue)" + (report.isAtEnd ? ", the end" : "")
                + (report.lost > 0 ? ", \(report.lost) lost" : "")
        case .fail(.table(let error)): "fail \(error.reason)"
        case .fail(.corrupt(_, let offset, _)): "fail corrupt \(offset.rawValue)"
        case .fail: "fail otherwise"
        }
    }

    /// Runs a plan on a table, where a step may be answered by `fault` instead.
    private func run(
        _ plan: consuming FoldPlan,
        on table: inout PlanTable,
        now: Timestamp = FoldPlanTests.moment,
        fault: (String) -> TableError? = { _ in nil }
    ) -> [String] {
        var action = plan.start()
        var actions: [String] = []
        while true {
            let line = describe(action)
            actions.append(line)
            let error = fault(line)
            switch action {
            case .read(let read):
                action = plan.receive(
                    error.map { .failure($0) } ?? .success(table.find(read)),
                    now: now
                )
            case .store(let writes):
                if error == nil { for write in writes { _ = table.write([write]) } }
                action = plan.stored(error)
            case .advance(let write):
                if let error {
                    action = plan.advanced(.failure(error), now: now)
                    continue
                }
                let isApplied = table.write([write]) == .applied
                action = plan.advanced(
                    .success(isApplied ? .applied : .conditionFailed(current: nil)),
                    now: now
                )
            case .finish, .fail: return actions
            }
        }
    }

    private func table(_ chunks: some Sequence<ChunkRow>) -> PlanTable {
        var table = PlanTable()
        for chunk in chunks { table.put(chunk.item) }
        return table
    }

    // MARK: States and events

    @Test("A fold reads progress and log, writes rows, then the watermark; then nothing is left")
    func whole() {
        var table = table(small.chunks)
        #expect(
            run(plan(), on: &table) == [
                "read progress", "read the log", "store 2", "advance to 4", "read the log",
                "finish at 4, the end",
            ]
        )
        #expect(
            run(plan(), on: &table) == ["read progress", "read the log", "finish at 4, the end"]
        )
    }

    @Test("Without a compacted state the watermark follows the tail")
    func following() {
        var table = table(small.chunks)
        #expect(
            run(plan(compacts: false), on: &table) == [
                "read progress", "read the last chunk", "advance to 4", "finish at 4, the end",
            ]
        )
    }

    @Test("A fold ends at its target, and with its budget")
    func bounds() {
        var table = table(small.chunks)
        #expect(
            run(plan(budget: 1), on: &table) == [
                "read progress", "read the log", "store 2", "advance to 4", "finish at 4",
            ]
        )
        #expect(run(plan(target: 3), on: &table) == ["read progress", "finish at 4"])
    }

    @Test("Images stand for a read of the log where they continue the watermark")
    func images() {
        let chunks = small.chunks
        var first = table(chunks)
        #expect(
            run(plan(target: 4, images: chunks.map(\.item)), on: &first) == [
                "read progress", "store 2", "advance to 4", "finish at 4",
            ]
        )
        // One that does not continue it, or is damaged, is left out.
        var forged = chunks[0].item
        forged[.hash] = .bytes([UInt8](repeating: 1, count: 32))
        for images in [[chunks[1].item], [forged]] {
            var table = table(chunks)
            let actions = run(plan(target: 4, images: images), on: &table)
            #expect(actions.contains("read the log"), "\(actions)")
        }
    }

    @Test(
        "A refused step ends the fold, and what is stored stays",
        arguments: ["read progress", "read the log", "store 2", "advance to 4"]
    )
    func refusals(_ step: String) {
        var table = table(small.chunks)
        let actions = run(plan(), on: &table) { $0 == step ? Self.busy : nil }
        #expect(actions.last == "fail throttled")
        #expect(run(plan(), on: &table).last == "finish at 4, the end")
    }

    @Test("A watermark that someone else has moved is read again")
    func conflict() {
        var table = table(small.chunks)
        var isFirst = true
        // The other one is ahead when this one stores.
        var plan = plan()
        var action = plan.start()
        var lines: [String] = []
        while true {
            lines.append(describe(action))
            switch action {
            case .read(let read):
                action = plan.receive(.success(table.find(read)), now: Self.moment)
            case .store: action = plan.stored(nil)
            case .advance(let write):
                if isFirst { _ = run(self.plan(), on: &table) }
                isFirst = false
                let isApplied = table.write([write]) == .applied
                action = plan.advanced(
                    .success(isApplied ? .applied : .conditionFailed(current: nil)),
                    now: Self.moment
                )
            case .finish, .fail:
                #expect(
                    lines == [
                        "read progress", "read the log", "store 2", "advance to 4",
                        "read progress", "read the log", "finish at 4, the end",
                    ]
                )
                return
            }
        }
    }

    @Test("A gap is damage, unless what was there had expired: then it is counted")
    func gap() {
        var maker = LogMaker(partition: Partition(unchecked: 0))
        for number in 0..<3 {
            maker.append([("a", "1")], at: Int64(number), ttl: .after(second: 4_000))
        }
        var hole = table(maker.chunks.filter { $0.first != .zero })
        #expect(run(plan(), on: &hole).last == "fail corrupt 0")
        let later = Timestamp(milliseconds: 500_000)
        #expect(run(plan(), on: &hole, now: later).last == "finish at 3, the end, 1 lost")
    }

    @Test("A seal is the end of the log")
    func seal() {
        var table = table(small.chunks)
        table.put(
            LogEntry.sealItem(
                stream: StreamIncarnation(high: 1, low: 1),
                partition: Partition(unchecked: 0),
                at: Offset(unchecked: 4)
            )
        )
        #expect(run(plan(), on: &table).last == "finish at 4, the end")
    }

    // MARK: Random walk

    @Test(
        "However many folds run, and whatever is lost, each key has its last event",
        arguments: RandomSeed.cases(100)
    )
    func randomWalk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var maker = LogMaker(partition: Partition(unchecked: 0))
        var table = PlanTable()
        var folds: [Fold] = []
        for step in 0..<random.number(40...120) {
            if random.happens(0.2) {
                let events = (0..<random.number(1...3)).map { _ in
                    (
                        key: "k\(random.number(0...4))",
                        data: random.happens(0.2) ? nil : "\(step)" as String?
                    )
                }
                table.put(maker.append(events, at: Int64(step)).item)
            } else if folds.count < 3, random.happens(0.3) {
                let images = random.happens(0.5) ? maker.chunks.map(\.item) : []
                folds.append(Fold(plan(budget: random.number(1...4), images: images)))
            } else if let index = folds.indices.randomElement(using: &random) {
                if folds[index].step(on: &table, using: &random) { folds.remove(at: index) }
            }
            try checkWatermark(of: table, in: maker, seed: seed)
        }
        var end = ""
        for _ in 0..<100 where !end.hasSuffix("the end") {
            end = run(plan(), on: &table).last ?? ""
        }
        try checkWatermark(of: table, in: maker, seed: seed)
        #expect(end == "finish at \(maker.tail.next.rawValue), the end", "seed \(seed)")
    }

    /// Below the watermark every key's last event is stored, or a later one.
    private func checkWatermark(of table: PlanTable, in maker: LogMaker, seed: UInt64) throws {
        let key = TableKey.progress(maker.stream, maker.partition)
        guard case .item(let item?) = table.find(.get(key)) else { return }
        let watermark = try ProgressRow(item).foldedTail
        var last: [EventKey: (offset: Offset, isTombstone: Bool)] = [:]
        for chunk in maker.chunks where chunk.end <= watermark.next {
            let batch = try RecordBatch.decode(chunk.batch, expecting: chunk.first)
            for (index, record) in batch.records.enumerated() {
                let key = EventKey(trusted: batch.copy(record.key))
                last[key] = (batch.offset(at: index), record.isTombstone)
            }
        }
        for (key, expected) in last {
            let found = table.find(.get(.latest(maker.stream, maker.partition, key)))
            guard case .item(let item?) = found else {
                Issue.record("a key below the watermark is missing, seed \(seed)")
                continue
            }
            let latest = try LatestRow(item)
            #expect(latest.offset >= expected.offset, "seed \(seed)")
            guard latest.offset == expected.offset else { continue }
            if case .tombstone = latest.value {
                #expect(expected.isTombstone, "seed \(seed)")
            } else {
                #expect(!expected.isTombstone, "seed \(seed)")
            }
        }
    }
}

/// A fold under way, one step at a time; its puts are carried out in any order, and some only when
/// others have gone on.
private final class Fold {
    private var plan: FoldPlan
    private var action: FoldPlan.Action

    init(_ plan: consuming FoldPlan) {
        var plan = plan
        action = plan.start()
        self.plan = plan
    }

    /// Does the next step; true when the fold is over.
    func step(on table: inout PlanTable, using random: inout SeededGenerator) -> Bool {
        let now = Timestamp(milliseconds: 1_000)
        let lost = TableError(.indefinite, reason: .unavailable, message: "lost")
        let isLost = random.happens(0.1)
        switch action {
        case .read(let read):
            action = plan.receive(isLost ? .failure(lost) : .success(table.find(read)), now: now)
        case .store(let writes):
            let done = isLost ? random.number(0...writes.count) : writes.count
            for write in writes.shuffled(using: &random).prefix(done) { _ = table.write([write]) }
            action = plan.stored(isLost ? lost : nil)
        case .advance(let write):
            let isCarriedOut = !isLost || random.happens(0.5)
            let outcome = isCarriedOut ? table.write([write]) : .applied
            if isLost {
                action = plan.advanced(.failure(lost), now: now)
            } else {
                action = plan.advanced(
                    .success(outcome == .applied ? .applied : .conditionFailed(current: nil)),
                    now: now
                )
            }
        case .finish, .fail: return true
        }
        return false
    }
}
