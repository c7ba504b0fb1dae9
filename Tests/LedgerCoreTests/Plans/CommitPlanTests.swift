import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A commit")
struct CommitPlanTests {
    private let stream = StreamRow.test(partitions: 3)

    private func state(
        _ positions: [Int64] = [0, 0, 0],
        of subscription: SubscriptionRow? = nil
    ) -> SubscriptionState {
        let positions = positions.map { Position.log(offset($0)) }
        return SubscriptionState(
            stream: stream,
            subscription: subscription ?? .test(at: positions),
            positions: positions
        )
    }

    private func plan(_ state: SubscriptionState) -> CommitPlan {
        CommitPlan(of: state, trust: .always, rules: .all)
    }

    private func cursor(_ offsets: [Int64], of state: SubscriptionState) -> String {
        state.cursor(at: PartitionPositions(ofAll: offsets.map { .log(offset($0)) }))
    }

    /// A tail that ends so far, as an old log's that only its watermark remembers.
    private func tail(_ next: Int64) -> TailReading {
        var progress = ProgressRow(stream: PlanRows.stream, partition: partition(0))
        progress.foldedTail = Tail(
            next: offset(next),
            timestamp: PlanRows.now,
            ttl: .past,
            hash: HashChain.start
        )
        return TailReading(newest: nil, progress: progress)
    }

    // MARK: The cursor

    @Test("A cursor that is not this subscription's present one ends it")
    func cursors() throws {
        let state = state()
        let sought = SubscriptionState(
            stream: stream,
            subscription: try state.subscription.sought(to: state.positions),
            positions: state.positions
        )
        let other = self.state(
            of: .test(incarnation: SubscriptionIncarnation(high: 4, low: 4), at: state.positions)
        )
        let short = SubscriptionState(
            stream: .test(partitions: 2),
            subscription: state.subscription,
            positions: state.positions
        )
        let table: [(String, SubscriptionState, Refusal)] = [
            ("nonsense", state, .invalidCursor),
            (cursor([1, 1, 1], of: other), state, .invalidCursor),
            (cursor([1, 1], of: state), state, .invalidCursor),
            (cursor([1, 1, 1], of: state), short, .invalidCursor),
            (cursor([1, 1, 1], of: state), sought, .cursorSuperseded),
        ]
        for (text, state, expected) in table {
            var plan = plan(state)
            let action = plan.start(to: text) { _, _ in false }
            guard case .fail(let refusal) = action else {
                Issue.record("\(text) was taken: \(action)")
                continue
            }
            #expect(refusal == expected)
            #expect(throws: expected) { try state.positions(from: text, rules: .all) }
        }
        let own = try state.positions(from: cursor([1, 2, 3], of: state), rules: .all)
        #expect(own.values == [.log(offset(1)), .log(offset(2)), .log(offset(3))])
        let present = try state.positions(from: nil, rules: .all)
        #expect(present == PartitionPositions(ofAll: state.positions))
    }

    @Test("Part of a page lies between what is committed and the cursor's position, both included")
    func partOfPage() {
        let bootstrapping = Position.snapshot(watermark: offset(5), after: nil)
        let start: [Position] = [.log(offset(4)), bootstrapping, bootstrapping]
        let state = SubscriptionState(
            stream: stream,
            subscription: .test(at: start),
            positions: start
        )
        let end: [Position] = [.log(offset(9)), .log(offset(8)), bootstrapping]
        let cursor = state.cursor(at: PartitionPositions(ofAll: end))
        func outside(_ number: Int) -> Refusal {
            .commitOutOfPage(partition(number), from: start[number].logOffset, to: end[number])
        }
        let table: [([Int: Int64], [Int: Int64]?, Refusal?)] = [
            ([:], [0: 9, 1: 8], nil), ([0: 4], [1: 8], nil), ([0: 5, 1: 5], [0: 5, 1: 5], nil),
            ([0: 9, 1: 8], [0: 9, 1: 8], nil), ([0: 3], nil, outside(0)),
            ([0: 10], nil, outside(0)),
            ([1: 4], nil, outside(1)), ([2: 5], nil, outside(2)),
            ([3: 0], nil, .partitionNotFound(3)),
            ([0: 5, 1: 9], nil, outside(1)),
        ]
        for (offsets, moved, refusal) in table {
            var plan = plan(state)
            let action = plan.start(
                to: cursor,
                stoppingAt: offsets.mapValues { offset($0) },
                knowing: { _, _ in false }
            )
            switch action {
            case .checkTails(let checks):
                let found = checks.map { ($0.partition.index, $0.offset.rawValue) }
                #expect(Dictionary(uniqueKeysWithValues: found) == moved, "\(offsets)")
            case .fail(let found): #expect(found == refusal, "\(offsets)")
            default: Issue.record("\(offsets): \(action)")
            }
        }
    }

