import LedgerTesting

/// The fate of one call of the table, on its way there and back.
enum CallFate {
    /// It arrives after the first delay and is answered after the second.
    case answered(Int64, Int64)
    /// The table asks for fewer calls.
    case throttled(Int64)
    /// It never arrives at the table.
    case lost
    /// It arrives, and the answer is lost.
    case unanswered(Int64)
    /// The caller has given up long before it arrives: a signed request is good for five minutes.
    case late(Int64)
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
        if random.happens(throttled) { return .throttled(random.number(1...30)) }
        if random.happens(lost) { return .lost }
        if random.happens(unanswered) { return .unanswered(random.number(1...1000)) }
        if random.happens(late) { return .late(random.number(2000...300_000)) }
        let slow = random.happens(0.03)
        return .answered(random.number(1...(slow ? 900 : 15)), random.number(1...(slow ? 900 : 15)))
    }
}
