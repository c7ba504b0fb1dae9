import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The time of a run of a webhook")
struct PushBudgetTests {
    private func at(_ seconds: Int) -> Instant {
        let begun = PushBench.start
        let length = Duration.seconds(seconds)
        return Instant(now: begun.now.advanced(by: length), uptime: begun.uptime + length)
    }

    @Test("A request begins as long as it can end in time")
    func beginning() {
        let budget = PushBudget(from: PushBench.start, of: .seconds(100))
        #expect(budget.beginning(at: at(0), within: .seconds(20)) == .seconds(80))
        #expect(budget.mayBegin(at: at(79), within: .seconds(20)))
        #expect(!budget.mayBegin(at: at(80), within: .seconds(20)))
        #expect(!budget.isOver(at: at(99)) && budget.isOver(at: at(100)))
    }

    @Test("In a budget that is shorter than a request, requests begin in its first half")
    func short() {
        let budget = PushBudget(from: PushBench.start, of: .seconds(10))
        #expect(budget.mayBegin(at: at(4), within: .seconds(20)))
        #expect(!budget.mayBegin(at: at(5), within: .seconds(20)))
    }

    @Test("Without an end there is always time, until the process ends")
    func endless() {
        let budget = PushBudget(from: PushBench.start, of: nil)
        #expect(budget.mayBegin(at: at(1_000_000), within: .seconds(30)))
        #expect(budget.left(at: at(1)) == nil)
        #expect(budget.ending(at: at(7)).left(at: at(8)) == .seconds(4))
        let short = PushBudget(from: PushBench.start, of: .seconds(10)).ending(at: at(8))
        #expect(short.left(at: at(9)) == .seconds(1))
    }
}
