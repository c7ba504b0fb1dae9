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

    /// The member of a group, or another client, that makes the call, where that matters.
    let caller: String?
    /// True once a write of the call was applied.
    var hasChanged = false
    /// The last look that was answered.
    var look: Look?

    init(caller: String? = nil) {
        self.caller = caller
    }

    /// Notes that a row was changed; a member's renewal is no change that an answer speaks of.
    func noteChange(of key: TableKey) {
        if case .member = key { return }
        hasChanged = true
    }

    /// Runs a call; an answer that says that nothing was changed is held to its word.
    static func hold<Answer: Sendable>(
        _ what: String,
        by caller: String? = nil,
        to oracle: Oracle,
        body: @Sendable () async throws(LedgerError) -> Answer
    ) async throws(LedgerError) -> Answer {
        let note = CallNote(caller: caller)
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

/// The origin of a single write.
struct WriteOrigin: Sendable {
    /// The client in whose call it was made; nil where that does not matter.
    let caller: String?
    /// The true time at which the state was read that it was decided upon.
    let decided: Duration
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
