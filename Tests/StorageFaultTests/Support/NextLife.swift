import LedgerCore
import LedgerService
import LedgerTesting
import SQLiteTable

/// The process after one that was killed: the machine stayed up, so it finds all that was written,
/// synced or not, and serves it.
struct NextLife {
    /// The rows that it served.
    let served: Set<Item>
    private let disk = Disk()
    private let path: String
    private let groups: Set<RowGroup>
    private let state: DurableState
    /// The disk's events until it had served them.
    private let moment: Int

    init(_ run: Run, _ state: DurableState, _ groups: Set<RowGroup>) async throws {
        path = run.path
        self.groups = groups
        self.state = state
        for (name, bytes) in state.current { disk.put(name, bytes) }
        let table = try disk.openTable(run.path)
        served = try await table.rows(of: groups)
        moment = disk.eventCount
        await table.close()
    }

    /// The rows when the power goes as soon as it has served them.
    func rows(
        after survival: DurableState.Survival,
        _ random: inout SeededGenerator
    ) async throws -> Set<Item> {
        var state = state
        for index in 0..<moment { state.follow(disk.event(index), random: &random) }
        let folder = try TemporaryFolder(prefersMemory: true)
        let files = state.files(survival, random: &random)
        try folder.write(Aftermath.moved(files, from: path, to: folder.file))
        let table = try SQLiteTable.open(
            path: folder.file,
            options: Run.options(),
            clock: ManualClock().instant
        )
        let rows = try await table.rows(of: groups)
        await table.close()
        return rows
    }
}
