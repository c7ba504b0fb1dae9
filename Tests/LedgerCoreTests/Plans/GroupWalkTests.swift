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
