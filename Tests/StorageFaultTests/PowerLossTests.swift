import LedgerTesting
import SQLiteTable
import Testing

@Suite("Power loss")
struct PowerLossTests {
    @Test(
        "Whenever the power goes, what was acknowledged is there, and all is whole",
        arguments: Run.Copying.allCases
    )
    func cuts(_ copying: Run.Copying) async throws {
        let run = try await Run.make(in: try TemporaryFolder(prefersMemory: true), copying: copying)
        #expect(run.clients.events.count > 15)
        try await run.everyMoment { state, rows, moment, random in
            for survival in Self.survivals(at: moment) {
                let files = state.files(survival, random: &random)
                try await Aftermath(run: run, files: files, moment: moment).check(
                    rows,
                    promises: survival == .half && moment.isMultiple(of: 8),
                    comment: "\(survival) survives; \(replay)"
                )
            }
        }
    }

    private static func survivals(at moment: Int) -> [DurableState.Survival] {
        let all = DurableState.Survival.allCases
        guard Effort.isLong else { return [.half, all[moment % all.count]] }
        return (0..<10).flatMap { _ in all }
    }

    @Test(
        "When a process was killed and read after, a power loss still takes nothing that was seen",
        arguments: Run.Copying.allCases
    )
    func killedBefore(_ copying: Run.Copying) async throws {
        let run = try await Run.make(in: try TemporaryFolder(prefersMemory: true), copying: copying)
        try await run.everyMoment { state, rows, moment, random in
            guard Effort.isLong || moment.isMultiple(of: 4) else { return }
            let next = try await NextLife(after: run, state: state, groups: rows.groups)
            #expect(try await rows.admits(next.served, at: moment), "at \(moment); \(replay)")
            for survival in [DurableState.Survival.nothing, .half] {
                let isKept = try await next.rows(after: survival, random: &random) == next.served
                #expect(isKept, "at \(moment), \(survival) survives; \(replay)")
            }
        }
    }
}

private let replay = RandomSeed.replay("PowerLossTests")

extension Run {
    /// Looks at the disk after each of its events: what is durable, and what must be there.
    func everyMoment(
        _ look: (DurableState, ExpectedRows, Int, inout SeededGenerator) async throws -> Void
    ) async throws {
        var state = DurableState([path: []])
        var rows = ExpectedRows(table.calls)
        var random = SeededGenerator(seed: RandomSeed.base)
        for index in 0..<disk.eventCount {
            state.follow(disk.event(index), random: &random)
            try await rows.advance(to: index + 1)
            try await look(state, rows, index + 1, &random)
        }
    }
}
