import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

@Suite("Power loss")
struct PowerLossTests {
    @Test("Whenever the power goes, what was acknowledged is there, and all is whole")
    func cuts() async throws {
        let folder = try TemporaryFolder()
        let run = try await Run.make(in: folder)
        #expect(run.clients.events.count > 15)
        var state = DurableState([run.path: []])
        var rows = ExpectedRows(run.table.calls)
        var random = SeededGenerator(seed: RandomSeed.base)
        for moment in 0..<run.disk.eventCount {
            state.follow(run.disk.event(moment), random: &random)
            try await rows.advance(to: moment + 1)
            for survival in DurableState.Survival.allCases {
                let files = state.files(survival, random: &random)
                try await check(files, rows, run, at: moment + 1, "\(survival) survives")
            }
        }
    }

    private func check(
        _ files: [String: [UInt8]],
        _ rows: ExpectedRows,
        _ run: Run,
        at moment: Int,
        _ comment: String
    ) async throws {
        let folder = try TemporaryFolder()
        try folder.write(
            Dictionary(
                uniqueKeysWithValues: files.map { name, bytes in
                    (folder.file + name.dropFirst(run.path.count), bytes)
                }
            )
        )
        let table = try SQLiteTable.open(path: folder.file)
        let found = try await table.rows(of: rows.groups)
        #expect(try await rows.admits(found, at: moment), "\(comment) at \(moment); \(replay)")
        await table.close()
    }
}

private let replay = RandomSeed.replay("PowerLossTests")
