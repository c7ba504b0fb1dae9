package import LedgerCore
package import RawJSON

/// The refusal or failure of a use case: unless a case says otherwise, nothing was changed.
///
/// The one mapping to HTTP is in `API/ErrorAnswer+Mapping.swift`.
package enum LedgerError: Error, Hashable, Sendable {
    // MARK: The request is wrong

    /// A field or parameter breaks a rule or a limit.
    case invalid(field: String, message: String, limit: Int? = nil)
    /// The field, or the body as a whole, is not the JSON that it must be.
    case malformed(field: String, JSONError)
    /// A text that is not a stream's name.
    case invalidStreamID(String)
    /// A text that is not a subscription's name.
    case invalidSubscriptionID(String)
    /// A text that is not an event key; the field names the event.
    case invalidEventKey(field: String, message: String)
    /// Malformed, forged, or another stream's or subscription's.
    case invalidCursor
    /// Larger than a limit, bytes; and how large, where that is known.
    case tooLarge(field: String, limit: Int, size: Int? = nil)
    /// The fault stands in this line of the body, counted from 1.
    indirect case inLine(Int, LedgerError)
    /// A body of a kind that this call does not take.
    case unsupportedMediaType(message: String)

    /// No valid API key came with the request.
    case unauthorized(KeyProblem)
    /// The key lacks a scope: `publish:orders`.
    case forbidden(missing: String)
    /// More requests than the key may make.
    case tooManyRequests

    // MARK: There is no such thing

    /// No route has this path.
    case routeNotFound
    /// The route exists, with other methods.
    case methodNotAllowed(allow: [String])
    /// No stream has this name, or it is being deleted.
    case streamNotFound(StreamID)
    /// The stream has no subscription of this name.
    case subscriptionNotFound(SubscriptionID)
    /// The stream has fewer partitions.
    case partitionNotFound(Int64)
    /// The key has no event, or was deleted.
    case keyNotFound
    /// No API key has this id, or it was revoked.
    case apiKeyNotFound(String)

    // MARK: It does not fit the present state

    /// Another stream has the name.
    case streamAlreadyExists(StreamID)
    /// Another subscription of the stream has the name.
    case subscriptionAlreadyExists(SubscriptionID)
    /// The partition's next offset is another one.
    case offsetConflict(Partition, actual: Offset)
    /// The cursor is from before a seek.
    case cursorSuperseded
    /// A commit by a group's cursor found other leases by then: nothing of these partitions was
    /// changed, and the others are committed.
    case leaseLost([Partition], committed: [Partition])
    /// A member of the subscription's group holds the partition, so a cursor of no group can't commit
    /// it; the others of the cursor may be committed.
    case partitionLeased(Partition, owner: MemberName)
    /// The group has as many members as it may have.
    case tooManyMembers
    /// The subscription's events are acknowledged in the other way: one by one, or by cursors.
    case wrongDeliveryMode(SubscriptionID)
    /// No webhook may go to this address.
    case webhookRefused(WebhookURLProblem)
    /// The ledger has as many webhooks as it may have.
    case tooManyWebhooks
    /// The subscription has no webhook.
    case webhookNotFound(SubscriptionID)
    /// Malformed, forged, or of another subscription.
    case invalidLease
    /// The event to be parked is finished, parked, or was not looked at.
    case eventNotOpen(Partition, Offset)
    /// No such event is parked.
    case parkedNotFound(Partition, Offset)
    /// The parked event is being delivered again.
    case replaying(Partition, Offset)
    /// The ledger runs without API keys.
    case keysDisabled
    /// The stream keeps no compacted state.
    case compactionDisabled(StreamID)
    /// The events there have expired.
    case offsetExpired(Partition, earliest: Offset)
    /// The offset is beyond the partition's end.
    case offsetOutOfRange(Partition, next: Offset)
    /// A cursor's or a subscription's position lies beyond the partition's end: the table is not the
    /// one, or not as it was, when the position was made.
    case positionBeyondTail(Partition, position: Offset, tail: Offset)
    /// The `Idempotency-Key` was used with another body.
    case idempotencyKeyReused
    /// Someone else changed the same thing at the same time, again and again.
    case contention

    // MARK: The ledger can't

    /// Time ran out before it was known that the events are stored or are not.
    case outcomeUnknown
    /// Some partitions' events are stored, others' are not or may not be.
    case partialPublish([PartitionOutcome])
    /// The events were never sent: too much waits to be appended to this partition.
    case partitionBusy(Partition, QueueRefusal)
    /// Newer events of this partition may have expired; an operator must accept its tail.
    case tailUnverified(Partition)
    /// The clock is so far ahead of all that the table has seen that no event is stamped by it.
    case clockSuspect(ClockTrust.Doubt)
    /// A stored chunk is damaged or missing.
    case corruptChunk(StreamID, Partition, Offset, detail: String)
    /// The table is not available; for a change, `mayHaveHappened` says the rest.
    case unavailable(message: String, mayHaveHappened: Bool)
    /// The table takes no change until the process is started anew.
    case closed(message: String, mayHaveHappened: Bool)
    /// The engine asks for fewer calls.
    case throttled
    /// The disk is full; for a change, `mayHaveHappened` says the rest.
    case storageFull(mayHaveHappened: Bool)
    /// A defect, or damaged data that is no chunk; for a change, `mayHaveHappened` says the rest.
    case internalError(message: String, mayHaveHappened: Bool)

    /// A reason to count a request as nobody's.
    package enum KeyProblem: Hashable, Sendable {
        /// The request has no key.
        case missing
        /// The text in its place is no key.
        case malformed
        /// There is no such key, or not any more.
        case unknown
        /// The key was valid until some time ago.
        case expired
    }

    /// A reason for a partition's queue to refuse a publish.
    package enum QueueRefusal: Hashable, Sendable {
        /// The publish waited in it until its deadline.
        case overdue
        /// It held as much as it may hold.
        case full
    }

    /// The fate of one partition's events in a publish that did not succeed as a whole.
    package struct PartitionOutcome: Hashable, Sendable {
        /// The fate of the events.
        package enum State: Hashable, Sendable {
            /// They are stored, at these offsets.
            case stored(StoredRange)
            /// They are certainly not stored.
            case notStored
            /// They may be stored: the outcome of a write is unknown.
            case unknown
        }

        /// The partition that the events fall into.
        package let partition: Partition
        /// The fate of all its events in this publish.
        package let state: State
    }

    /// A failed table call, for a call that changes nothing or whose change is safe to repeat.
    init(_ error: TableError) {
        let mayHaveHappened = error.effect == .indefinite
        switch error.reason {
        case .throttled where mayHaveHappened:
            self = .unavailable(message: error.message, mayHaveHappened: true)
        case .throttled: self = .throttled
        case .full: self = .storageFull(mayHaveHappened: mayHaveHappened)
        case .unavailable:
            self = .unavailable(message: error.message, mayHaveHappened: mayHaveHappened)
        case .closed: self = .closed(message: error.message, mayHaveHappened: mayHaveHappened)
        case .corrupt, .invalid:
            self = .internalError(message: error.message, mayHaveHappened: mayHaveHappened)
        }
    }

    /// True if it leaves open whether something was changed.
    private var mayHaveHappened: Bool {
        switch self {
        case .unavailable(_, let mayHaveHappened), .closed(_, let mayHaveHappened),
            .storageFull(let mayHaveHappened), .internalError(_, let mayHaveHappened):
            mayHaveHappened
        default: false
        }
    }

    /// The first of the errors of steps that were taken in parallel; nil: there is none.
    ///
    /// It does not say that nothing was changed where another of them leaves that open.
    static func first<Success>(of outcomes: [Result<Success, LedgerError>]) -> LedgerError? {
        let errors = outcomes.compactMap { outcome -> LedgerError? in
            if case .failure(let error) = outcome { error } else { nil }
        }
        return errors.contains(where: \.mayHaveHappened) ? errors.first?.afterChange : errors.first
    }

    /// The same of a use case whose earlier step was applied: it does not say any more that nothing
    /// was changed.
    var afterChange: LedgerError {
        switch self {
        case .unavailable(let message, _):
            .unavailable(message: message, mayHaveHappened: true)
        case .closed(let message, _): .closed(message: message, mayHaveHappened: true)
        case .storageFull: .storageFull(mayHaveHappened: true)
        case .internalError(let message, _):
            .internalError(message: message, mayHaveHappened: true)
        case .throttled: .unavailable(message: "the table is busy", mayHaveHappened: true)
        case .contention:
            .unavailable(message: "others change the same thing", mayHaveHappened: true)
        default: self
        }
    }

    /// A failed table call of a use case of `stream`: damage of a chunk with its place.
    init(_ error: TableError, in stream: StreamID) {
        self.init(ReadFailure(error), stream: stream)
    }

    /// A failed read of `stream`.
    ///
    /// ``ReadFailure/expired(_:earliest:)`` without an offset must have been completed before.
    init(_ failure: ReadFailure, stream: StreamID) {
        switch failure {
        case .expired(let partition, let earliest):
            self = .offsetExpired(partition, earliest: earliest ?? .zero)
        case .outOfRange(let partition, let position, let next):
            self = .positionBeyondTail(partition, position: position, tail: next)
        case .unverified(let partition): self = .tailUnverified(partition)
        case .corrupt(let partition, let offset, let detail):
            self = .corruptChunk(stream, partition, offset, detail: detail)
        case .table(let error): self.init(error)
        }
    }

    /// A plan's refusal.
    init(_ refusal: Refusal) {
        switch refusal {
        case .streamNotFound(let id): self = .streamNotFound(id)
        case .subscriptionNotFound(let id): self = .subscriptionNotFound(id)
        case .partitionNotFound(let index): self = .partitionNotFound(index)
        case .eventKeyNotFound: self = .keyNotFound
        case .compactionDisabled(let id): self = .compactionDisabled(id)
        case .invalidCursor: self = .invalidCursor
        case .cursorSuperseded: self = .cursorSuperseded
        case .invalidPlace:
            self = .invalid(field: "next", message: "is no token that this list returned")
        case .offsetExpired(let partition, let earliest):
            self = .offsetExpired(partition, earliest: earliest)
        case .offsetOutOfRange(let partition, let next):
            self = .offsetOutOfRange(partition, next: next)
        case .insideChunk(let next): self = Self.insideChunk(next: next.rawValue)
        case .positionBeyondTail(let partition, let position, let tail):
            self = .positionBeyondTail(partition, position: position, tail: tail)
        case .startBeyondTail(let partition, let offset, let tail):
            self = .invalid(
                field: "offsets.\(partition.index)",
                message: "\(offset.rawValue) lies beyond the partition's next offset "
                    + "\(tail.rawValue)"
            )
        case .commitOutOfPage(let partition, let committed, let end):
            self = Self.outOfPage(partition, from: committed, to: end)
        case .partitionNotCovered(let partition):
            self = .invalid(
                field: "offsets.\(partition.index)",
                message: "names a partition that the cursor's member did not hold"
            )
        case .partitionLeased(let partition, let owner):
            self = .partitionLeased(partition, owner: owner)
        case .tooManyMembers: self = .tooManyMembers
        case .wrongDeliveryMode(let id): self = .wrongDeliveryMode(id)
        case .policyConflict(let conflict): self = Self.policyConflict(conflict)
        case .invalidLease: self = .invalidLease
        case .eventNotOpen(let partition, let offset): self = .eventNotOpen(partition, offset)
        case .parkedNotFound(let partition, let offset): self = .parkedNotFound(partition, offset)
        case .replaying(let partition, let offset): self = .replaying(partition, offset)
        case .contention: self = .contention
        case .tailUnverified(let partition): self = .tailUnverified(partition)
        case .tooSlow(let age):
            let message =
                "reading took \(age.wholeMilliseconds) ms, too long to be trusted; try again"
            self = .unavailable(message: message, mayHaveHappened: false)
        case .table(let error): self.init(error)
        case .read(let failure, let id): self.init(failure, stream: id)
        case .afterChange(let refusal): self = LedgerError(refusal).afterChange
        }
    }

    private static func outOfPage(
        _ partition: Partition,
        from committed: Offset,
        to end: Position
    ) -> LedgerError {
        let message =
            switch end {
            case .log(let offset):
                "must lie between \(committed.rawValue), which is committed, and "
                    + "\(offset.rawValue), the cursor's"
            case .snapshot:
                "can't be told: the cursor is in the compacted state of this partition, whose "
                    + "entries have no order; commit the cursor"
            }
        return .invalid(field: "offsets.\(partition.index)", message: message)
    }

    private static func policyConflict(_ conflict: PolicyConflict) -> LedgerError {
        switch conflict {
        case .policyOfCursors:
            .invalid(
                field: "delivery",
                message: "has a policy, which only mode events has; this is mode cursor"
            )
        case .order:
            .invalid(field: "delivery.order", message: "is settled when the mode begins")
        case .holdWithoutOrder:
            .invalid(field: "delivery.exhausted", message: "can be hold only with order key")
        case .webhook:
            .invalid(field: "webhook", message: "needs delivery.mode events; null removes it")
        case .bootstrapping:
            .invalid(
                field: "delivery.mode",
                message: "can't be events while the subscription is in the compacted state"
            )
        }
    }

    private static func insideChunk(next: Int64) -> LedgerError {
        .invalid(
            field: "at",
            message: "lies inside a chunk; the next offset with a head is \(next)",
            limit: Int(next)
        )
    }
}
