import Testing

@testable import LedgerCore

@Suite("The lag of a subscription")
struct SubscriptionLagTests {
    private let now = PlanRows.now
    private let name = SubscriptionName(SubscriptionID(trusted: "c"), of: PlanRows.name)

    /// A description whose partitions have so many events left, the oldest of so many seconds.
    private func description(_ lags: [(events: Int64, age: Int?)]) -> SubscriptionDescription {
        let positions = lags.map { _ in Position.log(.zero) }
        let places = lags.enumerated().map { index, lag in
            SubscriptionDescription.PartitionState(
                partition: partition(index),
                offset: .zero,
                lag: lag.events,
                isBootstrapping: false,
                hasExpired: false,
                isBeyondTail: false,
                oldestPending: lag.age.map { now.advanced(by: .seconds(-$0)) }
            )
        }
        return SubscriptionDescription(
            SubscriptionState(
                stream: .test(partitions: lags.count),
                subscription: .test(at: positions),
                positions: positions
            ),
            partitions: places,
            members: 0,
            at: now
        )
    }

    @Test("A subscription is as far behind as the oldest event of all its partitions")
    func oldest() {
        let lag = SubscriptionLag(description([(3, 5), (0, nil), (1, 90), (2, 7)]))
        #expect(lag.name == name && lag.events == 6 && lag.age == .seconds(90))
        let none = SubscriptionLag(description([(0, nil), (0, nil)]))
        #expect(none.events == 0 && none.age == .zero)
    }

    @Test("An event from a clock that is ahead has no age, and none below zero")
    func ahead() {
        let lag = SubscriptionLag(description([(1, -3)]))
        #expect(lag.events == 1 && lag.age == .zero)
        #expect(description([(1, -3)]).lagAge == .zero)
        #expect(description([(1, -3), (1, 4)]).lagAge == .seconds(4))
    }

    /// A page of the first events of so many chunks, each a second older than the one before.
    private func page(of chunks: Int, caughtUp: Bool) throws -> EventPage {
        var page = EventPage()
        for index in 0..<chunks {
            var rows = PlanRows()
            let time = now.advanced(by: .seconds(-index))
            let chunk = rows.append([(2, time)], to: partition(index))[0]
            page.batches.append(try chunk.decoded())
            page.events.append(
                EventPage.Event(
                    partition: partition(index),
                    offset: .zero,
                    source: .log(batch: index, record: 0)
                )
            )
        }
        page.caughtUp = caughtUp
        return page
    }

    @Test("A page shows the age of its oldest event, and does not count what is left")
    func ofPage() throws {
        for caughtUp in [true, false] {
            let page = try page(of: 3, caughtUp: caughtUp)
            let lag = try #require(SubscriptionLag(of: name, before: page, at: now))
            #expect(lag.age == .seconds(2) && lag.events == nil)
        }
    }

    @Test("An empty page shows a lag only at the end, where there is none")
    func ofEmptyPage() throws {
        let idle = try #require(
            SubscriptionLag(of: name, before: try page(of: 0, caughtUp: true), at: now)
        )
        #expect(idle.age == .zero && idle.events == nil)
        #expect(SubscriptionLag(of: name, before: try page(of: 0, caughtUp: false), at: now) == nil)
    }

    @Test("Entries of the compacted state have no age, and hide none")
    func ofSnapshot() throws {
        var page = EventPage()
        page.events = [
            EventPage.Event(partition: partition(0), offset: .zero, source: .snapshot(index: 0))
        ]
        #expect(SubscriptionLag(of: name, before: page, at: now) == nil)
        var mixed = try self.page(of: 2, caughtUp: true)
        mixed.events += page.events
        let lag = try #require(SubscriptionLag(of: name, before: mixed, at: now))
        #expect(lag.age == .seconds(1))
    }
}
