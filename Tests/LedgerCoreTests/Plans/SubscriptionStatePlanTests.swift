import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The reading of a subscription's state")
struct SubscriptionStatePlanTests {
    private let id = SubscriptionID(trusted: "c")
    private let stream = StreamRow.test(partitions: 2)
    private let start: [Position] = [.log(offset(1)), .log(offset(2))]

    private func stage() -> PlanRows {
        var rows = PlanRows()
        rows.put(stream.item)
        rows.put(SubscriptionRow.test(at: start).item)
        return rows
    }

    private func hint(_ stream: StreamIncarnation = PlanRows.stream) -> SubscriptionStatePlan.Hint {
        SubscriptionStatePlan.Hint(
            stream: stream,
            subscription: SubscriptionIncarnation(high: 3, low: 3)
        )
    }

    private func commit(_ value: Int64, in index: Int, epoch: Int64 = 0) -> PositionRow {
        PositionRow(
            stream: PlanRows.stream,
            subscription: SubscriptionIncarnation(high: 3, low: 3),
            partition: partition(index),
            epoch: epoch,
            position: .log(offset(value))
        )
    }

    /// Runs a plan to its end; before each step `meanwhile` may change the rows.
    private func run(
        _ rows: inout PlanRows,
        hint: SubscriptionStatePlan.Hint?,
        meanwhile: (inout PlanRows) throws -> Void
    ) rethrows -> (result: Result<SubscriptionState, Refusal>, steps: Int) {
        var plan = SubscriptionStatePlan(id, of: PlanRows.name, hint: hint)
        var action = plan.start()
        var steps = 0
        while true {
            try meanwhile(&rows)
            steps += 1
            switch action {
            case .readAll(let reads): action = plan.receive(all: reads.map { rows.find($0) })
            case .read(let key): action = plan.receive(row: .success(rows[key]))
            case .readPositions(let query, _, _):
                action = plan.receive(page: .success(rows.page(query)))
            case .finish(let state): return (.success(state), steps - 1)
            case .fail(let refusal): return (.failure(refusal), steps - 1)
            }
        }
    }

    private func run(
        _ rows: inout PlanRows,
        hint: SubscriptionStatePlan.Hint?
    ) -> (result: Result<SubscriptionState, Refusal>, steps: Int) {
        run(&rows, hint: hint) { _ in }
    }

    @Test("A hint that holds makes it one step, else it takes three")
    func steps() throws {
        var rows = stage()
        rows.put(commit(5, in: 1).item)
        let expected: [Position] = [.log(offset(1)), .log(offset(5))]
        let stale = hint(StreamIncarnation(high: 9, low: 9))
        for (hint, steps) in [(hint(), 1), (nil, 3), (stale, 4)] {
            let found = run(&rows, hint: hint)
            #expect(try found.result.get().positions == expected && found.steps == steps)
        }
        let other = SubscriptionIncarnation(high: 5, low: 5)
        rows.put(SubscriptionRow.test(incarnation: other, at: start).item)
        let anew = run(&rows, hint: hint())
        #expect(try anew.result.get().positions == start && anew.steps == 4)
    }

    @Test("A commit of an older epoch, or of a partition there is not, counts no more")
    func epochs() throws {
        var rows = stage()
        rows.put(try SubscriptionRow.test(at: start).sought(to: start).item)
        rows.put(commit(5, in: 1, epoch: 0).item)
        rows.put(commit(7, in: 0, epoch: 1).item)
        rows.put(commit(8, in: 2, epoch: 1).item)
        for hint in [hint(), nil] {
            let found = try run(&rows, hint: hint).result.get()
            #expect(found.positions == [.log(offset(7)), .log(offset(2))])
        }
    }

    @Test("Leases and members change no position, however many members there are")
    func groups() throws {
        var group = GroupRows(partitions: 2)
        group.put(0, at: 5, lease: 3, owner: "m7")
        group.put(1, at: 6)
        let expected: [Position] = [.log(offset(5)), .log(offset(6))]
        for (members, pages) in [(0, 1), (3, 1), (Limits.groupRows, 2)] {
            for index in 0..<members { group.join("m\(index)") }
            var rows = group.rows
            rows.put(stream.item)
            rows.put(group.subscription.item)
            for (hint, others) in [(hint(), 0), (nil, 2)] {
                let found = run(&rows, hint: hint)
                let state = try found.result.get()
                #expect(state.positions == expected && found.steps == pages + others)
                #expect(state.members.count == members && state.members == group.sorted(members))
                #expect(state.rows.map { $0?.lease?.epoch } == [3, nil])
            }
        }
    }

