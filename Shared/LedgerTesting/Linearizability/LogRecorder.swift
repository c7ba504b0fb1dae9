package import LedgerCore
package import LedgerService
import Synchronization

/// Calls ledgers from many tasks at once, and notes every call on one partition's log.
package final class LogRecorder: Sendable {
    private struct State {
        var moment = 0
        var lastValue = 0
        var calls: [LogCall] = []
    }

    private let stream: StreamID
    private let state = Mutex(State())

    /// A recorder of the only partition of `stream`.
    package init(_ stream: StreamID) {
        self.stream = stream
    }

    /// Every call so far that was answered, or whose end is open.
    package var calls: [LogCall] { state.withLock { $0.calls } }

    /// Calls at random, one after another, as one client.
    package func run(
        _ count: Int,
        on ledgers: [Ledger],
        using random: inout SeededGenerator
    ) async {
        for _ in 0..<count {
            let ledger = ledgers[Int.random(in: 0..<ledgers.count, using: &random)]
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3: await append(to: ledger, using: &random)
            case 4:
                await append(
                    to: ledger,
                    using: &random,
                    expecting: state.withLock { $0.lastValue }
                )
            case 5...7: await read(from: ledger, using: &random)
            default: await tail(of: ledger)
            }
        }
    }

    private func append(
        to ledger: Ledger,
        using random: inout SeededGenerator,
        expecting expected: Int? = nil
    ) async {
        let count = Int.random(in: 1...3, using: &random)
        let values = state.withLock { state in
            state.lastValue += count
            return Array(state.lastValue - count + 1...state.lastValue)
        }
        var batch = Self.batch(values)
        batch.expectedOffset = expected.flatMap { Offset(Int64($0)) }
        let called = moment()
        let answer: LogCall.AppendAnswer
        do throws(LedgerError) {
            let receipt = try await ledger.publish(batch, to: stream, idempotency: nil)
            answer = .stored(at: Int(receipt.ranges[0].stored.first.rawValue))
        } catch {
            answer = Self.answer(error)
        }
        note(.append(values, expecting: expected, answer), called: called)
    }

    private static func answer(_ error: LedgerError) -> LogCall.AppendAnswer {
        switch error {
        case .offsetConflict(_, let actual): .conflict(actual: Int(actual.rawValue))
        case .outcomeUnknown, .partialPublish: .unknown
        case .unavailable(_, let mayHaveHappened), .closed(_, let mayHaveHappened):
            mayHaveHappened ? .unknown : .refused
        default: .refused
        }
    }

    private static func batch(_ values: [Int]) -> PublishBatch {
        var batch = PublishBatch(bytes: [])
        for value in values {
            var event = PublishBatch.Event()
            event.key = append("k", to: &batch)
            event.type = append("t", to: &batch)
            event.data = append("\(value)", to: &batch)
            batch.events.append(event)
        }
        return batch
    }

    private static func append(_ text: String, to batch: inout PublishBatch) -> Range<Int> {
        batch.bytes += Array(text.utf8)
        return batch.bytes.count - text.utf8.count..<batch.bytes.count
    }

    private func read(from ledger: Ledger, using random: inout SeededGenerator) async {
        let highest = calls.reduce(0) { highest, call in
            guard case .append(_, _, .stored(let offset)) = call.kind else { return highest }
            return max(highest, offset)
        }
        let from = Int.random(in: 0...highest, using: &random)
        let limit = Int.random(in: 1...50, using: &random)
        let called = moment()
        // A read that failed says nothing about the log.
        guard let offset = Offset(Int64(from)),
            let page = try? await ledger.read(
                stream,
                as: ReadRequest(from: .offset(offset), limit: limit)
            ).page
        else { return }
        let values = page.events.map { Self.value($0, in: page) }
        note(.read(from: from, values, caughtUp: page.caughtUp), called: called)
    }

    private static func value(_ event: EventPage.Event, in page: EventPage) -> Int {
        guard case .log(let batch, let record) = event.source else { return -1 }
        let batches = page.batches[batch]
        let data = batches.copy(batches.records[record].data)
        return Int(String(decoding: data, as: UTF8.self)) ?? -1
    }

    private func tail(of ledger: Ledger) async {
        let called = moment()
        guard let description = try? await ledger.describeStream(stream) else { return }
        note(.tail(Int(description.partitions[0].next.rawValue)), called: called)
    }

    private func moment() -> Int {
        state.withLock { state in
            state.moment += 1
            return state.moment
        }
    }

    private func note(_ kind: LogCall.Kind, called: Int) {
        state.withLock { state in
            state.moment += 1
            state.calls.append(LogCall(kind, called: called, answered: state.moment))
        }
    }
}
