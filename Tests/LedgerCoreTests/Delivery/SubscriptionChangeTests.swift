import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A change of how a subscription delivers")
struct SubscriptionChangeTests {
    private let other = DeliverySalt(high: 9, low: 9)

    /// A subscription with cursors, committed so far.
    private func cursors(at values: Int64...) -> SubscriptionState {
        let positions = values.map { Position.log(offset($0)) }
        return SubscriptionState(
            stream: .test(partitions: values.count),
            subscription: .test(at: values.map { _ in .log(.zero) }),
            positions: positions
        )
    }

    private func change(_ fill: (inout SubscriptionChange.Delivery) -> Void) -> SubscriptionChange {
        var change = SubscriptionChange()
        var delivery = SubscriptionChange.Delivery()
        fill(&delivery)
        change.delivery = delivery
        return change
    }

    private func refusal(_ change: SubscriptionChange, of state: SubscriptionState) -> Refusal? {
        do throws(Refusal) {
            _ = try change.applied(to: state, salt: other)
            return nil
        } catch {
            return error
        }
    }

    @Test("What is left out stays as it is")
    func partly() throws {
        let rows = DeliveryRows("a", policy: DeliveryPolicy(maxDeliveries: 7, exhaustion: .hold))
        let state = try rows.state()
        #expect(try SubscriptionChange().applied(to: state, salt: other) == state.subscription)
        let longer = change { ($0.ackWait, $0.maxOpen) = (.seconds(99), 50) }
        let changed = try longer.applied(to: state, salt: other)
        var expected = rows.policy
        (expected.ackWait, expected.maxOpen) = (.seconds(99), 50)
        #expect(changed.delivery?.policy == expected && changed.delivery?.salt == DeliveryRows.salt)
        #expect(changed.epoch == 0 && changed.positions == state.subscription.positions)
        let unlimited = try change { $0.maxDeliveries = .some(nil) }.applied(to: state, salt: other)
        #expect(unlimited.delivery?.policy.maxDeliveries == nil)
        let all = try change {
            ($0.exhaustion, $0.backoff, $0.maxParked) = (.park, [.zero], 200)
            ($0.order, $0.isByEvent) = (.key, true)
        }
        .applied(to: state, salt: other)
        #expect(all.delivery?.policy.exhaustion == .park && all.delivery?.policy.maxParked == 200)
        #expect(all.delivery?.policy.backoff == [.zero] && all.epoch == 0)
    }

    @Test("From cursors to events it goes on at what is committed, in a new epoch")
    func toEvents() throws {
        let state = cursors(at: 5, 0)
        let change = change {
            ($0.isByEvent, $0.order, $0.maxOpen) = (true, DeliveryPolicy.Order.none, 20)
        }
        let changed = try change.applied(to: state, salt: other)
        #expect(changed.epoch == 1 && changed.positions == [.log(offset(5)), .log(.zero)])
        #expect(changed.delivery?.policy == DeliveryPolicy(order: .none, maxOpen: 20))
        #expect(changed.delivery?.salt == other)
    }

    @Test("From events to cursors it goes on at the first unfinished event, in a new epoch")
    func toCursors() throws {
        var rows = DeliveryRows("abcd", "abc", "")
        _ = try rows.receive(1, limit: 3)
        try rows.settle(1, [0: .refused, 1: .release, 2: .ack])
        _ = try rows.receive(2, in: 1)
        try rows.settle(2, acksOthers: true, in: 1)
        try rows.replay([0])
        let back = change { $0.isByEvent = false }
        let changed = try back.applied(to: try rows.state(), salt: other)
        #expect(changed.epoch == 1 && changed.delivery == nil)
        #expect(changed.positions == [1, 3, 0].map { .log(offset($0)) })
        // Rows of an older epoch tell nothing.
        rows.subscription = rows.subscription.moved(to: [2, 2, 0].map { .log(offset($0)) })
        let sought = try back.applied(to: try rows.state(), salt: other)
        #expect(sought.positions == [2, 2, 0].map { .log(offset($0)) } && sought.epoch == 2)
        let still = cursors(at: 3)
        #expect(try back.applied(to: still, salt: other) == still.subscription)
    }

    @Test("What does not fit the mode is refused")
    func conflicts() throws {
        let events = try DeliveryRows("a").state()
        let unordered = try DeliveryRows("a", policy: DeliveryPolicy(order: .none)).state()
        let cursors = cursors(at: 1)
        let bootstrapping = SubscriptionState(
            stream: .test(),
            subscription: .test(),
            positions: [.snapshot(watermark: offset(3), after: nil)]
        )
        let table: [(SubscriptionState, SubscriptionChange, PolicyConflict)] = [
            (cursors, change { $0.ackWait = .seconds(9) }, .policyOfCursors),
            (events, change { ($0.isByEvent, $0.maxOpen) = (false, 20) }, .policyOfCursors),
            (events, change { $0.order = DeliveryPolicy.Order.none }, .order),
            (unordered, change { $0.order = .key }, .order),
            (unordered, change { $0.exhaustion = .hold }, .holdWithoutOrder),
            (bootstrapping, change { $0.isByEvent = true }, .bootstrapping),
            (
                cursors,
                change {
                    ($0.isByEvent, $0.order) = (true, DeliveryPolicy.Order.none)
                    $0.exhaustion = .hold
                },
                .holdWithoutOrder
            ),
        ]
        for (state, change, conflict) in table {
            #expect(refusal(change, of: state) == .policyConflict(conflict), "\(conflict)")
        }
        #expect(refusal(change { $0.order = .key }, of: events) == nil)
    }

    @Test("A filter changes with it or alone, and may be taken away")
    func filters() throws {
        let state = cursors(at: 4)
        let pattern = try #require(TextPattern(utf8: Array("a".utf8), upTo: 9))
        let filter = try #require(EventFilter(types: [pattern], keys: nil))
        var change = SubscriptionChange()
        change.filter = .some(filter)
        let filtered = try change.applied(to: state, salt: other)
        #expect(filtered.filter == filter && filtered.epoch == 0 && filtered.delivery == nil)
        change.delivery = SubscriptionChange.Delivery()
        change.delivery?.isByEvent = true
        let both = try change.applied(to: state, salt: other)
        #expect(both.filter == filter && both.delivery != nil && both.epoch == 1)
        var none = SubscriptionChange()
        none.filter = .some(nil)
        let again = SubscriptionState(
            stream: state.stream,
            subscription: filtered,
            positions: state.positions
        )
        #expect(try none.applied(to: again, salt: other).filter == nil)
    }
}