    @Test("The row of the other mode stands in its place, and is told from a position")
    func deliveries() throws {
        var delivery = DeliveryRows("a", "b")
        delivery.subscription = delivery.subscription.moved(to: start)
        var rows = PlanRows()
        rows.put(stream.item)
        rows.put(delivery.subscription.item)
        var row = DeliveryRow(of: delivery.subscription, in: partition(1), after: nil).next(by: 1)
        row.scanned = offset(9)
        rows.put(row.item)
        rows.put(commit(5, in: 0).item)
        for hint in [hint(), nil] {
            let found = try run(&rows, hint: hint).result.get()
            // The commit is of an epoch in which there were cursors.
            #expect(found.positions == [.log(offset(1)), .log(offset(9))])
            #expect(
                found.deliveries == [nil, row] && found.rows.map { $0 != nil } == [true, false]
            )
        }
        // Back with cursors, it counts no more.
        rows.put(delivery.subscription.delivering(by: nil).moved(to: start).item)
        let back = try run(&rows, hint: nil).result.get()
        #expect(back.positions == start && back.deliveries == [nil, row])
        // One of a later epoch is of a subscription that has been sought since.
        rows.put(SubscriptionRow.test(at: start).item)
        #expect(throws: Refusal.contention) { try run(&rows, hint: nil).result.get() }
        rows[row.item.key]?[.open] = .bytes([9])
        #expect(throws: Refusal.self) { try run(&rows, hint: nil).result.get() }
    }

    @Test("What is for the one mode is refused in the other")
    func modes() throws {
        let events = try DeliveryRows("a").state()
        let cursors = SubscriptionState(
            stream: .test(),
            subscription: .test(),
            positions: [.log(.zero)]
        )
        #expect(throws: Refusal.wrongDeliveryMode(id)) { try events.requireCursors() }
        #expect(throws: Refusal.wrongDeliveryMode(id)) { try cursors.requireEventsMode() }
        #expect(try events.requireEventsMode() == events.subscription.delivery)
        #expect(throws: Never.self) { try cursors.requireCursors() }
    }

    @Test("What is not there, not active, or can't be read, ends it")
    func failures() throws {
        var deleting = stream
        deleting.state = .deleting
        for (row, gone, refusal) in [
            (nil, TableKey.stream(PlanRows.name), .streamNotFound(PlanRows.name)),
            (deleting.item, TableKey.stream(PlanRows.name), .streamNotFound(PlanRows.name)),
            (nil, .subscription(PlanRows.stream, id), .subscriptionNotFound(id)),
        ] as [(Item?, TableKey, Refusal)] {
            var rows = stage()
            rows[gone] = row
            for hint in [hint(), nil] {
                let found = run(&rows, hint: hint).result
                #expect(throws: refusal) { try found.get() }
            }
        }
        var plan = SubscriptionStatePlan(id, of: PlanRows.name, hint: nil)
        _ = plan.start()
        let action = plan.receive(row: .failure(PlanRows.table))
        if case .fail(.table(PlanRows.table)) = action {} else { Issue.record("\(action)") }
        var hinted = SubscriptionStatePlan(id, of: PlanRows.name, hint: hint())
        _ = hinted.start()
        let rows = stage()
        let failed = hinted.receive(all: [
            rows.find(.get(.stream(PlanRows.name))),
            rows.find(.get(.subscription(PlanRows.stream, id))), .failure(PlanRows.table),
        ])
        if case .fail(.table(PlanRows.table)) = failed {} else { Issue.record("\(failed)") }
    }

    @Test("A seek between the reads has it begin anew, and in the end give up")
    func seeks() {
        var rows = stage()
        var epoch: Int64 = 0
        let found = run(&rows, hint: nil) { rows in
            // Before every look at the positions there is one of the next epoch.
            epoch += 1
            rows.put(commit(9, in: 0, epoch: epoch).item)
        }
        #expect(throws: Refusal.contention) { try found.result.get() }
        #expect(found.steps == 3 * Limits.casTries)
    }

    @Test(
        "Among random seeks, commits and rivals it is a state that there was meanwhile",
        arguments: RandomSeed.cases(80)
    )
    func snapshots(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rows = stage()
        var subscription = SubscriptionRow.test(at: start)
        var positions = start
        var states: [[Position]] = []
        for _ in 0..<10 {
            states = [positions]
            let hint = Bool.random(using: &random) ? hint() : nil
            let found = try run(&rows, hint: hint) { rows in
                while random.happens(0.6) {
                    let value = Int64.random(in: 0...50, using: &random)
                    if random.happens(0.4) {
                        let there: [Position] = [.log(offset(value)), .log(.zero)]
                        subscription = try subscription.sought(to: there)
                        rows.put(subscription.item)
                        positions = subscription.positions
                    } else {
                        let index = Int.random(in: 0...1, using: &random)
                        let row = commit(value, in: index, epoch: subscription.epoch)
                        guard rows.apply(row.commit(rules: .all)).isApplied else { continue }
                        positions[index] = row.position
                    }
                    states.append(positions)
                }
            }
            guard case .success(let state) = found.result else { continue }
            #expect(states.contains(state.positions), "\(state.positions) of \(states)")
        }
    }
}
