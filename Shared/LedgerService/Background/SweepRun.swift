import LedgerCore
import Synchronization

/// The numbers of one run of the sweep.
package struct SweepReport: Hashable, Sendable {
    /// Streams whose turn came, also those that needed nothing.
    package internal(set) var streams = 0
    /// Rows of expired chunks and deletion jobs, and rows with a ttl that the sweep purged.
    package internal(set) var removedRows = 0
    /// Partitions that could not be brought up to date; the log says why.
    package internal(set) var failures = 0
    /// False when another process held the lease, or the table failed: what is due is still to do.
    package internal(set) var hadTurn = true
}

/// One run of the sweep: its budget of time, its report, and the partitions it has to come back to.
final class SweepRun: Sendable {
    /// A partition to be folded and looked at again before the run ends.
    struct FollowUp: Sendable {
        let request: FoldRequest
        /// The row that keeps the request for a later run; nil while only this run knows of it.
        let kept: KeptRingRow?
    }

    private struct State {
        var report = SweepReport()
        var followUps: [FollowUp] = []
    }

    /// Nil for a run that goes on until all is done.
    private let budget: Duration?
    private let clock: any LedgerClock
    private let began: Instant
    private let state = Mutex(State())

    init(by clock: any LedgerClock, budget: Duration?) {
        self.clock = clock
        self.budget = budget
        began = clock.instant()
    }

    /// True for a run without a budget, which looks at every stream.
    var isWhole: Bool { budget == nil }

    /// True from when on nothing more is begun: the budget is used up, or the task cancelled.
    var isOver: Bool { isOver(after: 1) }

    /// True once half of the budget is gone: the other half belongs to what the round found.
    var isHalfOver: Bool { isOver(after: 2) }

    private func isOver(after part: Int64) -> Bool {
        guard !Task.isCancelled else { return true }
        guard let budget else { return false }
        return clock.instant().elapsed(since: began)
            >= .milliseconds(budget.wholeMilliseconds / part)
    }

    var report: SweepReport { state.withLock { $0.report } }

    func count(_ change: (inout SweepReport) -> Void) {
        state.withLock { change(&$0.report) }
    }

    /// Has this run come back to a partition.
    func followUp(_ request: FoldRequest, kept: KeptRingRow? = nil) {
        state.withLock { $0.followUps.append(FollowUp(request: request, kept: kept)) }
    }

    /// Hands over what there is to come back to, and forgets it.
    func takeFollowUps() -> [FollowUp] {
        state.withLock { state in
            defer { state.followUps = [] }
            return state.followUps
        }
    }
}

/// The streams that a round passes by because nothing of theirs expires for some time.
///
/// Only an engine that leaves its log to this process alone makes that certain. A stream that is
/// forgotten is looked at, so forgetting is always safe.
final class SweepMemory: Sendable {
    private let rests = Mutex<[StreamIncarnation: Timestamp]>([:])

    /// Notes that a stream needs no look before `due`.
    func rest(_ stream: StreamIncarnation, until due: Timestamp) {
        rests.withLock { rests in
            if rests.count >= Limits.restingStreams { rests.removeAll() }
            rests[stream] = due
        }
    }

    func isAtRest(_ stream: StreamIncarnation, at now: Timestamp) -> Bool {
        rests.withLock { $0[stream].map { now < $0 } ?? false }
    }

    /// Has the next round look at a stream: its retention was changed.
    func forget(_ stream: StreamIncarnation) {
        rests.withLock { $0[stream] = nil }
    }
}
