import LedgerCore
import Testing

@testable import LedgerService

@Suite("Fields of deliveries")
struct DeliveryFieldsTests {
    private static func milliseconds(_ text: String, upTo most: Int = 20) -> Int64? {
        Array(text.utf8).withUnsafeBytes {
            DecimalNumber($0).seconds(upTo: .seconds(most))?.wholeMilliseconds
        }
    }

    @Test(
        "Seconds are read to the millisecond below, however they are written",
        arguments: [
            ("0", 0), ("-0", 0), ("0.0e9", 0), ("20", 20_000), ("20.000", 20_000), ("2e1", 20_000),
            ("0.2E+2", 20_000), ("1.5", 1_500), ("0.25", 250), ("25e-2", 250), ("0.0999", 99),
            ("0.0009", 0), ("5e-05", 0), ("1e-400", 0), ("0.00000000000000000001", 0),
            ("19.9999999999999999999", 19_999), ("0.000000000012e12", 12_000),
            ("12345678901234567890e-18", 12_345),
        ] as [(String, Int64)]
    )
    func seconds(_ text: String, expected: Int64) {
        #expect(Self.milliseconds(text) == expected)
    }

    @Test(
        "More than the limit is none, by however little, and so is less than nothing",
        arguments: [
            "20.0000000000000000001", "20.001", "21", "1e2", "1e400", "1e999999999999999999999",
            "12345678901234567890", "-1", "-0.001", "-1e-9",
        ]
    )
    func beyond(_ text: String) {
        #expect(Self.milliseconds(text) == nil)
    }

    @Test("The longest pause is a day, to the millisecond")
    func day() {
        #expect(Self.milliseconds("86400", upTo: 86_400) == 86_400_000)
        #expect(Self.milliseconds("86399.9999", upTo: 86_400) == 86_399_999)
        #expect(Self.milliseconds("86400.00001", upTo: 86_400) == nil)
    }
}
