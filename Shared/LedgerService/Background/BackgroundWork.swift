import LedgerCore
import Logging

/// The background work of a server process: folds what is appended, sweeps, and reads lags when they
/// are asked for.
final class BackgroundWork: Sendable {
    private let access: TableAccess
    private let clockCheck: ClockCheck
    private let streams: StreamCatalog
    private let folds: Folds
    private let sweeps: Sweeps
    private let subscriptions: Subscriptions
    let foldQueue: FoldQueue
    let foldLags: FoldLags

    init(
        _ access: TableAccess,
        clockCheck: ClockCheck,
        streams: StreamCatalog,
        folds: Folds,
        sweeps: Sweeps,
        subscriptions: Subscriptions,
        foldQueue: FoldQueue,
        foldLags: FoldLags
    ) {
        self.access = access
        self.clockCheck = clockCheck
        self.streams = streams
        self.folds = folds
        self.sweeps = sweeps
        self.subscriptions = subscriptions
        self.foldQueue = foldQueue
        self.foldLags = foldLags
    }

    private var clock: BelievedClock { access.clock }

    /// Folds, sweeps, and reads lags for those who ask for them.
    ///
    /// Returns when the task is cancelled.
    func runBackground() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await foldOnAppend() }
            group.addTask { [self] in await sweepEveryMinute() }
            guard access.configuration.showsLags else { return }
            group.addTask { [self] in await subscriptions.readLags() }
        }
    }

    private func foldOnAppend() async {
        while !Task.isCancelled {
            let requests = await foldQueue.next()
            var pace = FoldPace(from: clock.uptime())
            for request in requests where !Task.isCancelled {
                await fold(request)
                if let rest = pace.rest(at: clock.uptime()) {
                    await sleep(for: rest)
                    pace.goOn(at: clock.uptime())
                }
            }
            await sleep(for: pace.restAtEnd(at: clock.uptime()))
        }
    }

    private func sleep(for length: Duration) async {
        _ = await result { () throws(CancellationError) in
            try await clock.sleep(for: length)
        }
    }

    private func fold(_ request: FoldRequest) async {
        do throws(LedgerError) {
            let stream = try await streams.stream(request.id, freshness: .cached).value
            switch request.background(stream) {
            case .drop: foldLags.forget(request)
            case .fold(let compacts):
                let report = try await folds.fold(request, compacts: compacts)
                foldLags.folded(request, upTo: report.watermark)
                if !report.isAtEnd { foldQueue.enqueue(request) }
            }
        } catch .streamNotFound {
            // Deleted meanwhile: nothing is left to fold.
            foldLags.forget(request)
        } catch {
            foldQueue.postpone(request)
            access.logger.error(
                "compaction failed; it is tried again in a minute",
                metadata: ["stream": "\(request.id)", "error": "\(error)"]
            )
        }
    }

    private func sweepEveryMinute() async {
        // The process before this one may have left work of which nobody else knows. Where no other
        // process can be at it, that is looked for at once.
        if !access.table.deletesLogByItself { await sweeps.sweep() }
        var wantsRound = access.table.deletesLogByItself
        while !Task.isCancelled {
            await clockCheck.checkClock()
            let start = clock.uptime()
            let report = await sweeps.sweepDue(within: Limits.sweepRun, wantsRound: wantsRound)
            if report.hadTurn { wantsRound = false }
            foldQueue.enqueuePostponed()
            let rest = max(Limits.sweepRun - (clock.uptime() - start), Limits.sweepPause)
            await sleep(for: rest)
        }
    }
}

/// When a process that folds comes to rest, and for how long: publishing has the writer for the better part,
/// and a busy partition gathers events meanwhile.
struct FoldPace {
    private var start: Duration
    private var folded = Duration.zero
    private var rested = Duration.zero

    /// The pace of a round that begins at this uptime.
    init(from start: Duration) {
        self.start = start
    }

    /// The rest that is due between two folds; nil: none is, or no longer in this round.
    mutating func rest(at now: Duration) -> Duration? {
        guard now - start >= Limits.foldStretch else { return nil }
        let rest = restAtEnd(at: now)
        return rest > .zero ? rest : nil
    }

    /// The rest that is left after the last fold.
    mutating func restAtEnd(at now: Duration) -> Duration {
        let basis = Limits.foldRestBasis
        folded += now - start
        start = now
        let counted = min(max(folded, basis.lowerBound), basis.upperBound)
        defer { rested = counted * Limits.foldRestShare }
        return counted * Limits.foldRestShare - rested
    }

    /// Goes on after a rest.
    mutating func goOn(at now: Duration) {
        start = now
    }
}
