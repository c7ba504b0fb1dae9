package import LedgerCore
import MachineClock

/// Writes of a test itself, decided when they are made.
extension Table {
    /// Applies one write, decided now by the machine's clock.
    package func write(_ write: Write) async throws(TableError) -> WriteOutcome {
        try await self.write(write, decided: MachineClock.instant())
    }

    /// Applies a transaction, decided now by the machine's clock.
    package func transact(
        _ writes: [Write],
        token: Incarnation
    ) async throws(TableError) -> TransactionOutcome {
        try await transact(writes, token: token, decided: MachineClock.instant())
    }
}
