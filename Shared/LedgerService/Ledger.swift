package import LedgerCore
package import Logging

/// The ledger's use cases over a table, the same for every transport.
///
/// It makes the classes that do them, each with one concern, and forwards to them, or is
/// asked for them where they have a name of their own: ``subscriptions``, ``webhooks``, ``keys``. An
/// arrow reads "is given to"; all of them have the ``TableAccess``, and none has the ledger.
///
///     OffsetSearches ─→ StreamCatalog ─→ Appends, Reads, Folds, Deletions
///     AppendRunner ─→ Appenders ─→ Appends, Deletions         Reads ─→ Subscriptions
///     Folds, Deletions ─→ Sweeps ─→ BackgroundWork            APIKeys ─→ KeyGate
///     ClockCheck ─→ Appends, BackgroundWork     Subscriptions ─→ Webhooks, BackgroundWork
///     StreamCatalog ─→ PushDoorbell
///
/// What several of them know together is an object that each is given: ``AppendSignals`` (appends,
/// deletions, subscriptions; reads and webhooks wait for them), ``FoldQueue`` and ``FoldLags``
/// (appends, sweeps; the background works them off), ``ReadHints`` (reads, subscriptions),
/// ``SweepMemory`` (sweeps; the catalog has them forget).
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

        /// True when this process shows the lags of subscriptions (``Ledger/subscriptionLags()``), and
        /// so keeps a list of those that it has seen.
        package var showsLags = false
        /// Is told each lag that a poll or a description shows; nil: nobody is.
        package var noteLag: (@Sendable (SubscriptionLag) -> Void)?

        /// Sends requests to webhooks; nil: this process sends none, and takes no webhook.
        package var webhookSender: (any WebhookSender)?
        /// Hosts to which webhooks may go beside those of the public internet.
        package var webhookAllowance = WebhookAllowance.none
        /// Rings the function that sends webhooks, for these streams; nil: there is none, or it is not
        /// this process's to ring.
        package var ringPush: (@Sendable ([StreamID]) async throws -> Void)?

        /// The rules that its plans keep; a simulation breaks one of them.
        package var rules = Rules.all

        /// The executor of the ledger's own tasks; nil: Swift's shared threads.
        package var executor: (any TaskExecutor)?

        /// The settings of a process that neither folds nor is alone.
        package init() {}
    }

    let access: TableAccess
    /// The clock, for health and for an operator.
    let clockCheck: ClockCheck
    /// The subscriptions.
    package let subscriptions: Subscriptions
    /// Events that are sent to webhooks.
    package let webhooks: Webhooks
    /// The API keys.
    let keys: APIKeys
    let appends: Appends
    let background: BackgroundWork
    private let streams: StreamCatalog
    private let reads: Reads
    let folds: Folds
    private let doorbell: PushDoorbell
    private let deletions: Deletions
    private let sweeps: Sweeps

    /// A ledger that keeps nothing but caches: all it stores is in `table`.
    package init(
        table: any Table,
        clock: any LedgerClock,
        random: LedgerRandom = .system,
        configuration: Configuration = Configuration(),
        logger: Logger
    ) {
        let access = TableAccess(
            table: table,
            clock: clock,
            random: random,
            configuration: configuration,
            logger: logger
        )
        let (signals, hints, sweepMemory) = (AppendSignals(), ReadHints(), SweepMemory())
        let (foldQueue, foldLags) = (FoldQueue(), FoldLags())
        self.access = access
        clockCheck = ClockCheck(access)
        keys = APIKeys(access)
        let offsets = OffsetSearches(access)
        streams = StreamCatalog(access, offsets: offsets, sweepMemory: sweepMemory)
        let runner = AppendRunner(
            access,
            signals: signals,
            foldQueue: foldQueue,
            foldLags: foldLags
        )
        let appenders = Appenders(runner)
        appends = Appends(
            access,
            clockCheck: clockCheck,
            streams: streams,
            runner: runner,
            appenders: appenders
        )
        reads = Reads(access, streams: streams, offsets: offsets, signals: signals, hints: hints)
        subscriptions = Subscriptions(
            access,
            streams: streams,
            offsets: offsets,
            reads: reads,
            signals: signals,
            hints: hints
        )
        webhooks = Webhooks(
            access,
            streams: streams,
            subscriptions: subscriptions,
            signals: signals
        )
        folds = Folds(access, streams: streams)
        doorbell = PushDoorbell(access, streams: streams)
        deletions = Deletions(access, streams: streams, appenders: appenders, signals: signals)
        sweeps = Sweeps(
            access,
            streams: streams,
            folds: folds,
            deletions: deletions,
            sweepMemory: sweepMemory,
            foldQueue: foldQueue,
            foldLags: foldLags
        )
        background = BackgroundWork(
            access,
            clockCheck: clockCheck,
            streams: streams,
            folds: folds,
            sweeps: sweeps,
            subscriptions: subscriptions,
            foldQueue: foldQueue,
            foldLags: foldLags
        )
    }

    /// The time as it is believed, and both clocks as they are.
    var clock: BelievedClock { access.clock }

    /// The events that wait to be folded, as far as this process knows: those it appended itself, and
    /// those its sweeps found.
    package var foldLag: FoldLag { background.foldLags.lag }

    /// The lags of subscriptions that this process has seen, as they were last read.
    ///
    /// Asking has the background read them again, if that is a while ago.
    package func subscriptionLags() -> LagReport { subscriptions.lagReport() }
}

