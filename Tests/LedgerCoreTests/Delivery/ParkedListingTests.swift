import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A list of parked events")
struct ParkedListingTests {
    private let subscription = DeliveryRows("a").subscription

    /// A parked event's row; every `gone` is parked no more.
    private func item(_ value: Int64, in index: Int = 0, isGone: Bool = false) -> Item {
        let entry = ParkingHistory.Entry(
            .rejected,
            reason: "",
            deliveries: 1,
            firstDelivery: PlanRows.now,
            lastDelivery: PlanRows.now,
            parked: PlanRows.now,
            consumer: ""
        )
        let row = ParkedRow(
            offset(value),
            in: partition(index),
            of: (subscription.stream, subscription.incarnation),
            content: nil,
            because: entry,
            after: nil
        )
        return isGone ? row.gone(at: PlanRows.now).item : row.item
    }

    /// One page: what it lists, the place behind it, and the queries that it took.
    private func page(
        of table: StoredRows,
        in index: Int? = nil,
        limit: Int,
        after place: [UInt8]? = nil
    ) throws -> (offsets: [Int64], place: [UInt8]?, queries: Int) {
        var listing = ParkedListing(
            of: subscription,
            in: index.map { partition($0) },
            limit: limit,
            after: place
        )
        var queries = 0
        while let query = listing.next() {
            queries += 1
            var page = table.query(query)
            if let through = query.upperBound {
                let items = page.items.filter { !through.lexicographicallyPrecedes($0.key.sortKey) }
                page = QueryPage(
                    items: items,
                    next: items.count < page.items.count ? nil : page.next
                )
            }
            try listing.receive(page)
        }
        return (listing.rows.map(\.offset.rawValue), listing.place, queries)
    }

    @Test(
        "Page by page it lists every parked event once, in order, and no other",
        arguments: RandomSeed.cases(60)
    )
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var table = StoredRows()
        table.pageRows = 1 + random.index(below: 5)
        var expected: [[Int64]] = [[], [], []]
        for (index, value) in (0..<3).flatMap({ index in (0..<12).map { (index, Int64($0)) } })
        where random.happens(0.6) {
            let isGone = random.happens(0.5)
            _ = table.write(.put(item(value, in: index, isGone: isGone)))
            if !isGone { expected[index].append(value) }
        }
        for index in [nil, 0, 1, 2] as [Int?] {
            let limit = 1 + random.index(below: 6)
            var (found, place): ([Int64], [UInt8]?) = ([], nil)
            repeat {
                let page = try page(of: table, in: index, limit: limit, after: place)
                #expect(page.offsets.count <= limit)
                #expect(page.place == nil || page.offsets.count == limit)
                found += page.offsets
                place = page.place
            } while place != nil
            #expect(found == index.map { expected[$0] } ?? expected.flatMap(\.self))
        }
    }

    @Test("Many that are gone take few queries, and end a page that goes on behind them")
    func manyGone() throws {
        var table = StoredRows()
        for value in 0..<Int64(Limits.parkedRows) + 500 {
            _ = table.write(.put(item(value, isGone: true)))
        }
        let last = Int64(Limits.parkedRows) + 500
        _ = table.write(.put(item(last)))
        let first = try page(of: table, limit: 1)
        #expect(first.offsets.isEmpty && first.place != nil && first.queries <= 12)
        let second = try page(of: table, limit: 1, after: first.place)
        #expect(second.offsets == [last])
    }

    @Test("A damaged row is an error")
    func damaged() {
        var listing = ParkedListing(of: subscription, in: nil, limit: 1, after: nil)
        let key = TableKey.parked(
            stream: subscription.stream,
            subscription: subscription.incarnation,
            partition(0),
            .zero
        )
        _ = listing.next()
        var caught = false
        do throws(TableError) {
            try listing.receive(QueryPage(items: [Item(key)], next: nil))
        } catch {
            caught = error.reason == .corrupt
        }
        #expect(caught)
    }
}
