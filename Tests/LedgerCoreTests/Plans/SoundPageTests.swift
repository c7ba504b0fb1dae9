import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A page among damaged rows")
struct SoundPageTests {
    private let query = Query(.log(Sample.incarnation, Sample.partition), limit: 8)

    private func key(_ offset: Int) -> TableKey {
        .chunk(Sample.incarnation, Sample.partition, Offset(unchecked: Int64(offset)))
    }

    private func error(_ reason: TableError.Reason, row: TableKey? = nil) -> TableError {
        TableError(.definite, reason: reason, message: "test", row: row)
    }

    private func word(_ action: SoundPage.Action) -> String {
        switch action {
        case .read(let query): "read \(query.limit)"
        case .pass: "pass"
        case .finish: "finish"
        case .fail(let error): "fail \(error.reason)"
        }
    }

    @Test("What follows a read, of several rows and of one")
    func outcomes() {
        let other = TableKey.chunk(StreamIncarnation(high: 5, low: 5), Sample.partition, .zero)
        let table: [(Result<QueryPage, TableError>, several: String, one: String)] = [
            (.success(QueryPage(items: [], next: nil)), "finish", "finish"),
            (.failure(error(.corrupt, row: key(3))), "read 4", "pass"),
            (.failure(error(.corrupt, row: other)), "read 4", "fail corrupt"),
            (.failure(error(.corrupt)), "read 4", "fail corrupt"),
            (.failure(error(.throttled, row: key(3))), "fail throttled", "fail throttled"),
            (.failure(error(.unavailable)), "fail unavailable", "fail unavailable"),
            (.failure(error(.closed)), "fail closed", "fail closed"),
        ]
        for (found, several, one) in table {
            for (limit, expected) in [(8, several), (1, one)] {
                var query = query
                query.limit = limit
                var plan = SoundPage(of: query)
                #expect(plan.start() == .read(query))
                #expect(word(plan.receive(found)) == expected, "\(limit)")
            }
        }
    }

    @Test("The next page begins behind the row that is passed by")
    func passed() {
        var query = query
        query.limit = 1
        var plan = SoundPage(of: query)
        _ = plan.start()
        let damage = error(.corrupt, row: key(3))
        #expect(plan.receive(.failure(damage)) == .pass(key(3), damage))
        #expect(plan.passed() == .finish(QueryPage(items: [], next: key(3).sortKey)))
    }

    @Test(
        "Page by page every sound row is found once, and every damaged one told of",
        arguments: seeds
    )
    func walk(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rows = (0..<40).map(key)
        let share = Double(random.index(below: 6)) / 10
        let damaged = Set(rows.filter { _ in random.happens(share) })
        var (found, told): ([TableKey], [TableKey]) = ([], [])
        var query = query
        query.limit = 1 + random.index(below: 20)
        repeat {
            var plan = SoundPage(of: query)
            var action = plan.start()
            loop: while true {
                switch action {
                case .read(let query): action = plan.receive(read(query, rows, damaged))
                case .pass(let row, _):
                    told.append(row)
                    action = plan.passed()
                case .finish(let page):
                    found += page.items.map(\.key)
                    query.after = page.next
                    break loop
                case .fail:
                    Issue.record("it failed; \(replay)")
                    return
                }
            }
        } while query.after != nil
        #expect(found == rows.filter { !damaged.contains($0) }, "\(replay)")
        #expect(told == rows.filter { damaged.contains($0) }, "\(replay)")
    }

    /// A page as an engine reads it, which stops at the first damaged row.
    private func read(
        _ query: Query,
        _ rows: [TableKey],
        _ damaged: Set<TableKey>
    ) -> Result<QueryPage, TableError> {
        let left = rows.drop { row in
            query.after.map { !$0.lexicographicallyPrecedes(row.sortKey) } ?? false
        }
        let page = left.prefix(query.limit)
        if let row = page.first(where: damaged.contains) {
            return .failure(error(.corrupt, row: row))
        }
        let isLast = page.count == left.count
        return .success(
            QueryPage(items: page.map { Item($0) }, next: isLast ? nil : page.last?.sortKey)
        )
    }

    private static let seeds = RandomSeed.cases(100)
    private let replay = RandomSeed.replay("SoundPageTests")
}
