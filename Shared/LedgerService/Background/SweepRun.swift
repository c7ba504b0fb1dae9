import LedgerCore
import Synchronization

/// What a sweep did.
package struct SweepReport: Hashable, Sendable {
    /// Streams looked at.
    package internal(set) var streams = 0
    /// Rows removed.
    package internal(set) var removedRows = 0
    /// Partitions that could not be brought up to date; the log says why.
    package internal(set) var failures = 0
    /// Whether it did what was due; not when another process was at it, or the table failed.
    package internal(set) var hadTurn = true
}

/// One run of the sweep: how long it may take, what it did, and what it has still to come back to.
final class SweepRun: Sendable {
    /// A partition to be looked at again.
    struct Call: Sendable {
        let ring: Doorbell.Ring
        /// The row that keeps it; nil while it is only known here.
        let kept: KeptRing?
    }

    private struct State {
        var report = SweepReport()
        var calls: [Call] = []
    }

    /// Milliseconds; nil: until it is done.
    private let budget: Int64?
    private let clock: any LedgerClock
    private let began: Instant
    private let state = Mutex(State())

    init(_ clock: any LedgerClock, budget: Int64?) {
        self.clock = clock
        self.budget = budget
        began = clock.instant()
    }

    /// Whether it looks at everything, whatever it takes.
    var isWhole: Bool { budget == nil }

    /// Nothing more is to be begun.
    var isOver: Bool { isOver(after: 1) }

    /// Half of the time is gone: what is left is for what was found.
    var isHalfOver: Bool { isOver(after: 2) }

    private func isOver(after part: Int64) -> Bool {
        guard !Task.isCancelled else { return true }
        guard let budget else { return false }
        return clock.instant().elapsed(since: began) >= budget / part
    }

    var report: SweepReport { state.withLock { $0.report } }

    func count(_ change: (inout SweepReport) -> Void) {
        state.withLock { change(&$0.report) }
    }

    /// Remembers to come back to a partition in this run.
    func call(_ ring: Doorbell.Ring, kept: KeptRing? = nil) {
        state.withLock { $0.calls.append(Call(ring: ring, kept: kept)) }
    }

    /// What there is to come back to; from now on others remember it.
    func takeCalls() -> [Call] {
        state.withLock { state in
            defer { state.calls = [] }
            return state.calls
        }
    }
}

/// Streams in which nothing can expire for some time, on an engine that leaves its log to this
/// process alone: a round passes them by.
///
/// What is forgotten is looked at, so this may forget at any time.
final class SweepMemory: Sendable {
    private static let most = 100_000

    private let rests = Mutex<[Incarnation: Timestamp]>([:])

    /// Notes that there is nothing to do for a stream before `moment`.
    func rest(_ stream: Incarnation, until moment: Timestamp) {
        rests.withLock { rests in
            if rests.count >= Self.most { rests.removeAll() }
            rests[stream] = moment
        }
    }

    func isAtRest(_ stream: Incarnation, at now: Timestamp) -> Bool {
        rests.withLock { $0[stream].map { now < $0 } ?? false }
    }

    /// Something changed that a round must look at: how long the stream keeps its events.
    func forget(_ stream: Incarnation) {
        rests.withLock { $0[stream] = nil }
    }
}
