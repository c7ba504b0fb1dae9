import Testing

@testable import LedgerCore

@Suite("A value and when it was read")
struct ObservedTests {
    @Test("It is fresh for its time by both clocks, and never by one that was set back")
    func freshness() {
        let age = Limits.cacheAge.wholeMilliseconds
        let readAt = Instant(now: Timestamp(milliseconds: 500), uptime: .milliseconds(50))
        let table: [(Int64, Int64, Bool)] = [
            (500, 50, true), (499 + age, 49 + age, true), (500 + age, 60, false),
            (510, 50 + age, false), (499, 51, false), (499, 50 + age, false),
        ]
        for (wall, uptime, expected) in table {
            let now = Instant(now: Timestamp(milliseconds: wall), uptime: .milliseconds(uptime))
            #expect(readAt.isFresh(at: now, rules: .all) == expected, "\(wall) \(uptime)")
            #expect(readAt.isFresh(at: now, for: Limits.cacheAge) == expected, "\(wall) \(uptime)")
        }
    }

    @Test("What was read too long ago is not trusted")
    func patience() {
        let patience = ReadPatience(since: .at(1_000), rules: .all)
        let age = Limits.readPatience.wholeMilliseconds
        #expect(throws: Never.self) { try patience.check(at: .at(999 + age)) }
        let refusal = Refusal.tooSlow(Limits.readPatience)
        #expect(throws: refusal) { try patience.check(at: .at(1_000 + age)) }
    }
}
