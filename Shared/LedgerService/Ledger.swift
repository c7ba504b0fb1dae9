package import LedgerCore
package import Logging

/// The ledger's use cases over a table, whatever transport calls them.
///
/// Safe to use from any number of tasks. In a server one instance serves all requests, so that
/// requests for one partition share chunks; in a function it lives as long as the process.
package final class Ledger: Sendable {
    /// What can be set.
    package struct Configuration: Sendable {
        /// How long a publish tries, milliseconds, before it answers that the outcome is open.
        package var appendDeadline: Int64 = 10_000
        /// Whether this process folds what it appends (``Ledger/runBackground()``), and so keeps a
        /// list of what is to be folded.
        package var foldsInBackground = false
        /// Whether every append to the table is this process's own, so that nobody who waits for
        /// events need look for those of others.
        package var seesAllAppends = false
        /// How long it takes at most until others' appends are looked for again while someone waits
        /// for events, milliseconds.
        ///
        /// Appends of this process wake at once.
        package var longPollPause: Int64 = 1_000

        /// Whether this process keeps the table's highest wall time up to date, ``Ledger/checkClock()``.
        package var keepsClock = true

        /// The rules that it keeps.
        package var rules = Rules.all

        /// What runs the ledger's own tasks; nil: Swift's shared threads.
        package var executor: (any TaskExecutor)?

        /// The defaults.
        package init() {}
    }

    let table: any Table
    let clock: BelievedClock
    let random: LedgerRandom
    let configuration: Configuration
    let logger: Logger
    let streams = StreamCache()
    let directory = StreamDirectory()
    let appenders = Appenders()
    let signals = AppendSignals()
    let foldQueue = FoldQueue()
    let foldLags = FoldLags()
    let sweepMemory = SweepMemory()
    let earliest = EarliestOffsets()
    let hints = ReadHints()
    let folding = FoldLocks()
    let metrics = LedgerMetrics()

    /// A ledger on `table`.
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

    /// A fresh random id.
    func freshID() -> Incarnation {
        var random = random
        return Incarnation.random(using: &random)
    }

    func freshSecret() -> [UInt8] {
        freshID().bytes + freshID().bytes
    }

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

    /// A write; errors as the caller's answer.
    ///
    /// `decided`: A moment before what it rests on was read.
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
    /// `decided`: A moment before what it rests on was read.
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

    /// Runs the steps of a use case that come after one that was applied: whatever their error, it
    /// does not say that nothing was changed.
    func afterChange<Success>(
        _ body: () async throws(LedgerError) -> Success
    ) async throws(LedgerError) -> Success {
        do throws(LedgerError) { return try await body() } catch { throw error.afterChange }
    }

    /// What a stored row says; damage as the caller's answer.
    func decoded<Row>(_ decode: () throws(TableError) -> Row) throws(LedgerError) -> Row {
        do throws(TableError) { return try decode() } catch { throw LedgerError(error) }
    }
}
