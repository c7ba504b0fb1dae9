import Testing

@testable import LedgerCore

@Suite("Where a position stands")
struct PositionPlanTests {
    private typealias State = SubscriptionDescription.PartitionState

    /// The time of the event at an offset.
    private func time(_ offset: Int64) -> Timestamp { Timestamp(milliseconds: 1000 + offset) }

    private func place(
        of position: Position,
        end next: Int64,
        earliest: Int64
    ) -> (state: State?, searches: Int) {
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
            case .readTime(let place, let offset):
                #expect(place == partition(1))
                action = plan.receive(time: time(offset.rawValue))
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

    @Test("The oldest event left is at the position, or the first that has not expired")
    func oldest() {
        // (position, end, earliest) and the offset of the oldest event that is left
        let table: [((Int64, Int64, Int64), Int64?)] = [
            ((3, 9, 0), 3), ((3, 9, 3), 3), ((3, 9, 5), 5), ((8, 9, 0), 8),
            ((3, 9, 9), nil), ((9, 9, 9), nil), ((12, 9, 0), nil), ((0, 0, 0), nil),
        ]
        for ((position, end, earliest), expected) in table {
            for isSnapshot in [false, true] {
                let start = offset(position)
                let (state, _) = place(
                    of: isSnapshot ? .snapshot(watermark: start, after: nil) : .log(start),
                    end: end,
                    earliest: earliest
                )
                #expect(state?.oldestPending == expected.map(time), "\(position)")
                #expect((state?.oldestPending == nil) == (state?.lag == 0))
            }
        }
    }

    @Test("An event that is gone by the time it is looked for has no time")
    func gone() {
        var plan = PositionPlan(of: .log(offset(3)), in: partition(1))
        _ = plan.start()
        _ = plan.receive(end: PartitionEnd(next: offset(9), progress: nil))
        guard case .readTime(_, let read) = plan.receive(earliest: .zero) else {
            Issue.record("no time was asked for")
            return
        }
        #expect(read == offset(3))
        guard case .finish(let state) = plan.receive(time: nil) else {
            Issue.record("the place was not found")
            return
        }
        #expect(state.lag == 6 && state.oldestPending == nil)
    }
}
