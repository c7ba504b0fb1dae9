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

    /// The things that a call may do to a delivery's events.
    struct DeliveryCall {
        /// The lease that it acknowledges.
        var lease: LeaseID?
        /// An event that it parks by hand, or drops.
        var removal: Offset?
        /// The partitions that it moves; nil: all, or it is no seek.
        var moved: Set<Int>?
    }

    @TaskLocal static var current: CallNote?

    /// The member of a group, or another client, that makes the call, where that matters.
    let caller: String?
    /// Nil where it is none of the calls that change a delivery.
    let delivery: DeliveryCall?
    /// True once a write of the call was applied.
    var hasChanged = false
    /// The last look that was answered.
    var look: Look?

    init(caller: String? = nil, delivery: DeliveryCall? = nil) {
        self.caller = caller
        self.delivery = delivery
    }

    /// Notes that rows were changed.
    ///
    /// A member's renewal is no change that an answer speaks of. Of a delivery's row the oracle knows:
    /// a call also ends what is over.
    func noteChange(by writes: [Write]) {
        guard !writes.contains(where: \.isOfDelivery) else { return }
        hasChanged =
            hasChanged || writes.contains { if case .member = $0.key { false } else { true } }
    }

    /// Runs a call; an answer that says that nothing was changed is held to its word.
    static func hold<Answer: Sendable>(
        _ what: String,
        by caller: String? = nil,
        delivery: DeliveryCall? = nil,
        to oracle: Oracle,
        body: @Sendable () async throws(LedgerError) -> Answer
    ) async throws(LedgerError) -> Answer {
        let note = CallNote(caller: caller, delivery: delivery)
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

/// The origin of a write.
struct WriteOrigin: Sendable {
    /// The call in which it was made; nil where that does not matter.
    let call: CallNote?
    /// The true time at which the state was read that it was decided upon.
    let decided: Duration

    /// The client in whose call it was made; nil where that does not matter.
    var caller: String? { call?.caller }
}

extension Write {
    /// True for a change of the row of a delivery.
    var isOfDelivery: Bool {
        if case .put(let item) = operation, case .position = key {
            DeliveryRow.isMeant(by: item)
        } else {
            false
        }
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
