package import LedgerCore

/// Why a use case was refused or failed.
///
/// The one mapping to HTTP is in `API/ErrorAnswer+Mapping.swift`.
///
/// Unless a case says otherwise, nothing was changed.
package enum LedgerError: Error, Hashable, Sendable {
    // MARK: The request is wrong

    /// A field or parameter breaks a rule or a limit.
    case invalid(field: String, message: String, limit: Int? = nil)
    /// Not a stream name.
    case invalidStreamID(String)
    /// Not a subscription name.
    case invalidSubscriptionID(String)
    /// Not an event key; the field names the event.
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

    /// No such route.
    case routeNotFound
    /// The route exists, with other methods.
    case methodNotAllowed(allow: [String])
    /// No such stream.
    case streamNotFound(StreamID)
    /// No such subscription.
    case subscriptionNotFound(SubscriptionID)
    /// No such partition.
    case partitionNotFound(Int64)
    /// The key has no event, or was deleted.
    case keyNotFound
    /// No such API key.
    case apiKeyNotFound(String)

    // MARK: It does not fit the present state

    /// The name is taken.
    case streamAlreadyExists(StreamID)
    /// The name is taken.
    case subscriptionAlreadyExists(SubscriptionID)
    /// The partition's next offset is another one.
    case offsetConflict(Partition, actual: Offset)
    /// The cursor is from before a seek.
    case cursorSuperseded
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

    /// Time ran out while it was open whether the events were stored.
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

    /// Why a request counts as nobody's.
    package enum KeyProblem: Hashable, Sendable {
        /// It has no key.
        case missing
        /// What it has is no key.
        case malformed
        /// There is no such key, or not any more.
        case unknown
        /// The key was valid until some time ago.
        case expired
    }

    /// Why a partition's queue refused a publish.
    package enum QueueRefusal: Hashable, Sendable {
        /// The publish waited in it until its deadline.
        case overdue
        /// It was full.
        case full
    }

    /// What became of one partition's events in a publish that did not succeed as a whole.
    package struct PartitionOutcome: Hashable, Sendable {
        /// Whether the events are there.
        package enum State: Hashable, Sendable {
            /// They are, at these offsets.
            case stored(StoredRange)
            /// They are not.
            case notStored
            /// They may be.
            case unknown
        }

        /// The partition.
        package let partition: Partition
        /// What became of its events.
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

    /// Whether the change that failed so may have been made.
    var mayHaveHappened: Bool {
        switch self {
        case .unavailable(_, let open), .closed(_, let open), .storageFull(let open),
            .internalError(_, let open):
            open
        default: false
        }
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
}
