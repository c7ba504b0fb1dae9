import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The health of a webhook's endpoint")
struct WebhookHealthTests {
    typealias Event = WebhookHealth.Event
    typealias Probing = WebhookHealth.Probing
    typealias FailureStreak = WebhookHealth.FailureStreak

    private static let begun = PlanRows.now
    private static let now = begun.advanced(by: .seconds(100))
    private static let failed = WebhookAnswer.failed(reason: "status 500", retryAfter: nil)
    private static let unavailable = WebhookAnswer.unavailable(
        reason: "status 503",
        retryAfter: nil
    )

    private static func key(_ number: Int) -> EventKey {
        EventKey(trusted: Array("k\(number)".utf8))
    }

    /// A streak of failures, of so many keys.
    private static func streak(_ count: Int, keys: Int) -> FailureStreak {
        (0..<count).reduce(into: FailureStreak()) { $0.add(key($1 % max(1, keys))) }
    }

    private static func answered(_ answer: WebhookAnswer, _ key: Int = 9) -> Event {
        .answered(answer, key: self.key(key))
    }

    private static func probed(_ answer: WebhookAnswer) -> Event {
        .probed(answer, disableAfterHours: 1)
    }

    /// A state in words: its name, what it counts, and a pause in seconds.
    private func words(_ health: WebhookHealth) -> String {
        let since = health.since == Self.begun ? "" : " since now"
        switch health.state {
        case .pending: return "pending" + since
        case .active(let streak): return "active \(streak.count)/\(streak.keys.count)" + since
        case .failing(let probing):
            let moment = probing.pauseStart == Self.now ? "now" : "before"
            return "failing \(probing.failures), \(probing.pause.wholeSeconds) s from \(moment)"
                + since
        case .disabled: return "disabled" + since
        }
    }

    private func after(_ event: Event, in state: WebhookHealth.State) -> String {
        var health = WebhookHealth(state, since: Self.begun)
        health.receive(event, at: Self.now)
        return words(health)
    }

    private static let events: [Event] = [
        .readdressed, .verified, .resumed,
        answered(.acknowledged), answered(failed), answered(unavailable), answered(.gone),
        .probing(timeout: .seconds(20)),
        probed(.acknowledged), probed(failed), probed(unavailable), probed(.gone),
    ]

    @Test("In each state each event leads where it must")
    func table() {
        let failing = Probing(failures: 2, pauseStart: Self.begun, pause: .seconds(60))
        let still = "failing 2, 60 s from before"
        let fresh = "failing 0, 10 s from now since now"
        let next = "failing 3, 300 s from now"
        let (pending, active, disabled) = (
            "pending since now", "active 0/0 since now", "disabled since now"
        )
        let rows: [(WebhookHealth.State, [String])] = [
            (
                .pending,
                [
                    pending, active, "pending", "pending", "pending", "pending", "pending",
                    "pending",
                    "pending", "pending", "pending", "pending",
                ]
            ),
            (
                .active(Self.streak(3, keys: 2)),
                [
                    pending, "active 3/2", "active 3/2", "active 0/0", "active 4/3", fresh,
                    disabled,
                    "active 3/2", "active 3/2", "active 3/2", "active 3/2", "active 3/2",
                ]
            ),
            (
                .active(Self.streak(9, keys: 2)),
                [
                    pending, "active 9/2", "active 9/2", "active 0/0", fresh, fresh, disabled,
                    "active 9/2", "active 9/2", "active 9/2", "active 9/2", "active 9/2",
                ]
            ),
            (
                .failing(failing),
                [
                    pending, still, active, still, still, still, disabled,
                    "failing 2, 30 s from now", active, next, next, disabled,
                ]
            ),
            (
                .disabled,
                [
                    pending, "disabled", active, "disabled", "disabled", "disabled", "disabled",
                    "disabled", "disabled", "disabled", "disabled", "disabled",
                ]
            ),
        ]
        for (state, expected) in rows {
            for (event, words) in zip(Self.events, expected) {
                #expect(after(event, in: state) == words, "\(state) \(event)")
            }
        }
    }

