import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// Appends, reads, tails and expected offsets of several processes seem to happen one after another.
@Suite("Linearizability")
struct LinearizabilityTests {
    @Test(
        "Histories of concurrent calls have a linear explanation",
        arguments: Engine.allCases,
        RandomSeed.cases(12)
    )
    func histories(_ engine: Engine, _ seed: UInt64) async throws {
        let plan = FaultPlan.seeded(seed, probability: 0.05)
        let table = FaultyTable(try engine.makeTable())
        let ledgers = (0..<3).map { number in
            TestLedger(table, clock: SystemClock(), random: .seeded(seed &+ number)).ledger
        }
        let stream = try #require(StreamID("s"))
        var settings = StreamSettings()
        settings.partitionCount = 1
        _ = try await ledgers[0].createStream(stream, settings)
        table.follow(plan)
        let recorder = LogRecorder(stream)
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<4 {
                group.addTask {
                    var random = SeededGenerator(seed: seed &* 10 &+ UInt64(client))
                    await recorder.run(12, on: ledgers, using: &random)
                }
            }
        }
        #expect(recorder.calls.count > 20)
        #expect(
            Linearization.exists(for: recorder.calls),
            "\(RandomSeed.replay("LinearizabilityTests")): \(recorder.calls)"
        )
    }
}

/// The checker itself: what must be refused is.
@Suite("Linearizability checker")
struct LinearizationTests {
    private static func call(_ kind: LogCall.Kind, _ called: Int, _ answered: Int) -> LogCall {
        LogCall(kind, called: called, answered: answered)
    }

    private static let first = call(.append([1], expecting: nil, .stored(at: 0)), 1, 2)

    @Test("Concurrent calls may come in either order")
    func eitherOrder() {
        let append = Self.call(.append([1], expecting: nil, .stored(at: 0)), 1, 4)
        for next in [0, 1] {
            #expect(Linearization.exists(for: [append, Self.call(.tail(next), 2, 3)]))
        }
        #expect(!Linearization.exists(for: [append, Self.call(.tail(2), 2, 3)]))
    }

    @Test("A stale read is found out")
    func stale() {
        let read = Self.call(.read(from: 0, [], caughtUp: true), 3, 4)
        #expect(!Linearization.exists(for: [Self.first, read]))
        let overlapping = Self.call(.read(from: 0, [], caughtUp: true), 1, 4)
        #expect(Linearization.exists(for: [Self.first, overlapping]))
    }

    @Test("A lost event, and one stored twice, are found out")
    func lost() {
        let second = Self.call(.append([2], expecting: nil, .stored(at: 0)), 3, 4)
        #expect(!Linearization.exists(for: [Self.first, second]))
        let twice = Self.call(.read(from: 0, [1, 1], caughtUp: true), 3, 4)
        #expect(!Linearization.exists(for: [Self.first, twice]))
    }

    @Test("What is open may have happened, at any time, or never; but not half")
    func open() {
        let open = Self.call(.append([2, 3], expecting: nil, .unknown), 1, 2)
        for values in [[], [2, 3]] {
            let read = Self.call(.read(from: 0, values, caughtUp: true), 3, 4)
            #expect(Linearization.exists(for: [open, read]))
        }
        let half = Self.call(.read(from: 0, [2], caughtUp: true), 3, 4)
        #expect(!Linearization.exists(for: [open, half]))
        let gone = Self.call(.read(from: 0, [], caughtUp: true), 5, 6)
        let seen = Self.call(.read(from: 0, [2, 3], caughtUp: true), 3, 4)
        #expect(!Linearization.exists(for: [open, seen, gone]))
    }

    @Test("A conflict must be true, and an append without one too")
    func conflict() {
        let wrong = Self.call(.append([2], expecting: 1, .conflict(actual: 0)), 3, 4)
        #expect(!Linearization.exists(for: [Self.first, wrong]))
        let right = Self.call(.append([2], expecting: 0, .conflict(actual: 1)), 3, 4)
        #expect(Linearization.exists(for: [Self.first, right]))
        let stored = Self.call(.append([2], expecting: 0, .stored(at: 1)), 3, 4)
        #expect(!Linearization.exists(for: [Self.first, stored]))
    }
}
