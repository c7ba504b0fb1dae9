import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A look for others' appends")
struct LookoutTests {
    private func lookout(
        beyond ends: [Int64],
        _ subscriptions: [SubscriptionRow] = []
    ) -> Lookout {
        Lookout(
            at: PlanRows.name,
            of: PlanRows.stream,
            beyond: ends.enumerated().map { (partition($0), offset($1)) },
            subscriptions: subscriptions
        )
    }

    private func news(of lookout: Lookout, in rows: PlanRows) -> [Lookout.News] {
        lookout.news(in: lookout.reads.map { rows.find($0) })
    }

    @Test("Nothing new is no news, and neither is what can't be read")
    func quiet() {
        var rows = PlanRows()
        rows.put(StreamRow.test().item)
        rows.put(SubscriptionRow.test().item)
        let lookout = lookout(beyond: [0, 0], [.test()])
        #expect(lookout.reads.count == 4 && news(of: lookout, in: rows) == [])
        let failed = [Result<TableFinding, TableError>](
            repeating: .failure(PlanRows.table),
            count: 4
        )
        #expect(lookout.news(in: failed) == [])
    }

    @Test("A stream that is gone, going, another one or damaged has changed")
    func streams() {
        var deleting = StreamRow.test()
        deleting.state = .deleting
        let other = StreamRow.test(incarnation: StreamIncarnation(high: 9, low: 9))
        var damaged = StreamRow.test().item
        damaged[.version] = nil
        for item in [nil, deleting.item, other.item, damaged] {
            var rows = PlanRows()
            rows[.stream(PlanRows.name)] = item
            #expect(news(of: lookout(beyond: []), in: rows) == [.streamChanged])
        }
    }

    @Test("A subscription that was sought, made anew or deleted has changed")
    func subscriptions() throws {
        let known = SubscriptionRow.test()
        let sought = try known.sought(to: [.log(offset(3))])
        let other = SubscriptionRow.test(incarnation: SubscriptionIncarnation(high: 9, low: 9))
        for row in [nil, sought, other] {
            var rows = PlanRows()
            rows.put(StreamRow.test().item)
            if let row { rows.put(row.item) }
            #expect(
                news(of: lookout(beyond: [], [known]), in: rows) == [.subscriptionChanged(known.id)]
            )
        }
    }

    @Test("Chunks behind an end are appends, seals and damage a change, and reads are weak")
    func appends() {
        let key = TableKey.chunk(PlanRows.stream, partition(1), offset(4))
        var rows = PlanRows()
        rows.put(StreamRow.test().item)
        let chunks = rows.append([(4, PlanRows.now), (2, PlanRows.now)], to: partition(1))
        let lookout = lookout(beyond: [0, 4])
        #expect(news(of: lookout, in: rows) == [.appended(partition(1), end: offset(6))])
        #expect(
            lookout.reads.allSatisfy { read in
                if case .query(let query) = read { query.consistency == .eventual } else { true }
            }
        )
        rows.put(LogEntry.sealItem(stream: PlanRows.stream, partition: partition(1), at: offset(4)))
        #expect(news(of: lookout, in: rows) == [.streamChanged])
        var damaged = chunks[1].item
        damaged[.count] = nil
        rows[key] = damaged
        #expect(news(of: lookout, in: rows) == [.streamChanged])
    }

    @Test(
        "Looks among random appends lead to every partition's end, and tell nothing twice",
        arguments: RandomSeed.cases(40)
    )
    func ends(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var rows = PlanRows()
        rows.put(StreamRow.test().item)
        var tails = [Tail](repeating: .empty, count: 3)
        var known: [Int64] = [0, 0, 0]
        for _ in 0..<30 {
            for index in tails.indices where random.happens(0.3) {
                let size = Int.random(in: 1...3, using: &random)
                let chunks = rows.append(
                    [(size, PlanRows.now)],
                    to: partition(index),
                    after: tails[index]
                )
                tails[index] = chunks[0].tail
            }
            for news in news(of: lookout(beyond: known), in: rows) {
                guard case .appended(let partition, let end) = news else {
                    Issue.record("\(news)")
                    continue
                }
                #expect(end.rawValue > known[partition.index] && end <= tails[partition.index].next)
                known[partition.index] = end.rawValue
            }
        }
        // One chunk a look: as many looks as there may be chunks find all of them.
        for _ in 0..<30 {
            for case .appended(let partition, let end) in news(of: lookout(beyond: known), in: rows)
            {
                known[partition.index] = end.rawValue
            }
        }
        #expect(known == tails.map(\.next.rawValue))
        #expect(news(of: lookout(beyond: known), in: rows) == [])
    }
}
