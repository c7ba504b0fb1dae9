public import LedgerCore
import Synchronization

/// Counts calls of a table.
public final class CallCounter: Sendable {
    private let calls = Mutex(0)
    private let counts: @Sendable (TableCall) -> Bool

    /// Counts the calls for which `counts` says so.
    public init(_ counts: @escaping @Sendable (TableCall) -> Bool) {
        self.counts = counts
    }

    /// How many there were.
    public var count: Int { calls.withLock { $0 } }

    /// `table`, its calls counted here.
    public func watching(_ table: any Table) -> FaultyTable {
        FaultyTable(table) { [self] call, moment in
            guard moment == .before, counts(call) else { return }
            calls.withLock { $0 += 1 }
        }
    }

    /// Counts queries of logs.
    public static func ofLogReads() -> CallCounter {
        CallCounter { call in
            guard call.kind == .query, case .log = call.groups.first else { return false }
            return true
        }
    }
}
