import LedgerCore
import Logging

/// A process's table, with the clock, the randomness and the settings by which it is used, and the
/// steps that every use case is made of.
///
/// Each class of use cases has it, and none of them is known to it.
final class TableAccess: Sendable {
    let table: any Table
    let clock: BelievedClock
    let random: LedgerRandom
    let configuration: Ledger.Configuration
    let logger: Logger
    let metrics = LedgerMetrics()

    init(
        table: any Table,
        clock: any LedgerClock,
        random: LedgerRandom,
        configuration: Ledger.Configuration,
        logger: Logger
    ) {
        self.table = table
        self.clock = BelievedClock(clock, rules: configuration.rules)
        self.random = random
        self.configuration = configuration
        self.logger = logger
    }

    /// Draws an id for what is created now.
    func freshID<ID: RandomID>() -> ID {
        var random = random
        return ID.random(using: &random)
    }

    /// Draws a subscription's secret.
    func freshSecret() -> SubscriptionSecret {
        var random = random
        return SubscriptionSecret.random(using: &random)
    }

    /// Draws the secret of a webhook's signatures.
    func freshWebhookSecret() -> WebhookSecret {
        var random = random
        return WebhookSecret.random(using: &random)
    }

    /// Draws a number, for a name that is never used again.
    func freshNumber() -> Int64 {
        var random = random
        return Int64.random(in: .min ... .max, using: &random)
    }

    // MARK: The table

    /// A row, or nil; errors as the caller's answer.
    func row(_ key: TableKey) async throws(LedgerError) -> Item? {
        do throws(TableError) { return try await table.get(key) } catch { throw LedgerError(error) }
    }

    /// A page of rows; errors as the caller's answer.
    func rows(_ query: Query) async throws(LedgerError) -> QueryPage {
        do throws(TableError) {
            return try await table.query(query)
        } catch {
            throw LedgerError(error)
        }
    }

    /// A row for a plan, which has its own way with errors.
    func find(_ key: TableKey) async -> Result<Item?, TableError> {
        await result { () throws(TableError) in try await table.get(key) }
    }

    /// A page of rows for a plan, which has its own way with errors.
    func find(_ query: Query) async -> Result<QueryPage, TableError> {
        await result { () throws(TableError) in try await table.query(query) }
    }

    /// Carries out a plan's read.
    func find(_ read: TableRead) async -> Result<TableFinding, TableError> {
        await result { () throws(TableError) in try await table.find(read) }
    }

    /// A write; errors as the caller's answer.
    ///
    /// What it rests on was read after `decided`.
    func apply(
        _ write: Write,
        decided: Instant
    ) async throws(LedgerError) -> WriteOutcome {
        do throws(TableError) {
            return try await table.write(write, decided: decided)
        } catch {
            throw LedgerError(error)
        }
    }

    /// A transaction; errors as the caller's answer.
    ///
    /// What it rests on was read after `decided`.
    func apply(
        _ writes: [Write],
        decided: Instant
    ) async throws(LedgerError) -> TransactionOutcome {
        do throws(TableError) {
            return try await table.transact(writes, token: freshID(), decided: decided)
        } catch {
            throw LedgerError(error)
        }
    }

    /// One write or a transaction; true when it is durable, false when a condition failed.
    ///
    /// What it rests on was read after `decided`.
    func isApplied(_ writes: [Write], decided: Instant) async throws(LedgerError) -> Bool {
        guard writes.count == 1 else { return try await apply(writes, decided: decided).isApplied }
        return try await apply(writes[0], decided: decided).isApplied
    }

    // MARK: Steps of a use case

    /// Repeats an attempt until its write is applied: the shell of ``CompareAndSet``.
    ///
    /// An attempt reads, decides and writes, and says whether that was applied and what it made of
    /// the row. When others were first each time, the answer is ``LedgerError/contention``.
    @discardableResult
    func compareAndSet<Value>(
        _ attempt: () async throws(LedgerError) -> (isApplied: Bool, value: Value)
    ) async throws(LedgerError) -> Value {
        var plan = CompareAndSet<Value>()
        var action = plan.start()
        while true {
            switch action {
            case .attempt:
                let (isApplied, value) = try await attempt()
                action = plan.receive(isApplied: isApplied, value)
            case .finish(let value): return value
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    /// Runs the steps of a use case that come after one that was applied: no error of theirs says
    /// any more that nothing was changed.
    func afterChange<Success>(
        _ body: () async throws(LedgerError) -> Success
    ) async throws(LedgerError) -> Success {
        do throws(LedgerError) { return try await body() } catch { throw error.afterChange }
    }

    /// Decodes a stored row; damage as the caller's answer.
    func decoded<Row>(_ decode: () throws(TableError) -> Row) throws(LedgerError) -> Row {
        do throws(TableError) { return try decode() } catch { throw LedgerError(error) }
    }

    /// Asks a rule of the core; its refusal as the caller's answer.
    func unlessRefused<Value>(_ rule: () throws(Refusal) -> Value) throws(LedgerError) -> Value {
        do throws(Refusal) { return try rule() } catch { throw LedgerError(error) }
    }

    /// Sleeps a random 50–100 % of the given time, at least 1 ms, so that a plan's last pause passes
    /// its deadline.
    ///
    /// A cancelled caller does not end it: the append must learn its fate.
    func pause(_ length: Duration) async {
        var random = random
        let milliseconds = length.wholeMilliseconds
        let half = milliseconds / 2
        let jittered = milliseconds - half + Int64.random(in: 0...half, using: &random)
        _ = await result { () throws(CancellationError) in
            try await clock.sleep(for: .milliseconds(jittered))
        }
    }

    /// Refuses what was read by a process that stood still meanwhile: the stream may be deleted, its
    /// rows gone, and an empty page would hide it.
    func checkPatience(since known: Instant) throws(LedgerError) {
        do throws(Refusal) {
            let patience = ReadPatience(since: known, rules: configuration.rules)
            try patience.check(at: clock.instant())
        } catch {
            throw LedgerError(error)
        }
    }
}
