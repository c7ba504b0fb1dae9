import LedgerTesting

/// How a link behaves: how likely each trouble is for a request.
struct Weather: Sendable {
    /// Every connection is cut, and none is made.
    var isCut = false
    /// The request is not passed on, and its connection closed.
    var lost = 0.0
    /// The request is carried out, and its connection closed without the answer.
    var unanswered = 0.0
    /// The request is not passed on, and nothing comes back until the caller gives up.
    var silent = 0.0
    /// The request is passed on after seconds, whether or not the caller still waits.
    var late = 0.0
    /// The request is carried out a second time, after some seconds.
    var twin = 0.0
    /// The table asks for fewer requests.
    var throttled = 0.0
    /// The table cancels a transaction because of another one under way.
    var conflicted = 0.0
    /// The longest ordinary delay, milliseconds.
    var delay: Int64 = 0

    static let calm = Weather()

    /// What the link to the table is like when nothing special happens.
    static let table = Weather(
        lost: 0.01,
        unanswered: 0.01,
        silent: 0.003,
        late: 0.005,
        twin: 0.02,
        throttled: 0.02,
        conflicted: 0.02,
        delay: 5
    )

    /// What a client's link is like when nothing special happens.
    static let client = Weather(lost: 0.01, unanswered: 0.02, delay: 3)

    static let cut = Weather(isCut: true)
}

/// What becomes of one request.
enum Fate {
    case passed(delay: Int64, twin: Int64?)
    case lost
    case unanswered
    case silent
    case late(Int64)
    case refused(Refusal)
}

/// An answer in the name of the table.
enum Refusal {
    case throttled
    case conflicted
}

extension Weather {
    /// The fate of a request.
    func fate(of request: HTTPMessage, _ random: inout SeededGenerator) -> Fate {
        if random.happens(lost) { return .lost }
        if random.happens(unanswered) { return .unanswered }
        if random.happens(silent) { return .silent }
        if random.happens(late) { return .late(Int64.random(in: 500...8_000, using: &random)) }
        if random.happens(throttled) { return .refused(.throttled) }
        if request.isTransaction, random.happens(conflicted) { return .refused(.conflicted) }
        let isTwin = random.happens(twin)
        return .passed(
            delay: Int64.random(in: 0...delay, using: &random),
            twin: isTwin ? Int64.random(in: 0...5_000, using: &random) : nil
        )
    }
}