    @Test("Ten failures in a row are an outage, if they have three keys at least")
    func outage() {
        for (count, keys, isOutage) in [
            (9, 9, false), (10, 3, true), (10, 2, false), (1_000, 2, false), (1_000, 1, false),
        ] {
            var health = WebhookHealth(.active(FailureStreak()), since: Self.begun)
            for index in 0..<count {
                health.receive(Self.answered(Self.failed, index % keys), at: Self.now)
            }
            if case .failing = health.state { #expect(isOutage) } else { #expect(!isOutage) }
        }
        // A third key after ever so many failures of two.
        #expect(
            after(Self.answered(Self.failed, 2), in: .active(Self.streak(1_000, keys: 2)))
                == "failing 0, 10 s from now since now"
        )
        var health = WebhookHealth(.active(Self.streak(9, keys: 9)), since: Self.begun)
        health.receive(Self.answered(.acknowledged), at: Self.now)
        health.receive(Self.answered(Self.failed), at: Self.now)
        #expect(words(health) == "active 1/1")
    }

    @Test("The pauses between probes grow, from ten seconds to half an hour")
    func ladder() {
        var probing = Probing(after: nil, at: Self.now)
        var pauses: [Int64] = []
        for _ in 0..<8 {
            pauses.append(probing.pause.wholeSeconds)
            probing.begin(at: Self.now, for: .seconds(30))
            #expect(probing.pause == .seconds(40))
            probing.fail(retryAfter: nil, at: Self.now)
        }
        #expect(pauses == [10, 30, 60, 300, 600, 1800, 1800, 1800])
    }

    @Test("An endpoint chooses the pause itself, but none below ten seconds")
    func retryAfter() {
        for (asked, pause) in [(0, 10), (9, 10), (45, 45), (86_400, 86_400)] {
            let later = Duration.seconds(asked)
            let answers = [
                WebhookAnswer.unavailable(reason: "", retryAfter: later),
                .failed(reason: "", retryAfter: later),
            ]
            #expect(
                after(Self.answered(answers[0]), in: .active(FailureStreak()))
                    == "failing 0, \(pause) s from now since now"
            )
            let failing = Probing(failures: 5, pauseStart: Self.begun, pause: .seconds(1800))
            for answer in answers {
                #expect(
                    after(Self.probed(answer), in: .failing(failing))
                        == "failing 6, \(pause) s from now"
                )
            }
        }
    }

    @Test("An endpoint that fails too long is disabled by the next probe that fails, not before")
    func tooLong() {
        let failing = Probing(failures: 9, pauseStart: Self.begun, pause: .seconds(1800))
        for (passed, isOver) in [(Duration.hours(1) - .milliseconds(1), false), (.hours(1), true)] {
            for answer in [Self.failed, Self.unavailable] {
                var health = WebhookHealth(.failing(failing), since: Self.begun)
                health.receive(Self.probed(answer), at: Self.begun.advanced(by: passed))
                if case .disabled = health.state { #expect(isOver) } else { #expect(!isOver) }
            }
        }
        var health = WebhookHealth(.failing(failing), since: Self.begun)
        let later = Self.begun.advanced(by: .hours(9_000))
        health.receive(.probing(timeout: .seconds(20)), at: later)
        health.receive(Self.probed(.acknowledged), at: later)
        #expect(health == WebhookHealth(.active(FailureStreak()), since: later))
    }

    @Test("Only another course must be stored at once: failures that are counted can wait")
    func course() {
        let probing = Probing(failures: 2, pauseStart: Self.begun, pause: .seconds(60))
        let states: [WebhookHealth.State] = [
            .pending, .active(FailureStreak()), .failing(probing), .disabled,
        ]
        for (index, state) in states.enumerated() {
            for (other, stored) in states.enumerated() {
                let health = WebhookHealth(state, since: Self.begun)
                let isOther = health.isOtherCourse(than: WebhookHealth(stored, since: Self.begun))
                #expect(isOther == (index != other))
            }
        }
        let counting = WebhookHealth(.active(Self.streak(3, keys: 1)), since: Self.begun)
        let counted = WebhookHealth(.active(FailureStreak()), since: Self.begun)
        #expect(counting != counted && !counting.isOtherCourse(than: counted))
        var probed = WebhookHealth(.failing(probing), since: Self.begun)
        let failing = probed
        probed.receive(.probing(timeout: .seconds(20)), at: Self.now)
        #expect(probed.isOtherCourse(than: failing))
    }
}
