import LedgerBytes
import LedgerTesting
import Testing

@Suite("Dates of HTTP")
struct HTTPDateTests {
    @Test("Every moment to the second is read as it was written", arguments: RandomSeed.cases(20))
    func roundTrip(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let seconds = Int64.random(in: -62_167_219_200...253_402_300_799, using: &random)
            let time = CivilTime(secondsSinceEpoch: seconds)
            #expect(time.httpDate.utf8.count == 29)
            #expect(CivilTime(httpDate: time.httpDate) == time, "\(time.httpDate)")
        }
    }

    @Test("The standard's own example, and a leap second")
    func examples() {
        let example = "Sun, 06 Nov 1994 08:49:37 GMT"
        #expect(CivilTime(secondsSinceEpoch: 784_111_777).httpDate == example)
        let leap = CivilTime(httpDate: "Sat, 31 Dec 2016 23:59:60 GMT")
        #expect(leap?.secondsSinceEpoch == 1_483_228_800)
    }

    @Test(
        "Whatever is no date of HTTP in its one form is refused",
        arguments: [
            "", "GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:+9:37 GMT",
            "Sun,  06 Nov 1994 08:49:37 GMT", "Thu, 31 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37:00 GMT",
        ]
    )
    func refused(_ text: String) {
        #expect(CivilTime(httpDate: text) == nil)
    }
}
