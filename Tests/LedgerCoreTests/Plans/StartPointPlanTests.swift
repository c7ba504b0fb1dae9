import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Start points and positions")
struct StartPointPlanTests {
    private enum Event: Hashable {
        case readEnd
        case searchEarliest
        case search(Timestamp)
        case finish(Position)
        case fail(Refusal)
    }

    private func event(_ action: StartPointPlan.Action) -> Event {
        switch action {
        case .readEnd: .readEnd
        case .searchEarliest: .searchEarliest
        case .search(let timestamp, _): .search(timestamp)
        case .finish(let position): .finish(position)
        case .fail(let refusal): .fail(refusal)
        }
    }

    private func end(_ next: Int64, watermark: Int64? = nil) -> PartitionEnd {
        var progress: ProgressRow?
        if let watermark {
            var row = ProgressRow(stream: PlanRows.stream, partition: partition(1))
            row.foldedTail = Tail(
                next: offset(watermark),
                timestamp: PlanRows.now,
                ttl: .past,
                hash: HashChain.start
            )
            progress = row
        }
        return PartitionEnd(next: offset(next), progress: progress)
    }

    private func plan(_ point: StartPoint, staying: Position? = nil) -> StartPointPlan {
        StartPointPlan(to: point, in: partition(1), staying: staying, rules: .all)
    }

    @Test("Each start point is a position, a search or an error, as the partition's end decides")
    func table() {
        let time = PlanRows.now
        let stay = Position.log(offset(3))
        let beyond = Refusal.startBeyondTail(partition(1), offset: offset(10), tail: offset(9))
        let table: [(StartPoint, Position?, PartitionEnd, Event)] = [
            (.earliest, nil, end(9), .searchEarliest),
            (.latest, nil, end(9), .finish(.log(offset(9)))),
            (.timestamp(time), nil, end(9), .search(time)),
            (
                .compacted, nil, end(9, watermark: 4),
                .finish(.snapshot(watermark: offset(4), after: nil))
            ),
            (.compacted, nil, end(9), .finish(.snapshot(watermark: .zero, after: nil))),
            (.offsets([1: offset(5)]), stay, end(9), .finish(.log(offset(5)))),
            (.offsets([1: offset(9)]), nil, end(9), .finish(.log(offset(9)))),
            (.offsets([1: offset(10)]), stay, end(9), .fail(beyond)),
            (.offsets([0: offset(5)]), stay, end(9), .finish(stay)),
            (.offsets([0: offset(5)]), nil, end(9), .searchEarliest),
        ]
        for (point, staying, end, expected) in table {
            var plan = plan(point, staying: staying)
            #expect(event(plan.start()) == .readEnd)
            #expect(event(plan.receive(end: end)) == expected, "\(point)")
        }
    }

    @Test("A search's offset is the position")
    func search() {
        var plan = plan(.earliest)
        _ = plan.start()
        _ = plan.receive(end: end(9))
        #expect(event(plan.receive(offset: offset(2))) == .finish(.log(offset(2))))
    }

    @Test("A stream without a compacted state, and partitions that there are not, are refused")
    func refusals() {
        let stream = StreamRow.test(partitions: 2, compaction: false)
        #expect(throws: Refusal.compactionDisabled(PlanRows.name)) {
            try StartPoint.compacted.check(against: stream)
        }
        #expect(throws: Refusal.partitionNotFound(2)) {
            try StartPoint.offsets([3: .zero, 2: .zero, 0: .zero]).check(against: stream)
        }
        for point in [StartPoint.earliest, .latest, .offsets([1: .zero]), .timestamp(PlanRows.now)]
        {
            #expect(throws: Never.self) { try point.check(against: stream) }
        }
        #expect(throws: Never.self) { try StartPoint.compacted.check(against: .test()) }
    }

    @Test(
        "Among random folds and appends a bootstrap from the watermark misses no event",
        arguments: RandomSeed.cases(50)
    )
    func bootstrap(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (tail, watermark): (Int64, Int64) = (0, 0)
        let step = { (random: inout SeededGenerator) in
            tail += Int64.random(in: 0...3, using: &random)
            watermark = Int64.random(in: watermark...tail, using: &random)
        }
        for _ in 0..<20 {
            step(&random)
            var plan = plan(.compacted)
            _ = plan.start()
            let action = plan.receive(end: end(tail, watermark: watermark))
            guard case .finish(.snapshot(let start, after: nil)) = action else {
                Issue.record("no bootstrap: \(action)")
                return
            }
            // The state is read later, when more may be folded, but never less.
            step(&random)
            #expect(start.rawValue <= watermark, "events between would be in neither")
        }
    }

    // MARK: Positions

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
            case .readEnd: action = plan.receive(end: end(next))
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

    @Test("An end is the tail, verified or not; a sealed partition's stream is gone")
    func ends() throws {
        let old = TailReading(newest: nil, progress: end(0, watermark: 5).progress)
        for trust in [TailTrust.always, .never] {
            let end = try PartitionEnd(old, of: PlanRows.name, at: PlanRows.now, trust: trust)
            #expect(end.next == offset(5) && end.progress != nil)
        }
        let sealed = TailReading(newest: .seal(at: offset(5)), progress: nil)
        #expect(throws: Refusal.streamNotFound(PlanRows.name)) {
            try PartitionEnd(sealed, of: PlanRows.name, at: PlanRows.now, trust: .always)
        }
    }
}
