import Testing

@testable import LedgerCore

@Suite("The answer to a webhook's request")
struct WebhookAnswerTests {
    /// 2026-01-01T00:00:00Z, a Thursday.
    private static let now = Timestamp(milliseconds: 1_767_225_600_000)

    private func answer(_ status: Int, retryAfter: String? = nil) -> WebhookAnswer {
        WebhookAnswer(status: status, retryAfter: retryAfter, at: Self.now)
    }

    @Test("2xx acknowledges, 410 is the end, and a redirection is a failure")
    func statuses() {
        for status in [200, 201, 202, 204, 299] { #expect(answer(status) == .acknowledged) }
        #expect(answer(410) == .gone)
        for status in [429, 502, 503, 504] {
            let expected = WebhookAnswer.unavailable(reason: "status \(status)", retryAfter: nil)
            #expect(answer(status) == expected)
        }
        for status in [
            101, 300, 301, 302, 307, 308, 400, 401, 404, 408, 409, 411, 500, 501, 505, 600,
        ] {
            let expected = WebhookAnswer.failed(reason: "status \(status)", retryAfter: nil)
            #expect(answer(status) == expected)
        }
        #expect(
            WebhookAnswer.missing("no route") == .unavailable(reason: "no route", retryAfter: nil)
        )
    }

    @Test("A pause is asked for in seconds or as a date, up to a day")
    func retryAfter() {
        let table: [(String, Duration?)] = [
            ("0", .zero), ("1", .seconds(1)), (" 120 ", .seconds(120)), ("007", .seconds(7)),
            ("86400", .hours(24)), ("86401", nil), ("99999999999999999999999", nil),
            ("Thu, 01 Jan 2026 00:00:10 GMT", .seconds(10)),
            ("Fri, 02 Jan 2026 00:00:00 GMT", .hours(24)),
            ("Fri, 02 Jan 2026 00:00:01 GMT", nil),
            ("Wed, 31 Dec 2025 23:59:59 GMT", .zero),
            ("", nil), ("soon", nil), ("-1", nil), ("1.5", nil), ("+1", nil), ("1 s", nil),
            ("2026-01-01T00:00:10Z", nil),
        ]
        for (text, pause) in table {
            #expect(
                answer(503, retryAfter: text)
                    == .unavailable(reason: "status 503", retryAfter: pause),
                "\(text)"
            )
            #expect(
                answer(500, retryAfter: text) == .failed(reason: "status 500", retryAfter: pause)
            )
            #expect(answer(200, retryAfter: text) == .acknowledged)
            #expect(answer(410, retryAfter: text) == .gone)
        }
    }
}
