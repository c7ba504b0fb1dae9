import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A publish with an Idempotency-Key")
struct IdempotencyCheckTests {
    private let stream = StreamIncarnation(high: 1, low: 1)
    private let partitions = Partition.all(2)
    private let mark = IdempotencyMark.test("a")
    private let busy = TableError(.definite, reason: .throttled, message: "busy")
    private let now = Timestamp(milliseconds: 1_000)

    private func range(_ first: Int64) -> StoredRange {
        StoredRange(first: Offset(unchecked: first), count: 1, timestamp: now)
    }

    private func row(
        _ partition: Int,
        at offset: Int64,
        body: UInt8 = 1,
        written: Int64 = 1_000
    ) -> Item {
        IdempotencyRow(
            stream: stream,
            partition: partitions[partition],
            mark: .test("a", body: body),
            stored: range(offset),
            now: Timestamp(milliseconds: written)
        ).item
    }

    /// A look's answer, or an append's.
    private enum Event {
        case rows([Item])
        case fails
        case outcomes([AppendOutcome])
    }

    /// One line for `start` and each event.
    private func run(_ events: [Event]) -> [String] {
        var check = IdempotencyCheck(of: mark, to: partitions, in: stream)
        var lines = [describe(check.start())]
        for event in events {
            let action =
                switch event {
                case .rows(let items):
                    check.receive(QueryPage(items: items, next: nil), now: now)
                case .fails: check.receive(failure: busy)
                case .outcomes(let outcomes): check.receive(outcomes: outcomes)
                }
            lines.append(describe(action))
        }
        return lines
    }

    private func describe(_ action: IdempotencyCheck.Action) -> String {
        switch action {
        case .look: "look"
        case .append: "append"
        case .refuse: "refuse"
        case .fail(let error): "fail \(error.reason)"
        case .finish(let outcomes): "finish " + outcomes.map(describe).joined(separator: " ")
        }
    }

    private func describe(_ outcome: AppendOutcome) -> String {
        switch outcome {
        case .stored(let range): "\(range.first.rawValue)"
        case .idempotencyKeyReused: "reused"
        case .failed(let error): "\(error.reason)"
        default: "\(outcome)"
        }
    }

    // MARK: States and events

    @Test("A look before the append answers what is stored whole, and refuses another body")
    func before() {
        #expect(run([.rows([row(0, at: 4), row(1, at: 7)])]) == ["look", "finish 4 7"])
        #expect(run([.rows([row(1, at: 7)])]) == ["look", "append"])
        #expect(run([.rows([])]) == ["look", "append"])
        #expect(run([.rows([row(1, at: 7, body: 2)])]) == ["look", "refuse"])
        let old = -Limits.idempotencyAge.wholeMilliseconds
        #expect(run([.rows([row(1, at: 7, body: 2, written: old)])]) == ["look", "append"])
        #expect(run([.fails]) == ["look", "fail throttled"])
        #expect(run([.rows([Item(row(0, at: 1).key)])]) == ["look", "fail corrupt"])
    }

    @Test("Proven outcomes of an append stand without another look")
    func proven() {
        let outcomes = [AppendOutcome.stored(range(3)), .idempotencyKeyReused]
        #expect(run([.rows([]), .outcomes(outcomes)]) == ["look", "append", "finish 3 reused"])
    }

    @Test("A look after the append takes the twin's answer, and leaves open what can't be read")
    func after() {
        let outcomes = [AppendOutcome.stored(range(3)), .failed(busy)]
        let start = [Event.rows([]), .outcomes(outcomes)]
        let lines = ["look", "append", "look"]
        #expect(run(start + [.rows([row(1, at: 9)])]) == lines + ["finish 3 9"])
        #expect(run(start + [.rows([row(1, at: 9, body: 2)])]) == lines + ["finish 3 reused"])
        #expect(run(start + [.rows([])]) == lines + ["finish 3 throttled"])
        #expect(run(start + [.fails]) == lines + ["finish 3 unknown"])
        #expect(run(start + [.rows([Item(row(1, at: 1).key)])]) == lines + ["finish 3 unknown"])
        // A row never takes back what was proven.
        #expect(run(start + [.rows([row(0, at: 8, body: 2)])]) == lines + ["finish 3 throttled"])
    }

