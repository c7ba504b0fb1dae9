import LedgerCore
import LedgerService

/// A note of what one call of the ledger did to the table, so that its answer can be held to it.
///
/// `@unchecked Sendable`: see ``World``.
final class CallNote: @unchecked Sendable {
    /// A look for what is stored under an idempotency key.
    struct Look {
        /// The stream it looked in: a process may not know yet that there is another one.
        let stream: StreamIncarnation
        /// Its beginning and end, true time.
        let time: ClosedRange<Duration>
    }

    @TaskLocal static var current: CallNote?

    /// True once a write of the call was applied.
    var hasChanged = false
    /// The last look that was answered.
    var look: Look?

    /// Runs a call; an answer that says that nothing was changed is held to its word.
    static func hold<Answer: Sendable>(
        _ what: String,
        to oracle: Oracle,
        body: @Sendable () async throws(LedgerError) -> Answer
    ) async throws(LedgerError) -> Answer {
        let note = CallNote()
        let result: Result<Answer, LedgerError> = await $current.withValue(note) {
            do throws(LedgerError) { return .success(try await body()) } catch {
                return .failure(error)
            }
        }
        if case .failure(let error) = result, error.saysNothingChanged, note.hasChanged {
            oracle.report("\(what) changed something and says: \(error)", breaking: .refusals)
        }
        return try result.get()
    }
}

extension LedgerError {
    /// True when the answer says that nothing was changed or stored.
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
