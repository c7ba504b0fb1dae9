import LedgerTesting
import Testing

@testable import LedgerCore

/// Each unit of an append has a deadline of its own, 1000 ms after its arrival.
extension AppendPlanTests {
    @Test("A unit that is overdue is refused, and the others are written without it")
    func overdueBesideOthers() throws {
        var plan = plan([unit(records(1)), unit(records(2), at: 900)])
        let first = try rows(plan.start(at: tick(990)))
        #expect(first.map { $0.number(.count) } == [3])
        guard case .pause = plan.receive(write: .failure(busy), at: tick(1000, id: 2)) else {
            throw TestFailure("no pause")
        }
        #expect(plan.outcomes == [[.failed(busy), nil]])
        let second = try rows(plan.resume(at: tick(1005, id: 3)))
        #expect(second.map { $0.number(.count) } == [2])
        let end = plan.receive(write: .success(.applied), at: tick(1006, id: 4))
        #expect(try outcomes(end) == [.failed(busy), stored(0, 2, at: 1005)])
    }

    @Test(
        "After an open outcome an overdue unit is open, and the same bytes are written for the rest"
    )
    func overdueWhileOpen() throws {
        var plan = plan([unit(records(1)), unit(records(2), at: 900)])
        let first = try rows(plan.start(at: tick(990)))
        guard case .pause = plan.receive(write: .failure(lost), at: tick(1000, id: 2)) else {
            throw TestFailure("no pause")
        }
        #expect(plan.outcomes == [[.unknown, nil]])
        #expect(try rows(plan.resume(at: tick(1005, id: 3))) == first)
        let end = plan.receive(write: .success(.applied), at: tick(1006, id: 4))
        #expect(try outcomes(end) == [stored(0, 1, at: 990), stored(1, 2, at: 990)])
    }

    @Test("What is overdue at the start is never sent")
    func overdueAtStart() throws {
        var plan = plan([unit(records(1)), unit(records(2), at: 900)])
        #expect(try rows(plan.start(at: tick(1000))).map { $0.number(.count) } == [2])
        #expect(plan.outcomes == [[.overdue, nil]])
        var late = self.plan([unit(records(1))])
        #expect(try outcomes(late.start(at: tick(1000))) == [.overdue])
    }
}
