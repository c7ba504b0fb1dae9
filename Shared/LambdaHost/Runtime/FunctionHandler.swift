import LedgerCore
import LedgerService
import RawJSON

/// Makes the function's answer of an event.
struct FunctionHandler: Sendable {
    private let function: LedgerFunction
    private let ledger: Ledger
    private let api: LedgerAPI
    let clock: any LedgerClock

    init(
        _ function: LedgerFunction,
        of ledger: Ledger,
        keys: KeyPolicy,
        clock: any LedgerClock
    ) {
        self.function = function
        self.ledger = ledger
        self.clock = clock
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
        case .sweep:
            try require(.compactor, for: "the schedule")
            return await sweep(by: deadline)
        }
    }

    private func require(
        _ only: LedgerFunction,
        for kind: String
    ) throws(LambdaError) {
        guard function == only else { throw .foreign(kind: kind, function: function) }
    }

    /// Folds the records' partitions; the answer names the records that must come again.
    private func fold(_ records: [StreamRecord]) async -> [UInt8] {
        let withNews = records.indices.filter { records[$0].news != nil }
        let failed = await ledger.fold(withNews.compactMap { records[$0].news })
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
}
