import Testing

@testable import LedgerCore

@Suite("Where a position stands")
struct PositionPlanTests {
    private func place(
        of position: Position,
        end next: Int64,
        earliest: Int64
    ) -> (state: SubscriptionDescription.PartitionState?, searches: Int) {
        var plan = PositionPlan(of: position, in: partition(1))
        var action = plan.start()
        var searches = 0
        while true {
            switch action {
            case .readEnd:
                action = plan.receive(end: PartitionEnd(next: offset(next), progress: nil))
            case .searchEarliest(_, let end):
                searches += 1
                #expect(end.next == offset(next))
                action = plan.receive(earliest: offset(earliest))
            case .finish(let state): return (state, searches)
            }
        }
    }

    @Test("A position's lag leaves out what has expired, and the search where nothing is left")
    func positions() {
        // (position, end, earliest) and (lag, expired, beyond the tail, searches)
        let table: [((Int64, Int64, Int64), (Int64, Bool, Bool, Int))] = [
            ((3, 9, 0), (6, false, false, 1)),
            ((3, 9, 3), (6, false, false, 1)),
            ((3, 9, 5), (4, true, false, 1)),
            ((3, 9, 9), (0, true, false, 1)),
            ((9, 9, 9), (0, false, false, 0)),
            ((12, 9, 0), (0, false, true, 0)),
        ]
        for ((position, end, earliest), expected) in table {
            for isSnapshot in [false, true] {
                let start = offset(position)
                let (state, searches) = place(
                    of: isSnapshot ? .snapshot(watermark: start, after: nil) : .log(start),
                    end: end,
                    earliest: earliest
                )
                #expect(state?.lag == expected.0 && state?.hasExpired == expected.1)
                #expect(state?.isBeyondTail == expected.2 && searches == expected.3)
                #expect(state?.isBootstrapping == isSnapshot && state?.offset == start)
            }
        }
    }
}
