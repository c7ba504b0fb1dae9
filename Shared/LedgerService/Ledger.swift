package import LedgerCore
package import Logging

/// The ledger's use cases over a table, the same for every transport.
///
/// Safe to use from any number of tasks. In a server one instance serves all requests, so that
/// requests for one partition share chunks; in a function it lives as long as the process.
package final class Ledger: Sendable {
    /// The settings of a process: the defaults are those of a function.
    package struct Configuration: Sendable {
        /// The time that a publish tries, before it answers that the outcome is unknown.
        package var appendDeadline: Duration = .seconds(10)
        /// Whether this process folds what it appends (``Ledger/runBackground()``), and so keeps a
        /// list of what is to be folded.
        package var foldsInBackground = false
        /// True when every append to the table is this process's own, so that nobody who waits for
        /// events need look for those of others.
        package var seesAllAppends = false
        /// The longest pause between two looks for others' appends while someone waits for events.
        ///
        /// Appends of this process wake at once.
        package var longPollPause: Duration = .seconds(1)

        /// True when this process keeps the table's highest wall time up to date,
        /// ``Ledger/checkClock()``.
        package var keepsClock = true

        /// The rules that its plans keep; a simulation breaks one of them.
        package var rules = Rules.all

        /// The executor of the ledger's own tasks; nil: Swift's shared threads.
        package var executor: (any TaskExecutor)?

        /// The settings of a process that neither folds nor is alone.
        package init() {}
    }

    let table: any Table
    let clock: BelievedClock
    let random: LedgerRandom
    let configuration: Configuration
    let logger: Logger
    let streams = StreamCatalog()
    let appenders = Appenders()
    let signals = AppendSignals()
    let foldQueue = FoldQueue()
    let foldLags = FoldLags()
    let sweepMemory = SweepMemory()
    let earliest = EarliestOffsets()
    let hints = ReadHints()
    let folding = FoldLocks()
    let metrics = LedgerMetrics()

    /// A ledger that keeps nothing but caches: all it stores is in `table`.
    package init(
        table: any Table,
        clock: any LedgerClock,
        random: LedgerRandom = .system,
        configuration: Configuration = Configuration(),
        logger: Logger
    ) {
        self.table = table
        self.clock = BelievedClock(clock, rules: configuration.rules)
        self.random = random
        self.configuration = configuration
        self.logger = logger
    }

    /// Draws an id for what is created now.
    func freshID() -> Incarnation {
        var random = random
        return Incarnation.random(using: &random)
    }

    /// Draws the 32 bytes of a subscription's secret.
    func freshSecret() -> [UInt8] {
        freshID().bytes + freshID().bytes
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
}
