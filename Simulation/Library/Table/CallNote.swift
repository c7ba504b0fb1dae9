import LedgerCore
import LedgerService

/// What one call of the ledger did to the table, as the call's answer is held to.
///
/// `@unchecked Sendable`: used by the history's one thread.
final class CallNote: @unchecked Sendable {
    /// A look for what is stored under an idempotency key.
    struct Look {
        /// Where: a process may not know yet that the stream is another one.
        let stream: Incarnation
        /// When it began and ended, true time.
        let time: ClosedRange<Int64>
    }

    @TaskLocal static var current: CallNote?

    /// A write of it was applied.
    var hasChanged = false
    /// The last look that was answered.
    var look: Look?

    /// Runs a call; an answer that says that nothing was changed is held to its word.
    static func hold<Answer: Sendable>(
        _ truth: Truth,
        _ what: String,
        _ body: @Sendable () async throws(LedgerError) -> Answer
    ) async throws(LedgerError) -> Answer {
        let note = CallNote()
        let result: Result<Answer, LedgerError> = await $current.withValue(note) {
            do throws(LedgerError) { return .success(try await body()) } catch {
                return .failure(error)
            }
        }
        if case .failure(let error) = result, error.saysNothingChanged, note.hasChanged {
            truth.violate(.refusals, "\(what) changed something and says: \(error)")
        }
        return try result.get()
    }
}

extension LedgerError {
    /// Whether its answer says that nothing was changed or stored.
    var saysNothingChanged: Bool {
        switch self {
        case .unavailable(_, let mayHaveHappened), .closed(_, let mayHaveHappened),
            .storageFull(let mayHaveHappened), .internalError(_, let mayHaveHappened):
            !mayHaveHappened
        case .throttled, .contention, .partitionBusy: true
        default: false
        }
    }
}