    // MARK: Tails

    @Test("The tails of partitions that move are read, unless they are known to reach so far")
    func checks() {
        let state = state([4, 0, 0])
        var plan = plan(state)
        let action = plan.start(to: cursor([4, 7, 9], of: state)) { partition, offset in
            partition.index == 2 && offset.rawValue == 9
        }
        guard case .checkTails(let checks) = action else {
            Issue.record("no check: \(action)")
            return
        }
        #expect(checks.map(\.partition) == [partition(1)] && checks.map(\.offset) == [offset(7)])
        guard case .write(let writes) = plan.receive(checks: [.success(offset(7))]) else {
            Issue.record("no write")
            return
        }
        #expect(
            writes.map(\.key)
                == [1, 2].map { index in
                    TableKey.position(
                        stream: PlanRows.stream,
                        subscription: state.subscription.incarnation,
                        partition(index)
                    )
                }
        )
    }

    @Test("A commit of some partitions checks and moves those alone")
    func someOfThem() {
        let state = state([4, 0, 0])
        for (numbers, offsets, moved) in [
            ([2], [9], [2]), ([0, 2], [4, 9], [2]), ([0, 1], [5, 1], [0, 1]), ([], [], []),
        ] as [([Int], [Int64], [Int])] {
            var plan = plan(state)
            let positions = PartitionPositions(
                numbers.map { partition($0) },
                values: offsets.map { .log(offset($0)) }
            )
            guard
                case .checkTails(let checks) = plan.start(to: positions, knowing: { _, _ in false }),
                case .write(let writes) = plan.receive(checks: checks.map { .success($0.offset) })
            else {
                Issue.record("no check or no write")
                continue
            }
            #expect(checks.map(\.partition.index) == moved)
            let expected = moved.map { index in
                TableKey.position(
                    stream: PlanRows.stream,
                    subscription: state.subscription.incarnation,
                    partition(index)
                )
            }
            #expect(writes.map(\.key) == expected)
        }
    }

    @Test("A tail reaches the position, or is too short, unverified, sealed or unreadable")
    func judgements() {
        let state = state()
        var plan = CommitPlan(of: state, trust: .never, rules: .all)
        var trusting = self.plan(state)
        guard
            case .checkTails(let checks) = plan.start(
                to: cursor([5, 0, 0], of: state),
                knowing: { _, _ in false }
            ),
            case .checkTails(let trustingChecks) = trusting.start(
                to: cursor([5, 0, 0], of: state),
                knowing: { _, _ in false }
            )
        else {
            Issue.record("no check")
            return
        }
        let sealed = TailReading(newest: .seal(at: offset(9)), progress: nil)
        let beyond = Refusal.positionBeyondTail(partition(0), position: offset(5), tail: offset(4))
        let unread = Refusal.read(.table(PlanRows.table), in: PlanRows.name)
        let table: [(PositionCheck, Result<TailReading, TableError>, Result<Offset, Refusal>)] = [
            (trustingChecks[0], .success(tail(5)), .success(offset(5))),
            (trustingChecks[0], .success(tail(4)), .failure(beyond)),
            (checks[0], .success(tail(6)), .success(offset(6))),
            (checks[0], .success(tail(4)), .failure(.tailUnverified(partition(0)))),
            (checks[0], .success(sealed), .failure(.streamNotFound(PlanRows.name))),
            (checks[0], .failure(PlanRows.table), .failure(unread)),
        ]
        for (check, reading, expected) in table {
            #expect(check.judge(reading, now: PlanRows.now) == expected)
        }
    }

    @Test("The first partition's objection ends it before anything is written")
    func objection() {
        let state = state()
        var plan = plan(state)
        _ = plan.start(to: cursor([1, 1, 1], of: state)) { _, _ in false }
        let action = plan.receive(checks: [
            .success(offset(1)), .failure(.tailUnverified(partition(1))), .failure(.contention),
        ])
        if case .fail(.tailUnverified(partition(1))) = action {} else { Issue.record("\(action)") }
    }

    // MARK: Writes

    /// What a plan says to these outcomes of its three writes.
    private func verdict(_ outcomes: [Result<WriteOutcome, TableError>]) -> Refusal? {
        let state = state()
        var plan = plan(state)
        _ = plan.start(to: cursor([1, 1, 1], of: state)) { _, _ in true }
        _ = plan.receive(checks: [])
        switch plan.receive(writes: outcomes) {
        case .fail(let refusal): return refusal
        case .finish: return nil
        case .checkTails, .write:
            Issue.record("an action after the writes")
            return nil
        }
    }

    @Test("An error says that something may have changed exactly when it may")
    func outcomes() {
        let row = { (epoch: Int64) -> WriteOutcome in
            let row = PositionRow(
                stream: PlanRows.stream,
                subscription: SubscriptionIncarnation(high: 3, low: 3),
                partition: partition(1),
                epoch: epoch,
                position: .log(offset(9))
            )
            return .conditionFailed(current: row.item)
        }
        let failed = Refusal.table(PlanRows.table)
        let open = TableError(.indefinite, reason: .unavailable, message: "test")
        let table: [([Result<WriteOutcome, TableError>], Refusal?)] = [
            ([.success(.applied), .success(.applied), .success(.applied)], nil),
            (
                [.success(.applied), .success(row(0)), .success(.conditionFailed(current: nil))],
                nil
            ),
            ([.success(row(0)), .success(row(0)), .success(row(1))], .cursorSuperseded),
            (
                [.success(.applied), .success(row(1)), .success(row(0))],
                .afterChange(.cursorSuperseded)
            ),
            ([.failure(PlanRows.table), .success(row(0)), .success(row(1))], failed),
            (
                [.success(row(0)), .failure(PlanRows.table), .success(.applied)],
                .afterChange(failed)
            ),
            ([.failure(PlanRows.table), .failure(open), .success(row(0))], .afterChange(failed)),
            ([.failure(open), .success(row(0)), .success(row(0))], .afterChange(.table(open))),
        ]
        for (outcomes, expected) in table { #expect(verdict(outcomes) == expected) }
    }

    @Test(
        "Among random commits and seeks a position never moves back within its epoch",
        arguments: RandomSeed.cases(50)
    )
    func forward(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var rows = PlanRows()
        var subscription = SubscriptionRow.test(at: [0, 0, 0].map { .log(offset($0)) })
        // The oracle: the furthest commit of the present epoch, else where it began.
        var furthest = subscription.positions
        var cursors: [String] = []
        for _ in 0..<60 {
            let now = try read(rows, subscription)
            #expect(now.positions == furthest)
            if random.happens(0.1) {
                subscription = try subscription.sought(to: anywhere(&random))
                furthest = subscription.positions
                continue
            }
            if random.happens(0.5) || cursors.isEmpty {
                cursors.append(now.cursor(at: ofAll(offsets(behind: subscription, &random))))
            }
            let text = cursors[Int.random(in: cursors.indices, using: &random)]
            // The state may be out of date by a rival's commit, which comes first.
            let stale = now
            if random.happens(0.3) {
                let rival = offsets(behind: subscription, &random)
                if commit(now.cursor(at: ofAll(rival)), of: now, &rows) {
                    furthest = later(furthest, rival)
                }
            }
            let isTaken = commit(text, of: stale, &rows)
            let cursor = try? stale.cursor(text, rules: .all)
            #expect(isTaken == (cursor != nil))
            if let cursor { furthest = later(furthest, cursor.positions.values) }
        }
    }

    /// Positions as a page has them: never before the epoch's first.
    private func offsets(
        behind subscription: SubscriptionRow,
        _ random: inout SeededGenerator
    ) -> [Position] {
        subscription.positions.map { start in
            .log(start.logOffset.advanced(by: Int.random(in: 0...50, using: &random)))
        }
    }

    private func ofAll(_ positions: [Position]) -> PartitionPositions {
        PartitionPositions(ofAll: positions)
    }

    private func anywhere(_ random: inout SeededGenerator) -> [Position] {
        (0..<3).map { _ in .log(offset(Int64.random(in: 0...50, using: &random))) }
    }

    private func later(_ some: [Position], _ others: [Position]) -> [Position] {
        zip(some, others).map { $0.logOffset < $1.logOffset ? $1 : $0 }
    }

    private func read(_ rows: PlanRows, _ subscription: SubscriptionRow) throws -> SubscriptionState
    {
        var positions = subscription.positions
        for index in positions.indices {
            let key = TableKey.position(
                stream: PlanRows.stream,
                subscription: subscription.incarnation,
                partition(index)
            )
            guard let row = try rows[key].map({ try PositionRow($0) }),
                row.epoch == subscription.epoch
            else { continue }
            positions[index] = row.position
        }
        return SubscriptionState(stream: stream, subscription: subscription, positions: positions)
    }

    private func commit(_ text: String, of state: SubscriptionState, _ rows: inout PlanRows) -> Bool
    {
        var plan = plan(state)
        var action = plan.start(to: text) { _, _ in true }
        while true {
            switch action {
            case .checkTails(let checks):
                action = plan.receive(checks: checks.map { .success($0.offset) })
            case .write(let writes):
                action = plan.receive(writes: writes.map { .success(rows.apply($0)) })
            case .finish: return true
            case .fail: return false
            }
        }
    }
}