/// Streams, as ``StreamCatalog`` and ``Deletions`` have them.
extension Ledger {
    /// Creates a stream.
    package func createStream(
        _ id: StreamID,
        _ settings: StreamSettings
    ) async throws(LedgerError) -> StreamDescription {
        try await streams.createStream(id, settings)
    }

    /// A stream and the ends of its partitions.
    package func describeStream(_ id: StreamID) async throws(LedgerError) -> StreamDescription {
        try await streams.describeStream(id)
    }

    /// Changes how long a stream keeps its events: hours; nil: for ever.
    package func updateStream(
        _ id: StreamID,
        retentionHours: Int?
    ) async throws(LedgerError) -> StreamDescription {
        try await streams.updateStream(id, retentionHours: retentionHours)
    }

    /// One page of streams, by name; only those that fit one of `covered`, nil being all.
    package func listStreams(
        limit: Int,
        after: [UInt8]?,
        covered: [StreamPattern]? = nil
    ) async throws(LedgerError) -> (streams: [StreamRow], next: [UInt8]?) {
        try await streams.listStreams(limit: limit, after: after, covered: covered)
    }

    /// Deletes a stream, and returns as soon as its name is free; safe to repeat.
    package func deleteStream(_ id: StreamID) async throws(LedgerError) {
        try await deletions.deleteStream(id)
    }
}

/// Events, as ``Appends`` and ``Reads`` have them.
extension Ledger {
    /// Appends events to a stream; a repetition of the request is recognised by `idempotency`.
    package func publish(
        _ batch: PublishBatch,
        to id: StreamID,
        idempotency: IdempotencyMark?,
        place: PlaceInLine? = nil
    ) async throws(LedgerError) -> PublishReceipt {
        try await appends.publish(batch, to: id, idempotency: idempotency, place: place)
    }

    /// Reads one partition of a stream, or all in turns, and leaves nothing behind.
    package func read(
        _ id: StreamID,
        as request: ReadRequest
    ) async throws(LedgerError) -> LogPage {
        try await reads.read(id, as: request)
    }

    /// The head of one partition: the present one, or as it was when `offset` was the next one.
    package func head(
        of id: StreamID,
        partition index: Int64,
        at offset: Offset?
    ) async throws(LedgerError) -> PartitionHead {
        try await reads.head(of: id, partition: index, at: offset)
    }

    /// One page of the latest events, one per key, and where the next one begins, nil at the end.
    package func compacted(
        _ id: StreamID,
        limit: Int,
        after place: CompactedPlan.Place?
    ) async throws(LedgerError) -> (entries: [CompactedEntry], next: CompactedPlan.Place?) {
        try await reads.compacted(id, limit: limit, after: place)
    }

    /// The latest event of one key.
    package func compacted(
        _ id: StreamID,
        key: EventKey
    ) async throws(LedgerError) -> CompactedEntry {
        try await reads.compacted(id, key: key)
    }

    /// Answers every waiting call with what it has, and any later one without waiting: for a process
    /// that stops.
    package func endWaiting() { reads.endWaiting() }

    /// True after ``endWaiting()``, for whoever would ask again and again.
    var isEnding: Bool { reads.isEnding }
}

/// What is done behind the calls, as ``Folds``, ``Sweeps`` and ``ClockCheck`` have it.
extension Ledger {
    /// Folds every partition up to its tail now; by partition, the offset up to which it is folded.
    package func compact(_ id: StreamID) async throws(LedgerError) -> [(Partition, Offset)] {
        try await folds.compact(id)
    }

    /// Accepts the tails of all partitions, and says what kind of stream it was done to.
    func acceptTails(of id: StreamID) async throws(LedgerError) -> AcceptedTails {
        try await folds.acceptTails(of: id)
    }

    /// Folds every partition that the notices are of, up to the last chunk they name; the indices of
    /// the notices whose partition could not be folded.
    package func fold(_ notices: [ChunkNotice]) async -> Set<Int> {
        await folds.fold(notices)
    }

    /// Rings the function that sends webhooks for the streams that the notices are of, as far as they
    /// have webhooks; a ring that is lost is logged, and no harm.
    package func ringPush(after notices: [ChunkNotice]) async {
        await doorbell.ring(after: notices)
    }

    /// Rings it for these streams.
    package func ringPush(for streams: [StreamID]) async { await doorbell.ring(for: streams) }

    /// Looks at everything now, however long it takes.
    @discardableResult
    package func sweep() async -> SweepReport { await sweeps.sweep() }

    /// Does what is due, as far as `budget` goes; with `wantsRound` every stream is to be
    /// looked at from now on, due or not.
    @discardableResult
    package func sweepDue(within budget: Duration, wantsRound: Bool = false) async -> SweepReport {
        await sweeps.sweepDue(within: budget, wantsRound: wantsRound)
    }

    /// The background work of a server process, until the task is cancelled.
    package func runBackground() async { await background.runBackground() }

    /// Sends events to webhooks in a server process, until the task is cancelled.
    package func runWebhooks() async { await webhooks.run() }

    /// Reads the highest time that the table has seen, if it is due, and keeps it up to date.
    package func checkClock() async { await clockCheck.checkClock() }
}
