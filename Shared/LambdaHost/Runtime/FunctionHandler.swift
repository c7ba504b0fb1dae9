import CoreMetrics
import LedgerCore
import LedgerService
import RawJSON

/// Makes the function's answer of an event.
struct FunctionHandler: Sendable {
    /// Sends what is due to the webhooks of these streams, nil being all, within a time; true when
    /// work was left.
    typealias WebhookRun = @Sendable ([StreamID]?, Duration) async -> Bool

    private let function: LedgerFunction
    private let ledger: Ledger
    private let api: LedgerAPI
    private let runWebhooks: WebhookRun
    private let metrics: EmbeddedMetrics
    let clock: any LedgerClock

    /// A handler of the function's events.
    ///
    /// `runWebhooks` is the ledger's own but in tests.
    init(
        _ function: LedgerFunction,
        of ledger: Ledger,
        keys: KeyPolicy,
        clock: any LedgerClock,
        metrics: EmbeddedMetrics,
        runWebhooks: WebhookRun? = nil
    ) {
        self.function = function
        self.ledger = ledger
        self.clock = clock
        self.metrics = metrics
        self.runWebhooks =
            runWebhooks ?? { await ledger.webhooks.runDue(of: $0, within: $1) }
        api = LedgerAPI(ledger, only: function, keys: keys)
    }

    /// Handles an event.
    ///
    /// - Parameters:
    ///   - event: the event's JSON.
    ///   - deadline: the time at which Lambda stops the function.
    /// - Returns: the function's answer, JSON.
    /// - Throws: ``LambdaError`` for an event that this function can't handle.
    func handle(
        _ event: [UInt8],
        by deadline: Timestamp
    ) async throws(LambdaError) -> [UInt8] {
        let event = try LambdaEvent(event)
        await ledger.checkClock()
        switch event {
        case .request(let request):
            let response: APIResponse
            if let answer = Preflight.answer(to: request) {
                response = answer
            } else {
                response = await api.handle(request)
            }
            return await HTTPAnswer.encode(response, to: request)
        case .batch(let records):
            try require(.compactor, for: "stream batches")
            return await fold(records)
        case .schedule:
            guard function != .push else { return await push(nil, by: deadline) }
            try require(.compactor, for: "the schedule")
            return await sweep(by: deadline)
        case .sweep:
            try require(.compactor, for: "calls for the sweep")
            return await sweep(by: deadline)
        case .push(let streams):
            try require(.push, for: "calls for webhooks")
            return await push(streams, by: deadline)
        }
    }

    private func require(
        _ only: LedgerFunction,
        for kind: String
    ) throws(LambdaError) {
        guard function == only else { throw .foreign(kind: kind, function: function) }
    }

    /// Folds the records' partitions, and rings for their webhooks meanwhile; the answer names the
    /// records that must come again.
    private func fold(_ records: [StreamRecord]) async -> [UInt8] {
        let withNews = records.indices.filter { records[$0].news != nil }
        let notices = withNews.compactMap { records[$0].news }
        async let rung: Void = ledger.ringPush(after: notices)
        let failed = await ledger.fold(notices)
        await rung
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("batchItemFailures")
        writer.beginArray()
        for index in failed.sorted() {
            writer.beginObject()
            writer.key("itemIdentifier")
            writer.string(records[withNews[index]].sequenceNumber)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }

    /// Runs the sweep for four fifths of the time; the last one is for finishing what it began.
    private func sweep(by deadline: Timestamp) async -> [UInt8] {
        let left = max(deadline - clock.now(), .zero).wholeMilliseconds
        let report = await ledger.sweepDue(within: .milliseconds(left / 5 * 4))
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("streams")
        writer.integer(report.streams)
        writer.key("removed_rows")
        writer.integer(report.removedRows)
        writer.key("failures")
        writer.integer(report.failures)
        writer.endObject()
        return writer.finish()
    }

    /// Sends what is due to webhooks, until nothing is left or a minute before the function's end.
    ///
    /// What is left of named streams the function goes on with at once, by a call of itself. What the
    /// schedule leaves is the next minute's, which comes anyway: calls would only add to it.
    private func push(_ streams: [StreamID]?, by deadline: Timestamp) async -> [UInt8] {
        let budget = max(deadline - clock.now() - Limits.pushMargin, .zero)
        let isLeft = await runWebhooks(streams, budget)
        if isLeft, let streams { await ledger.ringPush(for: streams) }
        showWebhooks()
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("left")
        writer.boolean(isLeft)
        writer.endObject()
        return writer.finish()
    }

    /// Shows how many webhooks get nothing, or only probes: somebody may have to look after them.
    private func showWebhooks() {
        let counted = ledger.webhooks.counted
        for kind in [WebhookHealth.Kind.failing, .disabled] {
            let state = [("state", kind.rawValue)]
            Gauge(label: "eventledger_webhooks", dimensions: state, factory: metrics)
                .record(counted[kind] ?? 0)
        }
    }
}
