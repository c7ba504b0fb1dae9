import LedgerCore
import LedgerService
import RawJSON

/// From an event to the function's answer.
struct FunctionHandler: Sendable {
    private let function: LedgerFunction
    private let ledger: Ledger
    private let api: LedgerAPI
    let clock: any LedgerClock

    init(
        _ function: LedgerFunction,
        _ ledger: Ledger,
        keys: KeyPolicy,
        clock: any LedgerClock
    ) {
        self.function = function
        self.ledger = ledger
        self.clock = clock
        api = LedgerAPI(ledger, only: function, keys: keys)
    }

    /// The answer to an event.
    ///
    /// `deadline`: When the function is stopped.
    func handle(
        _ event: [UInt8],
        by deadline: Timestamp
    ) async throws(LambdaEventError) -> [UInt8] {
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
            return HTTPAnswer.encode(response, to: request)
        case .batch(let records):
            try require(.compactor, "stream batches")
            return await fold(records)
        case .sweep:
            try require(.compactor, "the schedule")
            return await sweep(by: deadline)
        }
    }

    private func require(_ only: LedgerFunction, _ kind: String) throws(LambdaEventError) {
        guard function == only else { throw .foreign(kind: kind, function: function) }
    }

    /// Folds what the records are news of; the answer names those that must come again.
    private func fold(_ records: [StreamRecord]) async -> [UInt8] {
        let known = records.indices.filter { records[$0].news != nil }
        let failed = await ledger.fold(known.compactMap { records[$0].news })
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("batchItemFailures")
        writer.beginArray()
        for index in failed.sorted() {
            writer.beginObject()
            writer.key("itemIdentifier")
            writer.string(records[known[index]].sequenceNumber)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }

    /// A fifth of the time is left for what was begun.
    private func sweep(by deadline: Timestamp) async -> [UInt8] {
        let left = max(deadline.milliseconds - clock.now().milliseconds, 0)
        let report = await ledger.sweepDue(within: left / 5 * 4)
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
}
