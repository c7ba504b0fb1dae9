import LedgerCore
import Testing

@Suite("Spans of time")
struct DurationTests {
    @Test("A span has so many whole milliseconds, and what is below is dropped")
    func wholeMilliseconds() {
        for count in [0, 1, -1, 999, 86_400_001, -86_400_001, .max, .min] as [Int64] {
            #expect(Duration.milliseconds(count).wholeMilliseconds == count)
        }
        #expect(Duration.microseconds(1_999).wholeMilliseconds == 1)
        #expect(Duration.microseconds(-1_999).wholeMilliseconds == -1)
        #expect(Duration.milliseconds(7_199_999).wholeSeconds == 7_199)
        #expect(Duration.milliseconds(7_199_999).wholeHours == 1)
        #expect(Duration.hours(-2).wholeMilliseconds == -7_200_000)
    }

    @Test("A moment moves by whole milliseconds, and two differ by a span")
    func moments() {
        let moment = Timestamp(milliseconds: 1_000)
        #expect(moment.advanced(by: .microseconds(1_999)).milliseconds == 1_001)
        #expect(moment.advanced(by: .seconds(-2)).milliseconds == -1_000)
        #expect(Timestamp(milliseconds: -500) - moment == .milliseconds(-1_500))
    }

    @Test("The time between two readings is that of the clock that moved further")
    func elapsed() {
        let earlier = Instant(now: Timestamp(milliseconds: 1_000), uptime: .seconds(5))
        for (wall, uptime, expected) in [(2_000, 5_500, 1_000), (1_500, 6_000, 1_000), (0, 0, 0)] {
            let now = Timestamp(milliseconds: Int64(wall))
            let later = Instant(now: now, uptime: .milliseconds(uptime))
            #expect(later.elapsed(since: earlier) == .milliseconds(expected))
        }
    }
}
