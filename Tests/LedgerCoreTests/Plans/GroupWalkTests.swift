import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A group whose processes and members fail")
struct GroupWalkTests {
    @Test(
        "Random histories: one holder and committer a lease, nothing passed over, equal shares",
        arguments: RandomSeed.cases(15)
    )
    func walk(_ seed: UInt64) {
        let walk = GroupWalk(seed: seed, rules: .all)
        walk.run()
        #expect(walk.violations.isEmpty, "\(walk.violations)")
        for kind in ["moved", "commits"] { #expect(walk.counts[kind, default: 0] > 0) }
    }
}

/// Outcomes of writes that were sent together, until the last has come.
final class Gathering {
    var outcomes: [Result<WriteOutcome, TableError>?]

    init(of count: Int) { outcomes = .init(repeating: nil, count: count) }
}

/// A call that is answered once: by its handler or by the client's patience.
final class Once<Answer> {
    private var then: ((Answer?) -> Void)?

    init(_ then: @escaping (Answer?) -> Void) { self.then = then }

    func call(_ answer: Answer?) {
        let then = then
        self.then = nil
        then?(answer)
    }
}
