import LedgerCore
import LedgerTesting

/// The fate of one call of the table, on its way there and back.
enum CallFate: CustomStringConvertible {
    /// It arrives after the first delay and is answered after the second.
    case answered(Duration, Duration)
    /// The table asks for fewer calls.
    case throttled(Duration)
    /// It never arrives at the table.
    case lost
    /// It arrives, and the answer is lost.
    case unanswered(Duration)
    /// The caller has given up long before it arrives: a signed request is good for five minutes.
    case late(Duration)

    /// The fate and its delays in milliseconds, as the trace has them.
    var description: String {
        switch self {
        case .answered(let there, let back):
            "answered(\(there.wholeMilliseconds), \(back.wholeMilliseconds))"
        case .throttled(let delay): "throttled(\(delay.wholeMilliseconds))"
        case .lost: "lost"
        case .unanswered(let delay): "unanswered(\(delay.wholeMilliseconds))"
        case .late(let delay): "late(\(delay.wholeMilliseconds))"
        }
    }
}

/// The probability of each fate but the good one.
struct Faults: Sendable {
    var throttled = 0.0
    var lost = 0.0
    var unanswered = 0.0
    var late = 0.0

    /// Everything arrives and is answered.
    static let none = Faults()

    /// A mixture: some histories are calm, some are not.
    static func drawn(_ random: inout SeededGenerator) -> Faults {
        let level = random.pick([0.0, 0.01, 0.05, 0.2])
        func share(_ random: inout SeededGenerator) -> Double {
            random.happens(0.5) ? level : level / 8
        }
        return Faults(
            throttled: share(&random),
            lost: share(&random),
            unanswered: share(&random),
            late: share(&random)
        )
    }

    /// The fate of the next call.
    func next(_ random: inout SeededGenerator) -> CallFate {
        if random.happens(throttled) { return .throttled(random.delay(upTo: .milliseconds(30))) }
        if random.happens(lost) { return .lost }
        if random.happens(unanswered) { return .unanswered(random.delay(upTo: .seconds(1))) }
        if random.happens(late) { return .late(random.duration(in: .seconds(2) ... .seconds(300))) }
        let longest: Duration = random.happens(0.03) ? .milliseconds(900) : .milliseconds(15)
        return .answered(random.delay(upTo: longest), random.delay(upTo: longest))
    }
}

extension SeededGenerator {
    /// A delay of a millisecond at least.
    mutating func delay(upTo longest: Duration) -> Duration {
        duration(in: .milliseconds(1)...longest)
    }
}
