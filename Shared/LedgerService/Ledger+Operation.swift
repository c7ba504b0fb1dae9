import LedgerCore
import Logging

/// How a ledger is, for whoever looks after it.
package struct HealthReport: Hashable, Sendable {
    /// True while the clock is in doubt, but not so much that a stream that keeps its events for
    /// ever would refuse them.
    package let isClockSuspect: Bool
}

/// The tails of a stream that were taken on an operator's word.
struct AcceptedTails {
    /// True where the stream keeps a compacted state.
    let isCompacted: Bool
    /// By partition, up to where its log is folded.
    let partitions: [(Partition, Offset)]
}

/// What the API needs of a ledger besides its use cases: its health, its clock and its log.
extension Ledger {
    /// Throws what a change would be refused with whatever it is about: the table takes none, or
    /// the clock is too far ahead to stamp any event.
    package func health() throws(LedgerError) -> HealthReport {
        if let failure = table.writeFailure { throw LedgerError(failure) }
        try refuseToStamp(retentionHours: nil)
        guard case .doubted = clock.opinion() else { return HealthReport(isClockSuspect: false) }
        return HealthReport(isClockSuspect: true)
    }

    /// The time to stamp and to expire by: never later than the truth, for all that is known.
    func now() -> Timestamp { clock.now() }

    /// Both clocks as they are, to measure ages by.
    func instant() -> Instant { clock.instant() }

    /// Accepts the tails of all partitions, and says what kind of stream it was done to.
    func acceptTails(of id: StreamID) async throws(LedgerError) -> AcceptedTails {
        let stream = try await activeStream(id)
        let folded = try await acceptTail(id)
        return AcceptedTails(isCompacted: stream.compaction, partitions: folded)
    }

    /// Logs what the operator must know of a failed call and its client must not.
    ///
    /// - Parameters:
    ///   - error: what the call was answered with.
    ///   - route: its method and pattern, never the path with its names.
    ///   - keyID: of the API key that it came with; nil when it had none.
    func report(_ error: LedgerError, route: String, keyID: String?) {
        var metadata: Logger.Metadata = ["route": "\(route)"]
        if let keyID { metadata["key_id"] = "\(keyID)" }
        switch error {
        case .internalError, .unavailable, .closed, .corruptChunk, .tailUnverified, .clockSuspect,
            .storageFull, .partialPublish, .outcomeUnknown:
            logger.error("\(error)", metadata: metadata)
        default: break
        }
    }
}
