import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("What is open of a delivery")
struct DeliverySummaryTests {
    @Test("A subscription with cursors has no such thing")
    func cursors() {
        let state = SubscriptionState(
            stream: .test(),
            subscription: .test(),
            positions: [.log(.zero)]
        )
        #expect(DeliverySummary(of: state) == nil)
    }

    @Test("Events are counted by what they wait for, in all partitions together")
    func counts() throws {
        var rows = DeliveryRows("abcdaaaaaaaaaaaa", "xyz", "")
        _ = try rows.receive(1, limit: 4)
        rows.now = rows.now.advanced(by: .seconds(5))
        _ = try rows.receive(2, in: 1)
        try rows.settle(1, [1: .failed, 2: .release, 3: .refused])
        try rows.settle(2, [0: .ack, 1: .refused], in: 1)
        // Behind what is held of `a` seven are noted and five rest.
        _ = try rows.receive(3, limit: 1)
        try rows.settle(3, [2: .release])
        _ = try rows.receive(4, limit: 1) { _ in false }
        try rows.settle(4, acksOthers: true)
        _ = try rows.receive(5)
        let summary = try #require(DeliverySummary(of: try rows.state()))
        #expect(summary.held == 2 && summary.waiting == 1 && summary.noted == 7)
        #expect(summary.resting == 5 && summary.parked == 2 && summary.blocked.isEmpty)
        #expect(summary.unfinished == 2 + 1 + 7 + 5 && summary.policy == rows.policy)
        // The first of them was handed out first.
        #expect(summary.oldestOpen == PlanRows.now)
        // What is on its way again is not parked, but open.
        try rows.replay([3])
        let again = try #require(DeliverySummary(of: try rows.state()))
        #expect(again.parked == 1 && again.noted == 8)
        // After a seek what was open is void, and what is parked is not.
        rows.subscription = rows.subscription.moved(to: rows.subscription.positions)
        let sought = try #require(DeliverySummary(of: try rows.state()))
        #expect(sought.unfinished == 0 && sought.parked == 2 && sought.oldestOpen == nil)
    }

    @Test("It says what keeps a partition from handing out what it has")
    func blocked() throws {
        let policy = DeliveryPolicy(exhaustion: .hold, maxOpen: 10)
        var rows = DeliveryRows("ab", String(repeating: "a", count: 20), "", policy: policy)
        _ = try rows.receive(1)
        try rows.settle(1, [1: .refused])
        _ = try rows.receive(2, limit: 20, in: 1)
        var found = try #require(DeliverySummary(of: try rows.state())).blocked
        let key = DeliverySummary.Blockage(of: partition(0), by: .key, at: offset(1))
        let open = DeliverySummary.Blockage(of: partition(1), by: .maxOpen)
        #expect(found == [key, open])
        try rows.settle(2, acksOthers: true, in: 1)
        rows.policy.maxParked = 1
        found = try #require(DeliverySummary(of: try rows.state())).blocked
        let parked = DeliverySummary.Blockage(of: partition(0), by: .maxParked)
        #expect(found == [key, parked])
    }
}
