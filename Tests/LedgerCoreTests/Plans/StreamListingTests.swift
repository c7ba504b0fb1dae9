import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The list of streams")
struct StreamListingTests {
    private func page(
        _ action: StreamListing.Action
    ) -> (names: [String], next: [UInt8]?)? {
        guard case .finish(let streams, let next) = action else { return nil }
        return (streams.map(\.id.name), next)
    }

    private func query(_ action: StreamListing.Action) -> Query? {
        if case .read(let query) = action { query } else { nil }
    }

    private func row(_ name: String, isDeleting: Bool = false) -> Item {
        var stream = StreamRow.test(name: StreamID(trusted: name))
        if isDeleting { stream.state = .deleting }
        return stream.item
    }

    private func pattern(_ text: String) throws -> StreamPattern {
        try #require(StreamPattern(text))
    }

    @Test("Each pattern is a query of its own, but one that lies before the page")
    func patterns() throws {
        let patterns = try ["a", "b*", "c"].map { try pattern($0) }
        var listing = StreamListing(limit: 3, after: nil, covered: patterns)
        let empty = Result<QueryPage, TableError>.success(QueryPage(items: [], next: nil))
        let a = Array("a".utf8)
        #expect(query(listing.start()) == Query(.streams, from: a, through: a, limit: 3))
        let one = QueryPage(items: [row("bc")], next: nil)
        let second = query(listing.receive(empty))
        #expect(second?.lowerBound == Array("b".utf8) && second?.upperBound == [0x62, 0x7f])
        let third = query(listing.receive(.success(one)))
        #expect(third?.lowerBound == Array("c".utf8) && third?.limit == 2)
        let last = page(listing.receive(empty))
        #expect(last?.names == ["bc"] && last?.next == nil)

        var later = StreamListing(limit: 3, after: Array("c".utf8), covered: patterns)
        let nothing = page(later.start())
        #expect(nothing?.names == [] && nothing?.next == nil)
    }

    @Test("A page ends where the table's does, or with its last name when it is full")
    func ends() throws {
        var listing = StreamListing(
            limit: 1,
            after: nil,
            covered: try [pattern("a"), pattern("b")]
        )
        _ = listing.start()
        let full = page(listing.receive(.success(QueryPage(items: [row("a")], next: nil))))
        #expect(full?.names == ["a"] && full?.next == Array("a".utf8))

        var whole = StreamListing(limit: 9, after: nil, covered: nil)
        #expect(query(whole.start()) == Query(.streams, limit: 9))
        let cut = page(whole.receive(.success(QueryPage(items: [row("a")], next: [0x61]))))
        #expect(cut?.names == ["a"] && cut?.next == [0x61])
    }

    @Test("A failed read and a damaged row end it")
    func failures() {
        var damaged = row("a")
        damaged[.version] = nil
        for (found, isTable) in [
            (.failure(PlanRows.table), true),
            (.success(QueryPage(items: [damaged], next: nil)), false),
        ] as [(Result<QueryPage, TableError>, Bool)] {
            var listing = StreamListing(limit: 9, after: nil, covered: nil)
            _ = listing.start()
            guard case .fail(.table(let error)) = listing.receive(found) else {
                Issue.record("it went on")
                continue
            }
            #expect((error == PlanRows.table) == isTable)
        }
    }

    @Test(
        "The pages of random names are the active streams that fit, once each, in order",
        arguments: RandomSeed.cases(60)
    )
    func paging(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rows = PlanRows()
        let letters = Array("abc")
        var active: [String] = []
        for _ in 0..<Int.random(in: 0...40, using: &random) {
            let count = Int.random(in: 1...3, using: &random)
            let name = String(
                (0..<count).map { _ in
                    letters[Int.random(in: 0..<3, using: &random)]
                }
            )
            let isDeleting = random.happens(0.2)
            rows.put(row(name, isDeleting: isDeleting))
            active.removeAll { $0 == name }
            if !isDeleting { active.append(name) }
        }
        let all = ["a*", "ab", "b", "bc*", "c*"].filter { _ in random.happens(0.5) }
        let covered =
            random.happens(0.2)
            ? nil
            : try all.filter { text in
                try !all.contains { try $0 != text && pattern($0).covers(pattern(text)) }
            }.map { try pattern($0) }
        let expected = active.sorted().filter { name in
            covered?.contains { $0.covers(StreamID(trusted: name)) } ?? true
        }

        let limit = Int.random(in: 1...7, using: &random)
        var found: [String] = []
        var after: [UInt8]?
        repeat {
            var listing = StreamListing(limit: limit, after: after, covered: covered)
            var action = listing.start()
            while let query = query(action) { action = listing.receive(.success(rows.page(query))) }
            let page = try #require(self.page(action))
            #expect(page.names.count <= limit)
            found += page.names
            if let next = page.next {
                let name = StreamID(trusted: String(decoding: next, as: UTF8.self))
                #expect(covered?.contains { $0.covers(name) } ?? true, "a foreign name shows")
            }
            after = page.next
        } while after != nil
        #expect(found == expected)
    }
}
