import Glibc
import LedgerBytes
import LedgerTesting
import Testing

@Suite("The calendar")
struct CalendarTests {
    /// The C library's calendar.
    private static func oracle(_ seconds: Int64) -> tm {
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        return parts
    }

    /// Counts days one after the other, knowing only how long months are.
    @Test("Every day follows the one before")
    func everyDay() throws {
        var days = try #require(CivilDate(year: 1, month: 1, day: 1)).daysSinceEpoch
        #expect(days == -719_162)
        for year in 1...1200 {
            let isLeap = year % 400 == 0 || year % 4 == 0 && year % 100 != 0
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (month, length) in lengths.enumerated() {
                for day in 1...length {
                    let date = CivilDate(daysSinceEpoch: days)
                    let named = CivilDate(year: year, month: month + 1, day: day)
                    // Half a million times: a macro would take longer than the calendar does.
                    guard date == named, date.daysSinceEpoch == days else {
                        Issue.record("\(date) is \(days) days after the epoch")
                        return
                    }
                    days += 1
                }
                #expect(CivilDate(year: year, month: month + 1, day: length + 1) == nil)
            }
        }
    }

    @Test(
        "There is no such day",
        arguments: [(2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 4, 31), (1900, 2, 29)]
    )
    func noSuchDay(_ year: Int, _ month: Int, _ day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test("A walk from moment to moment agrees with the C library", arguments: RandomSeed.cases(20))
    func walk(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // From year 0 to the end of 9999.
        let range: ClosedRange<Int64> = -62_167_219_200...253_402_300_799
        var seconds: Int64 = 0
        for _ in 0..<2000 {
            let reach = Int64(1) << Int64.random(in: 0...38, using: &random)
            seconds += Int64.random(in: -reach...reach, using: &random)
            if !range.contains(seconds) { seconds = Int64.random(in: range, using: &random) }
            let millisecond = Int64.random(in: 0...999, using: &random)
            let time = CivilTime(millisecondsSinceEpoch: seconds * 1000 + millisecond)
            let parts = Self.oracle(seconds)
            let fields = [
                time.date.year, time.date.month, time.date.day, time.hour, time.minute,
                time.second, time.date.weekday,
            ]
            let expected = [
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                parts.tm_sec, parts.tm_wday,
            ]
            #expect(fields == expected.map(Int.init), "\(seconds)")
            #expect(time.millisecondsSinceEpoch == seconds * 1000 + millisecond)
            #expect(time.secondsSinceEpoch == seconds)
            #expect(CivilTime(rfc3339: time.rfc3339) == time, "\(time.rfc3339)")
        }
    }
}

@Suite("Moments as text")
struct CivilTimeTests {
    @Test(
        "A moment is written to the millisecond, or in the basic form",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z", "19700101T000000Z"),
            (-1, "1969-12-31T23:59:59.999Z", "19691231T235959Z"),
            (951_827_696_007, "2000-02-29T12:34:56.007Z", "20000229T123456Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z", "99991231T235959Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z", "00000101T000000Z"),
        ]
    )
    func written(_ milliseconds: Int64, _ text: String, _ basic: String) {
        let time = CivilTime(millisecondsSinceEpoch: milliseconds)
        #expect(time.rfc3339 == text)
        #expect(time.basicISO8601 == basic)
    }

    @Test(
        "Every form of RFC 3339 is read",
        arguments: [
            ("1970-01-01T00:00:01Z", 1000), ("1970-01-01t00:00:01z", 1000),
            ("1970-01-01 00:00:01.5Z", 1500), ("1970-01-01T00:00:01.05Z", 1050),
            ("1970-01-01T00:00:01.9999999Z", 1999), ("1970-01-01T00:00:60Z", 60_000),
            ("1970-01-01T02:30:00+02:30", 0), ("1969-12-31T23:00:00-01:00", 0),
        ]
    )
    func read(_ text: String, _ milliseconds: Int64) {
        #expect(CivilTime(rfc3339: text)?.millisecondsSinceEpoch == milliseconds)
    }

    @Test(
        "Whatever is no moment of RFC 3339 is refused",
        arguments: [
            "", "1970-01-01", "1970-01-01T00:00Z", "1970-01-01T00:00:00", "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00ZZ", " 1970-01-01T00:00:00Z", "1970-1-01T00:00:00Z",
            "1970-02-29T00:00:00Z", "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z",
            "1970-01-00T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z",
            "1970-01-01T00:00:61Z", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+00:60",
            "1970-01-01T00:00:00+0000", "+970-01-01T00:00:00Z", "1970-01-01T-1:00:00Z",
            "19700101T000000Z", "١970-01-01T00:00:00Z",
        ]
    )
    func refused(_ text: String) {
        #expect(CivilTime(rfc3339: text) == nil)
    }
}
