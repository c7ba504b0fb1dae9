import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// A ledger whose clock stands still, and whose table's calls are counted.
struct WaitingStage {
    let table: FaultyTable
    let clock = ManualClock(isImpatient: false)
    let api: API

    init(alone: Bool, on table: FaultyTable = FaultyTable(MemoryTable())) {
        self.table = table
        var configuration = Ledger.Configuration()
        configuration.seesAllAppends = alone
        api = API(table: table, clock: clock, configuration: configuration)
    }

    /// Starts calls and returns once they, and who looks for them, are asleep.
    func wait(
        for count: Int,
        asleep: Int,
        in group: inout ThrowingTaskGroup<Answer, any Error>,
        _ call: @escaping @Sendable (API, Int) async -> Answer
    ) async throws {
        for index in 0..<count { group.addTask { [api] in await call(api, index) } }
        try await sleepers(asleep)
    }

    func sleepers(_ count: Int) async throws {
        let patience = Patience()
        while clock.sleeperCount != count {
            try patience.check("\(count) asleep, not \(clock.sleeperCount)")
            await Task.yield()
        }
    }
}
