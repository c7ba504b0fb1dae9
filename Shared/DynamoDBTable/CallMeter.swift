import CoreMetrics
import LedgerCore
import Synchronization

/// Counts calls and capacity, for metrics and for ``DynamoDBTable/statistics``.
final class CallMeter: Sendable {
    private let calls: [Operation: Counter]
    private let readUnits = FloatingPointCounter(label: "eventledger_dynamodb_read_units_total")
    private let writeUnits = FloatingPointCounter(label: "eventledger_dynamodb_write_units_total")
    private let throttles = Counter(label: "eventledger_dynamodb_throttles_total")
    private let counts = Mutex(DynamoDBStatistics())

    init() {
        calls = Dictionary(
            uniqueKeysWithValues: Operation.allCases.map { operation in
                let dimensions = [("operation", "\(operation.name)")]
                let label = "eventledger_dynamodb_calls_total"
                return (operation, Counter(label: label, dimensions: dimensions))
            }
        )
    }

    var statistics: DynamoDBStatistics { counts.withLock { $0 } }

    func called(_ operation: Operation) {
        calls[operation]?.increment()
        counts.withLock { $0.calls["\(operation.name)", default: 0] += 1 }
    }

    func throttled() {
        throttles.increment()
        counts.withLock { $0.throttles += 1 }
    }

    func consumed(_ units: Double, by operation: Operation) {
        (operation.isRead ? readUnits : writeUnits).increment(by: units)
        counts.withLock { counts in
            if operation.isRead { counts.readUnits += units } else { counts.writeUnits += units }
        }
    }

    func wrote(_ writes: [Write], inTransaction: Bool) {
        let units = writes.reduce(0) { $0 + ($1.storedBytes + 1023) / 1024 }
        counts.withLock { $0.computedWriteUnits += inTransaction ? units * 2 : units }
    }

    func read(_ items: [Item], consistency: Query.Consistency) {
        let bytes = items.reduce(0) { $0 + $1.storedBytes }
        let units = Double(max(1, (bytes + 4095) / 4096))
        counts.withLock { $0.computedReadUnits += consistency == .strong ? units : units / 2 }
    }
}

/// The calls and capacity units of a table since it was made.
package struct DynamoDBStatistics: Hashable, Sendable {
    /// Calls by operation, such as `PutItem`, with those that failed.
    package internal(set) var calls: [String: Int] = [:]
    /// Read units as DynamoDB reported them.
    package internal(set) var readUnits: Double = 0
    /// Write units as DynamoDB reported them.
    package internal(set) var writeUnits: Double = 0
    /// Calls refused because they were too many.
    package internal(set) var throttles = 0
    /// Write units by the sizes of what was written: one for each KB begun of a row, twice that in
    /// a transaction.
    ///
    /// For emulations, whose reports are of no use.
    package internal(set) var computedWriteUnits = 0
    /// Read units by the sizes of what was read: one for each 4 KB begun of an answer, half of it
    /// when eventually consistent.
    package internal(set) var computedReadUnits: Double = 0

    /// Calls of all operations together.
    package var allCalls: Int { calls.values.reduce(0, +) }
}
