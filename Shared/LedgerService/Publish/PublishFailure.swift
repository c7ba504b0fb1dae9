import LedgerCore

/// Why a publish did not succeed as a whole, and what that means for its events.
struct PublishFailure {
    let error: LedgerError

    init(_ partitions: [Partition], _ outcomes: [AppendOutcome], of stream: StreamID) {
        let states = outcomes.map(Self.state)
        let isNothingStored = states.allSatisfy { $0 == .notStored }
        if isNothingStored {
            error = Self.refusal(partitions, outcomes, stream)
        } else if states.allSatisfy({ $0 == .unknown }) {
            error = .outcomeUnknown
        } else {
            error = .partialPublish(
                zip(partitions, states).map {
                    LedgerError.PartitionOutcome(partition: $0, state: $1)
                }
            )
        }
    }

    private static func state(_ outcome: AppendOutcome) -> LedgerError.PartitionOutcome.State {
        switch outcome {
        case .stored(let range): .stored(range)
        case .unknown: .unknown
        case .idempotencyKeyReused, .offsetConflict, .streamGone, .tailUnverified, .tooLarge,
            .failed, .overdue, .queueFull:
            .notStored
        }
    }

    /// Nothing was stored: the first reason, in the order of what the client can do about it.
    private static func refusal(
        _ partitions: [Partition],
        _ outcomes: [AppendOutcome],
        _ stream: StreamID
    )
        -> LedgerError
    {
        let reasons = zip(partitions, outcomes).map { reason($0, $1, stream) }
        return reasons.min { $0.rank < $1.rank }?.error ?? .outcomeUnknown
    }

    private static func reason(
        _ partition: Partition,
        _ outcome: AppendOutcome,
        _ stream: StreamID
    ) -> (
        rank: Int, error: LedgerError
    ) {
        switch outcome {
        case .idempotencyKeyReused: (0, .idempotencyKeyReused)
        case .offsetConflict(let actual): (1, .offsetConflict(partition, actual: actual))
        case .tooLarge: (2, .tooLarge(field: "events", limit: Limits.transactionBytes))
        case .tailUnverified: (3, .tailUnverified(partition))
        case .failed(let error): (4, LedgerError(error, in: stream))
        case .overdue: (5, .partitionBusy(partition, .overdue))
        case .queueFull: (6, .partitionBusy(partition, .full))
        case .stored, .streamGone, .unknown: (7, .outcomeUnknown)
        }
    }
}
