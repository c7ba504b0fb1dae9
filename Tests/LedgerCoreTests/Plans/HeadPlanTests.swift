import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The search for a head")
struct HeadPlanTests {
    private typealias Action = HeadPlan.Action

    private let log = RowGroup.log(PlanRows.stream, partition(0))

    /// Three chunks, [0, 2), [2, 5) and [5, 6), whose watermark stands at 2.
    private func stage() -> (rows: PlanRows, chunks: [ChunkRow], tail: TailReading) {
        var rows = PlanRows()
        let now = PlanRows.now
        let chunks = rows.append([(2, now), (3, now), (1, now)], to: partition(0))
        var progress = ProgressRow(stream: PlanRows.stream, partition: partition(0))
        progress.foldedTail = chunks[0].tail
        return (rows, chunks, TailReading(newest: .chunk(chunks[2]), progress: progress))
    }

    private func plan(_ index: Int64 = 0, at offset: Int64?, trust: TailTrust = .always) -> HeadPlan
    {
        HeadPlan(
            of: index,
            in: .test(),
            at: offset.map { LedgerCoreTests.offset($0) },
            trust: trust
        )
    }

    private func head(_ next: Int64, _ hash: Digest) -> Action {
        .finish(PartitionHead(partition: partition(0), next: offset(next), hash: hash))
    }

    @Test("It begins with the tail of a partition that there is")
    func start() {
        var plan = plan(at: nil)
        #expect(plan.start() == .readTail(partition(0)))
        var other = self.plan(1, at: nil)
        #expect(other.start() == .fail(.partitionNotFound(1)))
    }

    @Test("A tail answers most questions; for an offset inside the log a chunk is read")
    func tails() {
        let (_, chunks, tail) = stage()
        let sealed = TailReading(newest: .seal(at: offset(6)), progress: nil)
        let gone = TailReading(newest: nil, progress: nil)
        let before = TableKey.chunk(PlanRows.stream, partition(0), offset(4)).sortKey
        let read = Query(log, through: before, order: .descending, limit: 1)
        let table: [(Int64?, Result<TailReading, TableError>, TailTrust, Action)] = [
            (nil, .failure(PlanRows.table), .always, .fail(.table(PlanRows.table))),
            (nil, .success(tail), .always, head(6, chunks[2].hash)),
            (6, .success(tail), .always, head(6, chunks[2].hash)),
            (nil, .success(sealed), .always, .fail(.streamNotFound(PlanRows.name))),
            (nil, .success(gone), .never, .fail(.tailUnverified(partition(0)))),
            (nil, .success(gone), .always, head(0, HashChain.start)),
            (7, .success(tail), .always, .fail(.offsetOutOfRange(partition(0), next: offset(6)))),
            (0, .success(tail), .always, head(0, HashChain.start)),
            (2, .success(tail), .always, head(2, chunks[0].hash)),
            (5, .success(tail), .always, .read(read)),
        ]
        for (offset, found, trust, expected) in table {
            var plan = plan(at: offset, trust: trust)
            _ = plan.start()
            #expect(plan.receive(tail: found, now: PlanRows.now) == expected)
        }
    }

    @Test("A chunk that ends there has the hash, one that holds it has not, and none has expired")
    func chunks() {
        let (_, chunks, tail) = stage()
        let page = { (item: Item?) in QueryPage(items: item.map { [$0] } ?? [], next: nil) }
        var damaged = chunks[1].item
        damaged[.hash] = nil
        let earliest = Query(log, limit: 1)
        let table: [(Result<QueryPage, TableError>, Action?)] = [
            (.failure(PlanRows.table), .fail(.table(PlanRows.table))),
            (.success(page(chunks[1].item)), head(5, chunks[1].hash)),
            (.success(page(damaged)), nil),
            (.success(page(nil)), .read(earliest)),
            (.success(page(chunks[0].item)), .read(earliest)),
        ]
        for (found, expected) in table {
            var plan = plan(at: 5)
            _ = plan.start()
            _ = plan.receive(tail: .success(tail), now: PlanRows.now)
            let action = plan.receive(page: found)
            if let expected {
                #expect(action == expected)
            } else if case .fail(.table(let error)) = action {
                #expect(error.reason == .corrupt)
            } else {
                Issue.record("damage was not seen: \(action)")
            }
        }
        for (item, expected) in [(chunks[2].item, 6), (nil, 4)] as [(Item?, Int64)] {
            var plan = plan(at: 4)
            _ = plan.start()
            _ = plan.receive(tail: .success(tail), now: PlanRows.now)
            _ = plan.receive(page: .success(page(nil)))
            let action = plan.receive(page: .success(page(item)))
            #expect(action == .fail(.offsetExpired(partition(0), earliest: offset(expected))))
        }
        var plan = plan(at: 4)
        _ = plan.start()
        _ = plan.receive(tail: .success(tail), now: PlanRows.now)
        let action = plan.receive(page: .success(page(chunks[1].item)))
        #expect(action == .fail(.insideChunk(next: offset(5))))
    }

    /// Runs a plan on rows to its end.
    private func run(_ rows: PlanRows, _ tail: TailReading, at offset: Int64) -> Action {
        var plan = plan(at: offset)
        var action = plan.start()
        while true {
            switch action {
            case .readTail: action = plan.receive(tail: .success(tail), now: PlanRows.now)
            case .read(let query): action = plan.receive(page: .success(rows.page(query)))
            case .finish, .fail: return action
            }
        }
    }

    @Test(
        "Every offset of a random log has the hash of all before it, or none",
        arguments: RandomSeed.cases(50)
    )
    func everyOffset(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rows = PlanRows()
        let sizes = (0..<Int.random(in: 1...8, using: &random)).map { _ in
            (Int.random(in: 1...4, using: &random), PlanRows.now)
        }
        let chunks = rows.append(sizes, to: partition(0))
        let removed = Int.random(in: 0..<chunks.count, using: &random)
        for chunk in chunks[..<removed] { rows[chunk.item.key] = nil }
        var progress = ProgressRow(stream: PlanRows.stream, partition: partition(0))
        let folded = Int.random(in: removed...chunks.count, using: &random)
        if folded > 0 { progress.foldedTail = chunks[folded - 1].tail }
        let tail = TailReading(newest: .chunk(try #require(chunks.last)), progress: progress)

        var hashes: [Offset: Digest] = [.zero: HashChain.start]
        for chunk in chunks[removed...] { hashes[chunk.end] = chunk.hash }
        if folded > 0 { hashes[chunks[folded - 1].end] = chunks[folded - 1].hash }
        let end = try #require(chunks.last).end.rawValue
        for next in 0...end + 1 {
            let action = run(rows, tail, at: next)
            if let hash = hashes[offset(next)] {
                #expect(action == head(next, hash), "at \(next)")
            } else if next > end {
                #expect(action == .fail(.offsetOutOfRange(partition(0), next: offset(end))))
            } else if let holder = chunks[removed...].first(where: {
                $0.first < offset(next) && offset(next) < $0.end
            }) {
                #expect(action == .fail(.insideChunk(next: holder.end)), "at \(next)")
            } else {
                let earliest = chunks[removed].end
                #expect(action == .fail(.offsetExpired(partition(0), earliest: earliest)))
            }
        }
    }
}