    @Test("It looks at the rows of its key, in every partition")
    func query() {
        var check = IdempotencyCheck(of: mark, to: partitions, in: stream)
        guard case .look(let query) = check.start() else {
            Issue.record("no look")
            return
        }
        var table = PlanTable()
        for partition in 0..<2 { table.put(row(partition, at: 1)) }
        let other = IdempotencyMark.test("b")
        table.put(
            IdempotencyRow(
                stream: stream,
                partition: partitions[0],
                mark: other,
                stored: range(5),
                now: now
            ).item
        )
        #expect(table.page(query).items.count == 2)
    }

    // MARK: Random walk

    /// Twins send the same request at once, each partition takes one of them, and answers get lost.
    @Test("Of twins one is stored, and none says that nothing is", arguments: RandomSeed.cases(200))
    func randomWalk(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = PlanTable()
        var next: [Int64] = [0, 0]
        /// By partition: the body that was stored, and where.
        var stored: [(body: UInt8, offset: Int64)?] = [nil, nil]
        let bodies: [UInt8] = (0..<random.number(2...4)).map { _ in random.happens(0.8) ? 1 : 2 }
        var checks = bodies.map { body in
            IdempotencyCheck(
                of: .test("a", body: body),
                to: partitions,
                in: stream
            )
        }
        var actions: [Int: IdempotencyCheck.Action] = [:]
        for index in checks.indices { actions[index] = checks[index].start() }
        while let index = actions.keys.sorted().randomElement(using: &random) {
            switch actions[index] {
            case .look(let query)?:
                actions[index] =
                    random.happens(0.1)
                    ? checks[index].receive(failure: busy)
                    : checks[index].receive(table.page(query), now: now)
            case .append?:
                var outcomes: [AppendOutcome] = []
                for partition in 0..<2 {
                    if random.happens(0.2) {
                        // Refused: nothing was stored by this one.
                        outcomes.append(.failed(busy))
                        continue
                    }
                    if let before = stored[partition] {
                        let isSame = before.body == bodies[index]
                        outcomes.append(
                            isSame ? .stored(range(before.offset)) : .idempotencyKeyReused
                        )
                        continue
                    }
                    stored[partition] = (bodies[index], next[partition])
                    table.put(row(partition, at: next[partition], body: bodies[index]))
                    outcomes.append(
                        random.happens(0.3) ? .unknown : .stored(range(next[partition]))
                    )
                    next[partition] += 1
                }
                actions[index] = checks[index].receive(outcomes: outcomes)
            case .finish(let outcomes)?:
                actions[index] = nil
                for (partition, outcome) in outcomes.enumerated() {
                    expect(outcome, fits: stored[partition], body: bodies[index], seed: seed)
                }
            case .refuse?:
                actions[index] = nil
                #expect(stored.contains { $0 != nil && $0?.body != bodies[index] }, "seed \(seed)")
            case .fail?, nil: actions[index] = nil
            }
        }
        #expect(next.allSatisfy { $0 <= 1 }, "seed \(seed)")
    }

    private func expect(
        _ outcome: AppendOutcome,
        fits stored: (body: UInt8, offset: Int64)?,
        body: UInt8,
        seed: UInt64
    ) {
        switch outcome {
        case .stored(let range):
            #expect(stored?.body == body && stored?.offset == range.first.rawValue, "seed \(seed)")
        case .idempotencyKeyReused:
            #expect(stored != nil && stored?.body != body, "seed \(seed)")
        case .unknown: break
        default: break
        }
    }
}
