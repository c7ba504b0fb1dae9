import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A page of the compacted state")
struct CompactedPlanTests {
    private let stream = StreamRow.test(partitions: 3)

    private func key(_ index: Int) -> EventKey { EventKey(trusted: Array("k\(index)".utf8)) }

    /// The row of a key's latest event, in the partition where the key belongs; nil bytes: a
    /// tombstone.
    private func row(_ index: Int, bytes: Int?) -> Item {
        let key = key(index)
        let record = bytes.map { count in
            Record.encode(
                timestamp: PlanRows.now,
                type: [0x74],
                data: [UInt8](repeating: 0x31, count: count)
            )
        }
        return LatestRow(
            stream: PlanRows.stream,
            partition: Partitioner.partition(forKey: key.utf8, count: stream.partitionCount),
            key: key,
            offset: offset(Int64(index)),
            value: record.map { .record($0) } ?? .tombstone(until: .past)
        ).item
    }

    private func plan(limit: Int = 10, after place: CompactedPlan.Place? = nil) -> CompactedPlan {
        CompactedPlan(
            of: Observed(stream, readAt: .at(0)),
            limit: limit,
            after: place,
            begun: .at(0),
            rules: .all
        )
    }

    private func refusal(_ action: CompactedPlan.Action) -> Refusal? {
        if case .fail(let refusal) = action { refusal } else { nil }
    }

    @Test("A place that no page ends at is refused, any other is read from")
    func places() {
        let own = Partitioner.partition(forKey: key(1).utf8, count: 3).index
        for place in [(3, []), ((own + 1) % 3, key(1).utf8)] as [CompactedPlan.Place] {
            var plan = plan(after: place)
            #expect(refusal(plan.start()) == .invalidPlace)
        }
        for place in [(2, []), (own, key(1).utf8)] as [CompactedPlan.Place] {
            var plan = plan(limit: 7, after: place)
            guard case .read(let query) = plan.start() else {
                Issue.record("\(place) was not read from")
                continue
            }
            #expect(query.group == .latest(PlanRows.stream, partition(place.partition)))
            #expect(query.after == (place.key.isEmpty ? nil : place.key) && query.limit == 7)
        }
    }

    @Test("A failed read and damage end it; a page that took too long is not trusted")
    func failures() {
        var failed = plan()
        _ = failed.start()
        #expect(
            refusal(failed.receive(.failure(PlanRows.table), now: .at(0))) == .table(PlanRows.table)
        )

        var broken = row(1, bytes: 1)
        broken[.record] = .bytes([1, 2])
        var damaged = plan()
        _ = damaged.start()
        let page = QueryPage(items: [broken], next: nil)
        guard
            case .read(.corrupt(_, let place, _), in: PlanRows.name)? = refusal(
                damaged.receive(.success(page), now: .at(0))
            )
        else {
            Issue.record("damage was not seen")
            return
        }
        #expect(place == offset(1))

        for (age, expected) in [
            (Limits.readPatience - .milliseconds(1), nil),
            (Limits.readPatience, .tooSlow(Limits.readPatience)),
        ] as [(Duration, Refusal?)] {
            var slow = plan()
            _ = slow.start()
            let action = slow.receive(
                .success(QueryPage(items: [], next: nil)),
                now: .at(age.wholeMilliseconds)
            )
            #expect(refusal(action) == expected)
        }
    }

    @Test("A page that took its time ends where it is")
    func time() {
        for (age, isOver) in [
            (Limits.readTime - .milliseconds(1), false), (Limits.readTime, true),
        ] {
            var plan = plan()
            _ = plan.start()
            let page = QueryPage(items: [], next: nil)
            switch plan.receive(.success(page), now: .at(age.wholeMilliseconds)) {
            case .finish(let entries, let next):
                #expect(isOver && entries.isEmpty && next?.partition == 1)
            case .read: #expect(!isOver)
            case .fail(let refusal): Issue.record(refusal)
            }
        }
    }

    @Test("A look at one key gives its event, or that it has none")
    func lookUp() throws {
        let entry = try CompactedEntry.existing(row(1, bytes: 3), in: PlanRows.name)
        #expect(entry.key == key(1) && entry.offset == offset(1))
        for item in [row(1, bytes: nil), nil] {
            #expect(throws: Refusal.eventKeyNotFound) {
                try CompactedEntry.existing(item, in: PlanRows.name)
            }
        }
    }

    @Test(
        "The pages of a random state are all its entries once, each page within its bounds",
        arguments: RandomSeed.cases(40)
    )
    func paging(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rows = PlanRows()
        var live: Set<EventKey> = []
        let tombstones = Double.random(in: 0...1, using: &random)
        let sizes = [1, 100, Limits.pageBytes / 3, Limits.pageBytes]
        for index in 0..<Int.random(in: 0...120, using: &random) {
            let isTombstone = random.happens(tombstones)
            let kind = Int.random(in: 0...1, using: &random) + (random.happens(0.05) ? 2 : 0)
            let size = sizes[kind]
            rows.put(row(index, bytes: isTombstone ? nil : size))
            if !isTombstone { live.insert(key(index)) }
        }
        let limit = Int.random(in: 1...30, using: &random)
        var place: CompactedPlan.Place?
        var found: [EventKey] = []
        repeat {
            var plan = plan(limit: limit, after: place)
            var action = plan.start()
            var looked = 0
            read: while true {
                switch action {
                case .read(let query):
                    #expect((1...Limits.pageEntries.upperBound).contains(query.limit))
                    let page = rows.page(query)
                    looked += page.items.count
                    action = plan.receive(.success(page), now: .at(0))
                case .finish(let entries, let next):
                    let bytes = entries.reduce(0) { $0 + $1.key.utf8.count + $1.record.bytes.count }
                    #expect(entries.count <= limit && looked <= Limits.readEntries)
                    #expect(bytes <= Limits.pageBytes || entries.count == 1)
                    found += entries.map(\.key)
                    place = next
                    break read
                case .fail(let refusal): throw refusal
                }
            }
        } while place != nil
        #expect(found.count == live.count && Set(found) == live)
    }
}
