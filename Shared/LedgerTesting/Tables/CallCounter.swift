package import LedgerCore
import Synchronization

/// Counts calls of a table.
package final class CallCounter: Sendable {
    private let calls = Mutex(0)
    private let counts: @Sendable (TableCall) -> Bool

    /// Counts the calls for which `counts` says so.
    package init(_ counts: @escaping @Sendable (TableCall) -> Bool) {
        self.counts = counts
    }

    /// How many there were.
    package var count: Int { calls.withLock { $0 } }

    /// `table`, its calls counted here.
    package func watching(_ table: any Table) -> FaultyTable {
        FaultyTable(table) { [self] call, moment in
            guard moment == .before, counts(call) else { return }
            calls.withLock { $0 += 1 }
        }
    }

    /// Counts queries of logs.
    package static func ofLogReads() -> CallCounter {
        CallCounter { call in
            guard call.kind == .query, case .log = call.groups.first else { return false }
            return true
        }
    }
}
