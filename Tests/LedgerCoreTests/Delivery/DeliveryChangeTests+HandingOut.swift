import LedgerTesting
import Testing

@testable import LedgerCore

/// Handing out, and what is passed over.
extension DeliveryChangeTests {
    @Test("An event that is handed out counts the delivery, and its lease begins with the row")
    func grants() throws {
        var change = change([event(0, "a", .ready, x: 2)])
        change.hold(event(0, "a", .ready, x: 2), under: Self.second)
        change.hold(event(1, "b", .ready, x: 0), under: Self.second)
        change.hold(event(2, "c", .ready, x: Limits.largestDeliveries), under: Self.second)
        change.grant(Self.second, to: "me")
        #expect(words(change) == "0a held 2 x3, 1b held 2 x1, 2c held 2 x1000000")
        let lease = try #require(change.row.open.lease(Self.second))
        #expect(lease.consumer == "me" && lease.granted == Self.now)
        #expect(lease.timer == RowTimer(version: 1, start: Self.now, length: .seconds(30)))
    }

    @Test("A key's first eight events are noted, behind them only the place is")
    func passingOver() {
        var change = change([event(0)])
        for value in 1...12 as ClosedRange<Int64> {
            change.passOver(offset(value), of: DeliveryRows.hash("a"))
        }
        #expect(change.row.open.events.count == 8)
        let rest = Rest(DeliveryRows.hash("a"), from: offset(8), count: 5)
        #expect(change.row.open.rests == [rest])
        // Where half of what may be open is, new keys rest at once.
        var full = self.change(
            (0..<5).map { event($0, "\($0)") },
            policy: DeliveryPolicy(maxOpen: 10)
        )
        full.passOver(offset(9), of: DeliveryRows.hash("b"))
        #expect(full.row.open.rests.map(\.from.rawValue) == [9])
        #expect(full.row.open.events.count == 5)
    }

    @Test("A rest moves forward only, and ends where the log was looked at")
    func moving() {
        var change = change([])
        let rest = Rest(DeliveryRows.hash("a"), from: offset(4), count: 2)
        change.move(rest, to: offset(6))
        #expect(change.row.open.rests.map(\.from.rawValue) == [6])
        change.move(rest, to: offset(2))
        #expect(change.row.open.rests.map(\.from.rawValue) == [4])
        change.shorten(DeliveryRows.hash("a"))
        change.shorten(DeliveryRows.hash("a"))
        change.shorten(DeliveryRows.hash("b"))
        #expect(change.row.open.rests.map(\.count) == [1])
        change.move(rest, to: offset(10))
        #expect(change.row.open.rests.isEmpty)
        change.scan(upTo: offset(12))
        change.scan(upTo: offset(11))
        #expect(change.row.scanned == offset(12))
    }

    @Test("A parked event takes the place that was kept for it, or leaves it for good")
    func parkedEvents() {
        var change = change([event(0, "a", .parked, x: 0), event(1, "b", .ready)], parked: 2)
        change.replay(.zero, of: DeliveryRows.hash("a"))
        #expect(words(change) == "0a ready x0 again, 1b ready x1" && change.row.parked == 2)
        var dropped = self.change([event(0, "a", .parked, x: 0), event(1, "b", .ready)], parked: 2)
        dropped.discard(.zero)
        dropped.discard(offset(1))
        dropped.discard(offset(5))
        #expect(words(dropped) == "1b ready x1" && dropped.row.parked == 0)
    }

    @Test("A text is cut at the end of a character", arguments: 0...12)
    func cut(_ limit: Int) {
        for text in ["", "abcdefghijkl", "éééééé", "a😀b😀c", "e\u{301}\u{301}e\u{301}"] {
            let cut = text.cut(toUTF8: limit)
            #expect(cut.utf8.count <= limit && text.hasPrefix(cut))
            let next = text.dropFirst(cut.count).first
            #expect(next.map { cut.utf8.count + $0.utf8.count > limit } ?? true)
        }
    }
}
