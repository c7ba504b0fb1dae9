import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Events that were read for a decision")
struct EventPoolTests {
    private let rows = DeliveryRows("abcdef")

    private func page(from start: Int64, limit: Int) throws -> EventPage {
        try rows.page(of: 0, from: offset(start), limit: limit, isFiltered: false)
    }

    @Test("What was wanted is found again, in whatever page it came")
    func places() throws {
        var pool = EventPool()
        pool.add(try page(from: 0, limit: 3)) { $0 != offset(1) }
        pool.add(try page(from: 4, limit: 2)) { $0 == offset(5) }
        for (value, key) in [(0, "a"), (1, nil), (2, "c"), (3, nil), (4, nil), (5, "f")]
            as [(Int64, String?)]
        {
            let place = pool.place(of: offset(value))
            #expect((place != nil) == (key != nil) && pool.isKnown(offset(value)) == (key != nil))
            guard let place, let key else { continue }
            #expect(pool.keyHash(of: place, salt: DeliveryRows.salt) == DeliveryRows.hash(key))
            // Key, type, the count of headers and data.
            #expect(pool.size(of: place) == 4)
            let content = try #require(pool.content(at: place))
            #expect(content.key.text == key && content.timestamp == PlanRows.now)
            let record = try Record.decode(content.record)
            #expect(record.copy(record.type) == Array("t".utf8))
        }
        #expect(pool.batches.count == 2)
    }

    @Test("A page of which nothing is wanted is not kept")
    func unwanted() throws {
        var pool = EventPool()
        pool.add(try page(from: 0, limit: 3)) { _ in false }
        #expect(pool.batches.isEmpty)
    }

    @Test("What the log has lost is known to be lost, unless it was read before")
    func lost() throws {
        var pool = EventPool()
        pool.add(try page(from: 2, limit: 1)) { _ in true }
        pool.lose(upTo: offset(4))
        pool.lose(upTo: offset(1))
        #expect(
            (0..<6).map { pool.hasLost(offset($0)) } == [true, true, false, true, false, false]
        )
        #expect((0..<6).map { pool.isKnown(offset($0)) } == [true, true, true, true, false, false])
    }

    @Test("The first event of a page can be kept in a row of its own")
    func firstOfPage() throws {
        let page = try page(from: 3, limit: 2)
        #expect(ParkedRow.Content(firstOf: page)?.key.text == "d")
        #expect(ParkedRow.Content(firstOf: .ofNothing) == nil)
    }
}
