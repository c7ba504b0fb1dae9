import LedgerTesting
import Testing

/// Twenty members that come and go for a minute of the clock's time.
@Suite("Rebalance storms")
struct RebalanceStormTests {
    @Test(
        "What doesn't move goes on at its holder's next look, and what moves has a holder soon",
        arguments: RandomSeed.cases(3)
    )
    func storm(seed: UInt64) async throws {
        var storm = try await RebalanceStorm(seed: seed)
        try await storm.rage(for: .seconds(60))
        let (kept, moves, neededMoves) = (storm.kept, storm.moves, storm.neededMoves)
        print(
            """
            rebalance storm: \(kept) looks at what stayed, \(moves) moves of \
            \(neededMoves), \(storm.silences) silent, longest gap \(storm.longestGap)
            """
        )
        #expect(storm.violations.isEmpty, "\(replay): \(storm.violations.prefix(5))")
        #expect(storm.silences > 0 && kept > 300, "\(replay)")
        #expect(storm.longestGap <= RebalanceStorm.session + RebalanceStorm.handOver, "\(replay)")
        // A rule that shuffles what need not move would move some of it at each look.
        #expect(moves <= neededMoves, "\(replay)")
    }

    @Test(
        "Half of the members vanish at once, and within one session the others have it all, evenly",
        arguments: RandomSeed.cases(3)
    )
    func vanishing(seed: UInt64) async throws {
        var storm = try await RebalanceStorm(seed: seed)
        try await storm.rage(for: .seconds(10))
        try await storm.calm(for: RebalanceStorm.session + RebalanceStorm.handOver)
        storm.silenceHalf()
        try await storm.calm(for: RebalanceStorm.session + RebalanceStorm.handOver)
        #expect(storm.violations.isEmpty, "\(replay): \(storm.violations.prefix(5))")
        let shares = storm.shares
        #expect(shares.reduce(0, +) == RebalanceStorm.partitions, "\(replay): \(shares)")
        #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 1, "\(replay): \(shares)")
        // They leave a page uncommitted now and then: some seconds' events, and no more.
        #expect(storm.lag <= 8 * Int64(RebalanceStorm.partitions), "\(replay): \(storm.lag)")
    }
}

private let replay = RandomSeed.replay("RebalanceStormTests")
