import LedgerCore
import LedgerTesting
import Synchronization

/// Counts the steps a use case takes one after another: calls that are under way together are one.
final class StepMeter: Sendable {
    private struct Count {
        var underWay = 0
        var steps = 0
    }

    private let count = Mutex(Count())

    /// `table`, its steps counted here; no call of it may fail.
    func watching(_ table: any Table) -> FaultyTable {
        FaultyTable(table) { [self] _, moment in
            count.withLock { count in
                if moment == .before, count.underWay == 0 { count.steps += 1 }
                count.underWay += moment == .before ? 1 : -1
            }
        }
    }

    /// Steps since the last time this was asked.
    func takeSteps() -> Int {
        count.withLock { count in
            defer { count.steps = 0 }
            return count.steps
        }
    }
}
