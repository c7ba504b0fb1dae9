import Testing

@testable import LedgerCore

@Suite("A value and when it was read")
struct ObservedTests {
    @Test("It is fresh for its time by both clocks, and never by one that was set back")
    func freshness() {
        let value = Observed(1, readAt: Instant(now: Timestamp(milliseconds: 500), uptime: 50))
        let table: [(Int64, Int64, Bool)] = [
            (500, 50, true), (599, 149, true), (600, 60, false), (510, 150, false),
            (499, 51, false), (499, 500, false),
        ]
        for (wall, uptime, expected) in table {
            let now = Instant(now: Timestamp(milliseconds: wall), uptime: uptime)
            #expect(value.isFresh(within: 100, at: now) == expected, "\(wall) \(uptime)")
        }
    }

    @Test("What was read too long ago is not trusted")
    func patience() {
        let patience = ReadPatience(since: .at(1_000), rules: .all)
        #expect(throws: Never.self) { try patience.check(at: .at(999 + Limits.readPatience)) }
        let refusal = Refusal.tooSlow(milliseconds: Limits.readPatience)
        #expect(throws: refusal) { try patience.check(at: .at(1_000 + Limits.readPatience)) }
    }
}
