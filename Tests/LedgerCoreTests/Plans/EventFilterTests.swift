import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A filter of events")
struct EventFilterTests {
    private func pattern(_ text: String, upTo limit: Int = 512) -> TextPattern? {
        TextPattern(utf8: Array(text.utf8), upTo: limit)
    }

    private func record(type: String) throws -> Record {
        try Record.decode(
            Record.encode(
                timestamp: Timestamp(milliseconds: 0),
                type: Array(type.utf8),
                data: [1]
            )
        )
    }

    private func key(_ text: String) -> EventKey { EventKey(trusted: Array(text.utf8)) }

    @Test("A pattern fits a whole text, or with a star at its end all that begin so")
    func patterns() throws {
        let table: [(pattern: String, fits: [String], fitsNot: [String])] = [
            ("order", ["order"], ["orde", "orders", "Order", ""]),
            ("order.*", ["order.", "order.paid", "order.*"], ["order", "orders.paid"]),
            ("*", ["", "a", "*"], []),
            ("a*b", ["a*b"], ["ab", "axb", "a*"]),
            ("a**", ["a*", "a*b"], ["a", "ab"]),
            ("größe", ["größe"], ["gro\u{308}ße"]),
        ]
        for (text, fits, fitsNot) in table {
            let pattern = try #require(self.pattern(text))
            #expect(pattern.utf8 == Array(text.utf8))
            for other in fits {
                #expect(Array(other.utf8).withUnsafeBytes { pattern.fits($0) }, "\(text) \(other)")
            }
            for other in fitsNot {
                #expect(!Array(other.utf8).withUnsafeBytes { pattern.fits($0) }, "\(text) \(other)")
            }
        }
    }

    @Test("A pattern is not empty, and no longer than a text can be, its star not counted")
    func lengths() {
        #expect(pattern("") == nil)
        #expect(pattern("abc", upTo: 3) != nil && pattern("abc*", upTo: 3) != nil)
        #expect(pattern("abcd", upTo: 3) == nil && pattern("abcd*", upTo: 3) == nil)
    }

    @Test("A text that is meant exactly may end with a star")
    func exact() {
        let exact = TextPattern(exactly: Array("a*".utf8))
        #expect(Array("a*".utf8).withUnsafeBytes { exact.fits($0) })
        #expect(Array("ab".utf8).withUnsafeBytes { !exact.fits($0) })
    }

    @Test("An event fits a pattern of each list that is given")
    func lists() throws {
        let types = [try #require(pattern("order.*")), try #require(pattern("refund"))]
        let keys = [try #require(pattern("eu-*"))]
        let both = try #require(EventFilter(types: types, keys: keys))
        #expect(both.fits(try record(type: "refund"), of: key("eu-1")))
        #expect(!both.fits(try record(type: "refund"), of: key("us-1")))
        #expect(!both.fits(try record(type: "order"), of: key("eu-1")))
        let ofTypes = try #require(EventFilter(types: types, keys: nil))
        #expect(ofTypes.fits(try record(type: "order.paid"), of: key("us-1")))
        let ofKeys = try #require(EventFilter(types: nil, keys: keys))
        #expect(ofKeys.fits(try record(type: "x"), of: key("eu-1")))
        #expect(EventFilter(types: nil, keys: nil) == nil)
    }

    @Test("Any filter is read back from its stored form, and nothing else is read")
    func storedForm() throws {
        var random = SeededGenerator(seed: RandomSeed.base)
        for _ in 0..<500 {
            let filter = try #require(randomFilter(&random))
            let bytes = filter.encoded
            #expect(EventFilter.decode(bytes) == filter, "\(RandomSeed.replay("EventFilterTests"))")
            #expect(EventFilter.decode(bytes + [0]) == nil)
            #expect(EventFilter.decode(bytes.dropLast()) == nil)
        }
        #expect(EventFilter.decode([0, 0]) == nil)
        // Seventeen patterns, an empty pattern, a type of 256 bytes.
        let many: [UInt8] = [17] + [UInt8](repeating: 1, count: 34) + [0]
        #expect(EventFilter.decode(many) == nil)
        #expect(EventFilter.decode([1, 0, 0]) == nil)
        let long = [1, 0x80, 2] + [UInt8](repeating: 97, count: 256) + [0]
        #expect(EventFilter.decode(long) == nil)
    }

    private func randomFilter(_ random: inout SeededGenerator) -> EventFilter? {
        func list() -> [TextPattern] {
            (0..<Int.random(in: 1...16, using: &random)).compactMap { _ in
                let count = Int.random(in: 1...20, using: &random)
                let text = (0..<count).map { _ in UInt8.random(in: 97...122, using: &random) }
                return TextPattern(
                    utf8: Bool.random(using: &random) ? text + [42] : text,
                    upTo: 255
                )
            }
        }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return EventFilter(types: list(), keys: nil)
        case 1: return EventFilter(types: nil, keys: list())
        default: return EventFilter(types: list(), keys: list())
        }
    }
}
